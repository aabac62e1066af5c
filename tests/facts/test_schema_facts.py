"""The committed facts are what Microsoft's files say. Skipped if the files are absent."""

import importlib.util
import json
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("extract_facts", Path(__file__).with_name("extract_facts.py"))
extract_facts = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(extract_facts)
FACTS_FILE = extract_facts.FACTS_FILE


def test_committed_facts_are_what_the_oracle_says():
    oracle = extract_facts.DEFAULT_ORACLE
    if not oracle.exists():
        pytest.skip("../shared/oracle is absent on this machine")
    expected = extract_facts.dump(extract_facts.extract(oracle))
    assert FACTS_FILE.read_text() == expected, "run: python tests/facts/extract_facts.py"


def test_facts_show_how_the_clouds_differ():
    clouds = json.loads(FACTS_FILE.read_text())["clouds"]

    def has_delta(cloud, bound_to):
        return any(op["name"] == "delta" and op["bound_to"] == bound_to for op in clouds[cloud]["operations"])

    assert has_delta("GLOBAL", "Collection(graph.contact)")
    assert not has_delta("CHINA", "Collection(graph.contact)")
    assert has_delta("CHINA", "Collection(graph.user)")
    assert has_delta("USGOV", "Collection(graph.contact)")
    assert "internetMessageHeaders" in clouds["GLOBAL"]["types"]["message"]["properties"]
    assert "internetMessageHeaders" not in clouds["CHINA"]["types"]["message"]["properties"]
    assert "internetMessageHeaders" in clouds["USGOV"]["types"]["message"]["properties"]

    def has_upload_session(cloud):
        rows = clouds[cloud]["operations"]
        return ("createUploadSession", "Collection(graph.attachment)") in {(op["name"], op["bound_to"]) for op in rows}

    assert has_upload_session("GLOBAL")
    assert has_upload_session("CHINA")
    assert not has_upload_session("USGOV")
    assert "primaryEmailAddress" not in clouds["USGOV"]["types"]["contact"]["properties"]


def test_every_call_but_the_known_one_is_in_the_permission_table():
    permissions = json.loads(FACTS_FILE.read_text())["permissions"]
    missing = {path for path, row in permissions.items() if row is None}
    # Microsoft's table has contacts/delta only below a folder.
    assert missing <= {"GET /users/{id}/contacts/delta"}
    assert "User.Read.All" in permissions["GET /users/{id}/photo"]["application"]
    assert permissions["POST /users/{id}/sendMail"]["least"] == ["Mail.Send"]
