"""Each call of the plugin, replayed without network; and what may and may not be in a cassette."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

import pytest
import yaml

from portsip_m365_plugin.clouds import CHINA, GLOBAL, Cloud
from portsip_m365_plugin.entra.keypair import KeyPair, make_key_pair
from portsip_m365_plugin.entra.tokens import AppCredential, forget_apps
from portsip_m365_plugin.graph.wire import CALLS
from tests.cassette.record import open_stage
from tests.cassette.scenes import Props, Stage, scenes_of
from tests.cassette.scrub import scrub_json, scrub_text
from tests.cassette.tape import CASSETTES, PROVENANCE, cassette_file, make_tape, props_file

ALL = [(cloud, name) for cloud in (GLOBAL, CHINA) for name in scenes_of(cloud)]
FILES = sorted(CASSETTES.glob("*/*.yaml"))


@pytest.fixture(scope="module")
def pair() -> KeyPair:
    return make_key_pair(datetime.now(timezone.utc))


def stage_of(cloud: Cloud, pair: KeyPair) -> Stage:
    props = json.loads(props_file(cloud.name).read_text())
    credential = AppCredential(
        cloud=cloud,
        entra_tenant_id=props["tenant_id"],
        client_id=props["client_id"],
        private_key_pem=pair.private_key_pem,
        certificate_pem=pair.certificate.pem,
        thumbprint_sha256=pair.certificate.thumbprint_sha256,
    )
    return open_stage(cloud, credential, Props(props), "not-a-token")


@pytest.mark.disable_socket
@pytest.mark.parametrize(("cloud", "name"), ALL, ids=[f"{cloud.name}-{name}" for cloud, name in ALL])
def test_replay(cloud: Cloud, name: str, pair: KeyPair, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PORTSIP_M365_CLOUDS", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(variable, raising=False)
    forget_apps()
    with make_tape("none").use_cassette(str(cassette_file(cloud.name, name)), allow_playback_repeats=False) as cassette:
        scenes_of(cloud)[name](stage_of(cloud, pair))
        assert cassette.all_played
        assert {request.host for request in cassette.requests} <= {host_of(cloud.authority), host_of(cloud.graph)}


def host_of(origin: str) -> str:
    return origin.removeprefix("https://")


def test_every_call_of_the_wire_table_has_its_scene() -> None:
    played = {name for cloud in (GLOBAL, CHINA) for name in scenes_of(cloud) if not name.startswith("entra.")}
    assert played == set(CALLS)


def test_every_cassette_is_a_scenes_and_has_a_provenance() -> None:
    wanted = {cassette_file(cloud.name, name) for cloud, name in ALL}
    assert set(FILES) == wanted
    listed = dict(
        re.findall(r"^\| (\S+\.yaml) \| ([^|]+) \| \d{4}-\d\d-\d\d \|$", PROVENANCE.read_text(), re.MULTILINE)
    )
    assert set(listed) == {f"{path.parent.name}/{path.name}" for path in wanted}
    assert set(listed.values()) <= {"the simulator of this project", "a Microsoft tenant"}


FORBIDDEN = {
    "a bearer token": r"[Bb]earer\s",
    "an authorization header": r"(?i)^\s*authorization:",
    "a JWT": r"eyJ[A-Za-z0-9_-]{10,}\.",
    "an assertion": r"client_assertion=(?!scrubbed)[^&\s]",
    "an access token": r'access_token\\?"\s*:\s*\\?"(?!scrubbed)',
    "a private key": r"PRIVATE KEY",
    "a cookie": r"(?i)set-cookie",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_cassettes_are_clean(path: Any) -> None:
    text = path.read_text()
    for what, pattern in FORBIDDEN.items():
        assert not re.search(pattern, text, re.MULTILINE), what
    for address in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text):
        assert address.endswith(("contoso.example", "example.com")), address
    guids = set(re.findall(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", text.lower()))
    assert {guid for guid in guids if scrub_text(guid) != guid} == set()
    assert len(yaml.safe_load(text)["interactions"]) <= 3


class TestScrubber:
    def test_scrubbing_twice_changes_nothing_more(self) -> None:
        person = {
            "id": "6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0",
            "displayName": "Adele Vance",
            "mail": "AdeleV@tenant1234.onmicrosoft.com",
            "businessPhones": ["+49 30 123456"],
            "@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=RFNwdAIAAQAAAB8",
        }
        once = scrub_json(person)
        assert scrub_json(once) == once
        for leaked in ("Adele", "Vance", "tenant1234", "123456", "6ea91a8d", "RFNwdAIAAQAAAB8"):
            assert leaked not in json.dumps(once)

    def test_the_same_name_becomes_the_same_false_name_everywhere(self) -> None:
        guid = "6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0"
        assert scrub_text(f"/users/{guid}/photo") == f"/users/{scrub_json({'id': guid.upper()})['id']}/photo"

    def test_secrets_are_gone_whatever_they_look_like(self) -> None:
        shape = {"access_token": "x", "inner": [{"id_token": "y"}], "code": "z"}
        assert scrub_json(shape) == {
            "access_token": "scrubbed",
            "inner": [{"id_token": "scrubbed"}],
            "code": "scrubbed",
        }
