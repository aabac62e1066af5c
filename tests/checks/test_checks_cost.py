"""What the checks cost, on whom they try a permission, and what must not fail them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import Done, Refused, Severity
from portsip_m365_plugin.checks.run import REQUESTS_MAX, REQUESTS_USUAL, run_checks
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, store_key_pair
from tests.support.check_scene import Scene, expired_key_pair, open_scene
from tests.support.lab import Lab, forget_microsoft, shared_key_pair, shared_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    yield from shared_lab(users=60, clouds=("GLOBAL",))


@pytest.fixture
def scene(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    yield from open_scene(lab, tmp_path, monkeypatch)


def count_requests(scene: Scene) -> int:
    """Requests to Microsoft of one test of the connection."""
    forget_microsoft()
    journal = scene.lab.realm().journal
    before = len(journal.entries())
    scene.press("test_connection")
    return len(journal.entries()) - before


def test_a_test_of_everything_costs_few_requests(scene: Scene) -> None:
    scene.sync_groups()
    assert count_requests(scene) == REQUESTS_USUAL


def test_the_worst_case_is_bounded(scene: Scene) -> None:
    """A key pair that waits, a group, mailboxes that are none, and an alias as the mailbox for mail."""
    scene.sync_groups()
    admin = scene.lab.admin()
    people = [admin.create_user(mailbox="none").props["userPrincipalName"] for _ in range(4)]
    alias = "alias-of-the-checks@contoso.onmicrosoft.com"
    admin.create_user(mailbox="shared", proxyAddresses=[f"smtp:{alias}"])
    names = "\n".join(map(str, people))
    scene.save(contact_users_mode="only", contact_users=names, contact_shared="off", mail_mailbox=alias)
    with scene.host() as host:
        store_key_pair(host, NEXT_KEY, expired_key_pair())
    assert REQUESTS_USUAL < count_requests(scene) <= REQUESTS_MAX


def test_without_features_only_what_is_on_is_asked(scene: Scene) -> None:
    scene.save(contact_personal="false", contact_shared="off", sign_in_mode="off", mail_mailbox="")
    requests = count_requests(scene)
    assert requests <= 5, "directory, token, people, and the useful MailboxSettings.Read"


def test_a_permission_is_tried_on_somebody_in_scope(scene: Scene) -> None:
    people = [p for p in scene.lab.tenant().directory.order if p.kind == "ordinary" and p.mailbox == "user"]
    chosen = people[7]
    upn = str(chosen.props["userPrincipalName"])
    scene.save(contact_users_mode="only", contact_users=upn, contact_shared="off")
    outcome = scene.press("test_connection")
    (line,) = [fact for fact in outcome.facts if fact.label == "Contacts.Read"]
    assert line.value == f"OK. It works: read the contact folders of the mailbox {upn}."
    asked = {entry.mailbox_id for entry in scene.lab.realm().journal.entries() if "contactFolders" in entry.template}
    assert chosen.id in asked


def test_an_operators_cloud_whose_directory_publishes_another_graph(scene: Scene) -> None:
    """What works for the sync must not fail the test: the addresses of such a cloud are the operator's."""
    published = {
        "issuer": f"{scene.lab.sim.origin()}/{scene.lab.tenant().id}/v2.0",
        "msgraph_host": "graph.microsoft.com",
        "token_endpoint": f"{scene.lab.sim.origin()}/{scene.lab.tenant().id}/oauth2/v2.0/token",
        "authorization_endpoint": f"{scene.lab.sim.origin()}/{scene.lab.tenant().id}/oauth2/v2.0/authorize",
    }
    scene.save(contact_personal="false", contact_shared="off", sign_in_mode="off", mail_mailbox="")
    scene.add_fault("replace", "openid-configuration", body=json.dumps(published))
    forget_microsoft()
    outcome = scene.press("test_connection")
    assert isinstance(outcome, Done)
    assert outcome.message == "The connection works."
    assert scene.doctor().check("cloud")["state"] == "ok"


def test_it_never_says_that_the_connection_works_without_the_permissions(scene: Scene) -> None:
    """Contact sync and mail are on, and neither is permitted."""
    scene.revoke("Contacts.Read", "Mail.Send")
    outcome = scene.press("test_connection")
    assert isinstance(outcome, Refused)
    bad = {fact.label for fact in outcome.facts if fact.value.startswith("Not well.")}
    assert bad == {"Contacts.Read", "Mail.Send"}
    doctor = scene.doctor()
    assert (doctor.code, doctor.shape["ok"]) == (1, False)


def test_doctor_prints_one_line_for_each_check_with_its_remedy(scene: Scene) -> None:
    scene.revoke("Contacts.Read")
    text = scene.doctor_text()
    for label in ("Name resolution", "Proxy", "TLS connection", "Clock", "Directory", "Cloud", "Application", "Token"):
        assert label in text.stdout
    assert "→ In Entra, open the app registration" in text.stdout
    assert text.exit_code == 1
    assert text.stderr.count("\n") == 1


def test_of_the_system_only_what_mail_needs_is_checked(scene: Scene) -> None:
    scene.app.permissions = {"Mail.Send"}
    forget_microsoft()
    with scene.world.pbx.open("m365", SYSTEM_TENANT, hook="on_settings_page", run_id=None) as host:
        store_key_pair(host, ACTIVE_KEY, shared_key_pair())
        host.settings.write({**scene.lab.settings(), "mail_mailbox": scene.mailbox}, expected_version=0)
        report = run_checks(host, SYSTEM_TENANT, load_config(host))
    found = {check.label: check.found for check in report.checks}
    assert found["User.Read.All"] == "Nothing that is on uses it."
    assert found["Mailbox for mail"].startswith("Exchange lets the app into ")
    assert (report.fault, [check.name for check in report.steps]) == (None, ["Mail.Send"])


def test_a_certificate_that_ends_soon_is_named_and_fails_nothing(scene: Scene) -> None:
    pair = make_key_pair(datetime.now(timezone.utc) - timedelta(days=350))
    scene.lab.register(certificate_pem=pair.certificate.pem)
    scene.sign_with(pair)
    outcome = scene.press("test_connection")
    assert isinstance(outcome, Done)
    (line,) = [fact for fact in outcome.facts if fact.label == "Certificate of the application"]
    assert line.severity is Severity.WARNING
    assert "in 14 days" in line.value or "in 15 days" in line.value
    assert "renew it itself" in line.help
