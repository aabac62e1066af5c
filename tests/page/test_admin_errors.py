"""What an administrator reads when something is wrong: one sentence and a remedy, on the page and in the run log.

Each fault is provoked in the simulator or on the way to it, and met through the real hooks.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme

from pbx_plugin_api import Done, Refused, TickStatus
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand

CASES: dict[str, tuple[str, str]] = {
    "wrong tenant": (
        "Entra does not know this directory (tenant) ID.",
        "Check the directory ID, and check that the right Microsoft 365 region is chosen.",
    ),
    "wrong application": (
        "Entra does not know this application ID in this directory.",
        "Check the application (client) ID. The app must be registered in this directory and in this cloud.",
    ),
    "unknown certificate": (
        "Entra does not accept the certificate of this PBX.",
        "Download public_key.pem and upload it to the app registration under Certificates & secrets. Entra needs a few"
        " minutes to accept a new certificate. If it is uploaded already, check that it has not expired.",
    ),
    "missing permission": (
        "The app registration lacks the permission User.Read.All, or no administrator has consented to it.",
        "In Entra, open the app registration, API permissions: add the application permission and grant admin consent.",
    ),
    "clock behind": (
        "The clock of this server is wrong: it is about 60 minutes slow, according to Entra.",
        "Set the server's clock (NTP) and try again.",
    ),
    "clock ahead": (
        "The clock of this server is wrong: it is about 60 minutes fast, according to Entra.",
        "Set the server's clock (NTP) and try again.",
    ),
    "DNS": (
        "The name login.microsoftonline.com cannot be resolved.",
        "Check the DNS settings and the internet connection of this server.",
    ),
    "TLS": (
        "The TLS certificate of 127.0.0.1 is not trusted by this server.",
        "If a firewall inspects TLS, add its certificate authority with REQUESTS_CA_BUNDLE. Check the clock too.",
    ),
}


def _set_up(lab: Lab, **settings: str) -> Hand:
    hand = Hand()
    hand.set_up({**lab.settings(), **settings}, shared_key_pair())
    return hand


def _wrong_tenant(lab: Lab, **_: Any) -> Hand:
    return _set_up(lab, directory_id=str(uuid.uuid4()))


def _wrong_application(lab: Lab, **_: Any) -> Hand:
    return _set_up(lab, application_id=str(uuid.uuid4()))


def _unknown_certificate(lab: Lab, **_: Any) -> Hand:
    hand = Hand()
    hand.set_up(lab.settings(), make_key_pair(datetime.now(timezone.utc)))
    return hand


def _missing_permission(lab: Lab, **_: Any) -> Hand:
    lab.register(permissions=("Contacts.Read",))
    return _set_up(lab)


def _clock_behind(lab: Lab, **_: Any) -> Hand:
    lab.realm().clock.shift(3600)
    return _set_up(lab)


def _clock_ahead(lab: Lab, **_: Any) -> Hand:
    lab.realm().clock.shift(-3600)
    return _set_up(lab)


def _dns(lab: Lab, monkeypatch: pytest.MonkeyPatch, **_: Any) -> Hand:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    return _set_up(lab, national_cloud="GLOBAL")


def _tls(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hand:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stranger))
    return _set_up(lab)


PROVOKE: dict[str, Callable[..., Hand]] = {
    "wrong tenant": _wrong_tenant,
    "wrong application": _wrong_application,
    "unknown certificate": _unknown_certificate,
    "missing permission": _missing_permission,
    "clock behind": _clock_behind,
    "clock ahead": _clock_ahead,
    "DNS": _dns,
    "TLS": _tls,
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hand(case: str, lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hand:
    return PROVOKE[case](lab=lab, monkeypatch=monkeypatch, tmp_path=tmp_path)


def test_test_connection_says_what_is_wrong_and_what_to_do(case: str, hand: Hand) -> None:
    sentence, remedy = CASES[case]
    outcome = hand.press("test_connection")
    assert isinstance(outcome, Refused)
    assert outcome.message.startswith(sentence)
    assert outcome.remedy.startswith(remedy)
    assert "Traceback" not in outcome.message + outcome.remedy


def test_a_run_says_the_same_and_touches_nothing(case: str, hand: Hand) -> None:
    sentence, remedy = CASES[case]
    report = hand.tick(confirm_first_plan=True)
    assert report.status is TickStatus.FAILED
    assert report.message.startswith(f"{sentence} {remedy}")
    assert hand.host.users.counts().linked == 0
    assert hand.fact("Last run").value.endswith(report.message)


def test_a_directory_of_another_cloud_is_told_by_what_it_publishes(lab: Lab) -> None:
    hand = _set_up(lab)
    published = {
        "issuer": f"{lab.sim.origin()}/{lab.tenant().id}/v2.0",
        "msgraph_host": "microsoftgraph.chinacloudapi.cn",
    }
    lab.realm().faults.add(Fault("replace", match="openid-configuration", times=None, body=json.dumps(published)))
    outcome = hand.press("test_connection")
    assert isinstance(outcome, Refused)
    assert outcome.message == (
        "This directory belongs to another Microsoft cloud:"
        " it is served by microsoftgraph.chinacloudapi.cn, not by LAB."
    )
    assert outcome.remedy == "Choose the region CHINA on the PERMISSIONS tab, and register the application there."


def test_a_directory_looked_for_in_the_wrong_cloud(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(clouds=("GLOBAL", "CHINA"))
    hand = _set_up(lab, national_cloud="LABCN")
    outcome = hand.press("test_connection")
    assert isinstance(outcome, Refused)
    assert outcome.message == "The directory belongs to another Microsoft cloud than the one chosen."
    assert outcome.remedy == "Choose the region LAB on the PERMISSIONS tab, and register the application there."


def test_where_nothing_is_wrong_it_says_so_and_names_what_was_tried(lab: Lab) -> None:
    outcome = _set_up(lab, contact_personal="true").press("test_connection")
    assert isinstance(outcome, Done)
    assert outcome.message == "The connection works."
    found = {fact.label: fact.value for fact in outcome.facts}
    assert found["User.Read.All"] == "OK. It works: read the first people of the directory."
    assert found["Contacts.Read"].startswith("OK. It works: read the contact folders of the mailbox ")
    assert found["MailboxSettings.Read"].startswith("Not well. Exchange does not let the app into the mailbox ")
    assert found["Mail.Send"] == "Not checked. No mailbox is chosen on the MAIL tab."


def test_a_mended_fault_is_seen_at_once(lab: Lab) -> None:
    """msal remembers a refusal for a minute; the test of the connection must not."""
    hand = Hand()
    pair = make_key_pair(datetime.now(timezone.utc))
    hand.set_up(lab.settings(), pair)
    assert isinstance(hand.press("test_connection"), Refused)
    lab.register(certificate_pem=pair.certificate.pem)
    assert isinstance(hand.press("test_connection"), Done)
