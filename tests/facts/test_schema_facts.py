"""The committed facts are what Microsoft's files say. Skipped if the files are absent."""

import importlib.util
import json
from pathlib import Path

import pytest

from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL
from portsip_m365_plugin.graph.wire import CALLS
from portsip_m365_plugin.page.registration.scripts.render import EXCHANGE_PERMISSIONS
from portsip_m365_plugin.permissions import PERMISSIONS

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


def test_the_clouds_as_data_are_what_their_schemas_say():
    """What a cloud lacks by its schema, the plugin does not ask of it."""
    facts = json.loads(FACTS_FILE.read_text())["clouds"]
    for cloud in (GLOBAL, CHINA, GCC_HIGH, DOD):
        schema = facts[cloud.like]
        operations = {(op["name"], op["bound_to"]) for op in schema["operations"]}
        message = schema["types"]["message"]["properties"]
        assert cloud.has_contacts_delta == (("delta", "Collection(graph.contact)") in operations), cloud.name
        assert cloud.has_message_headers == ("internetMessageHeaders" in message), cloud.name
        can_upload = ("createUploadSession", "Collection(graph.attachment)") in operations
        assert (cloud.like in CALLS["mail.create_upload"].clouds) == can_upload, cloud.name


def test_every_call_but_the_known_one_is_in_the_permission_table():
    permissions = json.loads(FACTS_FILE.read_text())["permissions"]
    missing = {path for path, row in permissions.items() if row is None}
    # Microsoft's table has contacts/delta only below a folder.
    assert missing <= {"GET /users/{id}/contacts/delta"}
    assert "User.Read.All" in permissions["GET /users/{id}/photo"]["application"]
    assert permissions["POST /users/{id}/sendMail"]["least"] == ["Mail.Send"]


def test_the_permissions_of_the_page_are_application_permissions_of_microsofts_table():
    """The scripts look their ids up in the directory by these names."""
    oracle = extract_facts.DEFAULT_ORACLE
    if not oracle.exists():
        pytest.skip("../shared/oracle is absent on this machine")
    table = json.loads((oracle / "graph-permissions.json").read_text())["permissions"]
    for item in PERMISSIONS:
        assert "Application" in table[item.name]["schemes"], item.name
    assert set(EXCHANGE_PERMISSIONS) <= {item.name for item in PERMISSIONS}
