"""What an administrator gives to a colleague who administers Entra, and what happens when the colleague is back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pbx_plugin_api import (
    ActionRequest,
    Done,
    Download,
    Landing,
    Refused,
    Scope,
    SettingsPage,
    Tenant,
    Viewer,
    WebOrigins,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.consent import read_consent
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.page.page import draw_page
from portsip_m365_plugin.redirects import read_redirects
from tests.conftest import MakeLab
from tests.support.fake_az import FakeAz, new_world
from tests.support.lab import Lab, shared_key_pair

ADMIN = Viewer(username="boss")
ORIGINS = WebOrigins(web="https://pbx.contoso.example:8887", sbc="https://sbc.contoso.example:10443")
BACK = "https://pbx.contoso.example:8887/ms365/callback"
APP = {"directory_id": "72f988bf-0000-4000-8000-2d7cd011db47", "application_id": "11111111-2222-4333-8444-555555555555"}


def host_with(values: dict[str, Any] | None = None, **more: Any) -> FakeHost:
    host = FakeHost(origins=ORIGINS, **more)
    if values is not None:
        host.settings.write({"national_cloud": "GLOBAL", **values}, expected_version=0)
    return host


def page_of(host: FakeHost, viewer: Viewer = ADMIN) -> SettingsPage:
    return draw_page(host, host.tenant, viewer)


def press(host: FakeHost, action: str, **values: str) -> Any:
    return page_of(host).run(ActionRequest(action=action, values=values, viewer="boss"))


def shown(outcome: Any) -> dict[str, str]:
    assert isinstance(outcome, Done), outcome
    return {fact.label: fact.value for fact in outcome.facts}


def consent_address(host: FakeHost) -> str:
    return shown(press(host, "for_colleague"))["Consent address"]


def land(host: FakeHost, address: str, **params: str) -> Any:
    """Come back as Entra sends the browser back."""
    query = parse_qs(urlsplit(address).query)
    opened = host.landing_of(query["state"][0])
    assert opened is not None
    function = page_of(host, Viewer(username="somebody", may_edit=False)).land
    assert function is not None
    return function(Landing(purpose=opened[0], about=opened[1], address=query["redirect_uri"][0], params=params))


# ---------------------------------------------------------------------- what is shown


def test_before_anything_is_entered() -> None:
    host = host_with()
    outcome = press(host, "for_colleague")
    facts = shown(outcome)
    assert facts["Name"] == "PortSIP PBX"
    assert [fact.value for fact in outcome.facts if fact.label == "Redirect URI, platform Web"] == [
        BACK,
        "https://sbc.contoso.example:10443/ms365/callback",
    ]
    assert facts["Consent address"].startswith("none yet")
    assert facts["Public key"].startswith("none yet")


EVERYTHING = {**APP, "contact_personal": "true", "mail_mailbox": "pbx@contoso.example"}


def test_only_the_permissions_of_features_that_are_on_are_named() -> None:
    few = [row[:2] for row in press(host_with(APP), "for_colleague").tables[0].rows]
    many = [row[:2] for row in press(host_with(EVERYTHING), "for_colleague").tables[0].rows]
    assert few == [("User.Read.All", "Yes"), ("MailboxSettings.Read", "Useful")]
    assert many[:3] == [("User.Read.All", "Yes"), ("Contacts.Read", "Yes"), ("Mail.Send", "Yes")]
    assert many[3:] == [("MailboxSettings.Read", "Useful"), ("Mail.ReadWrite", "Useful")]


@pytest.mark.parametrize(
    ("values", "permissions"),
    [
        ({}, "(User.Read.All Contacts.Read Mail.Send)"),
        ({"with_useful": "true"}, "(User.Read.All Contacts.Read MailboxSettings.Read Mail.Send Mail.ReadWrite)"),
    ],
)
def test_a_script_consents_to_what_is_needed_and_on_request_to_what_is_useful(
    values: dict[str, str], permissions: str
) -> None:
    outcome = press(host_with(EVERYTHING), "download_script", file="azure_cli", **values)
    assert f"\nPERMISSIONS={permissions}\n" in outcome.content.decode()


@pytest.mark.parametrize(("large", "roles"), [("false", "'Mail.Send'"), ("true", "'Mail.Send', 'Mail.ReadWrite'")])
def test_a_limit_gives_the_role_for_large_attachments_on_request(large: str, roles: str) -> None:
    outcome = press(host_with(EVERYTHING), "limit_mailboxes", senders="a@b.example", with_large_attachments=large)
    assert f"Permissions = @({roles});" in outcome.content.decode()


def test_the_system_needs_only_mail() -> None:
    system = Tenant(pbx_tenant_id="system", name="PBX", sip_domain="pbx.example", scope=Scope.SYSTEM)
    host = host_with({**APP, "mail_mailbox": "pbx@contoso.example"}, tenant=system)
    assert [row[0] for row in press(host, "for_colleague").tables[0].rows] == ["Mail.Send", "Mail.ReadWrite"]


def test_the_consent_address_is_the_directorys_and_the_clouds() -> None:
    parts = urlsplit(consent_address(host_with({**APP, "national_cloud": "GCC_HIGH"})))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        f"https://login.microsoftonline.us/{APP['directory_id']}/adminconsent"
    )
    query = parse_qs(parts.query)
    assert (query["client_id"], query["redirect_uri"]) == ([APP["application_id"]], [BACK])
    assert set(query) == {"client_id", "redirect_uri", "state"}


def test_the_text_names_everything() -> None:
    host = host_with({**APP, "sign_in_mode": "all"})
    store_key_pair(host, ACTIVE_KEY, shared_key_pair())
    outcome = press(host, "download_script", file="text")
    assert isinstance(outcome, Download)
    text = outcome.content.decode()
    for words in (
        *(BACK, "PortSIP PBX", "User.Read.All", "openid, profile", "single tenant", "/adminconsent?client_id="),
        shared_key_pair().certificate.thumbprint_sha1,
    ):
        assert words in text
    assert "PRIVATE" not in text
    assert max(map(len, text.splitlines())) < 1_200


@pytest.mark.parametrize(
    ("file", "name", "beginning"),
    [
        ("azure_cli", "register-azure-cli.sh", b"#!/usr/bin/env bash"),
        ("graph_powershell", "register-graph-powershell.ps1", b"\xef\xbb\xbf<#"),
    ],
)
def test_scripts_are_downloads(file: str, name: str, beginning: bytes) -> None:
    outcome = press(host_with(APP), "download_script", file=file)
    assert isinstance(outcome, Download)
    assert outcome.filename == name
    assert outcome.content.startswith(beginning)
    assert APP["application_id"].encode() in outcome.content


def test_the_limit_names_the_mailboxes_of_features_that_are_on() -> None:
    host = host_with({**APP, "mail_mailbox": "pbx@contoso.example"})
    (action,) = (each for each in page_of(host).tabs[0].actions if each.name == "limit_mailboxes")
    assert [field.name for field in action.parameters] == ["senders", "with_large_attachments"]
    assert action.parameters[0].value == "pbx@contoso.example"
    outcome = press(host, "limit_mailboxes", senders="pbx@contoso.example\n b@contoso.example \n")
    assert isinstance(outcome, Download)
    assert b"Mailboxes = @('pbx@contoso.example', 'b@contoso.example')" in outcome.content
    assert b"Contacts.Read" not in outcome.content


@pytest.mark.parametrize(
    ("typed", "message"),
    [("", "No mailbox was named"), ("a@b.example\nnobody", "nobody is no address")],
)
def test_wrong_mailboxes_are_refused(typed: str, message: str) -> None:
    outcome = press(host_with({**APP, "mail_mailbox": "x@y.example"}), "limit_mailboxes", senders=typed)
    assert isinstance(outcome, Refused)
    assert message in outcome.message


def test_an_address_that_entra_would_refuse_is_named() -> None:
    host = FakeHost(origins=WebOrigins(web="https://pbx.müller.example"))
    for outcome in (press(host, "for_colleague"), press(host, "download_script", file="azure_cli")):
        assert isinstance(outcome, Refused)
        assert "https://pbx.müller.example/ms365/callback" in outcome.message
        assert "xn--" in outcome.remedy


def test_somebody_who_may_only_look_gets_no_address() -> None:
    page = page_of(host_with(APP), Viewer(username="guest", may_edit=False))
    for action in ("for_colleague", "download_script", "limit_mailboxes"):
        assert isinstance(page.run(ActionRequest(action=action, viewer="guest")), Refused)


# ---------------------------------------------------------------------- the colleague comes back


def test_a_consent_that_was_given_is_remembered() -> None:
    host = host_with(APP)
    outcome = land(host, consent_address(host), admin_consent="True", tenant="anything")
    assert isinstance(outcome, Done)
    connection = _connection(host)
    consent = read_consent(host, connection)
    assert consent is not None
    assert consent.is_given
    assert BACK in read_redirects(host, connection).proven


@pytest.mark.parametrize("params", [{"error": "access_denied"}, {"admin_consent": "True", "error": "x"}, {}])
def test_a_consent_that_was_declined_is_said(params: dict[str, str]) -> None:
    host = host_with(APP)
    outcome = land(host, consent_address(host), **params)
    assert isinstance(outcome, Refused)
    consent = read_consent(host, _connection(host))
    assert consent is not None
    assert not consent.is_given


def test_declining_later_takes_nothing_back() -> None:
    host = host_with(APP)
    address = consent_address(host)
    land(host, address, admin_consent="True")
    land(host, address, error="access_denied")
    consent = read_consent(host, _connection(host))
    assert consent is not None
    assert consent.is_given


def test_an_address_of_an_earlier_application_says_nothing_about_this_one() -> None:
    host = host_with(APP)
    address = consent_address(host)
    host.settings.write({**APP, "application_id": APP["directory_id"], "national_cloud": "GLOBAL"}, expected_version=1)
    outcome = land(host, address, admin_consent="True")
    assert isinstance(outcome, Refused)
    assert "another application" in outcome.message
    assert read_consent(host, _connection(host)) is None


def test_an_address_ends() -> None:
    host = host_with(APP)
    state = parse_qs(urlsplit(consent_address(host)).query)["state"][0]
    host.clock.move(days=29)
    assert host.landing_of(state) is not None
    host.clock.move(days=2)
    assert host.landing_of(state) is None


# ---------------------------------------------------------------------- the script, and then the connection


def test_what_the_script_registered_connects(make_lab: MakeLab, tmp_path: Path) -> None:
    """Run by bash; what it left in the directory goes into the simulator; the two IDs go onto the page."""
    lab: Lab = make_lab(users=20)
    host = host_with({"national_cloud": "LAB", "directory_id": lab.tenant().id})
    store_key_pair(host, ACTIVE_KEY, shared_key_pair())
    outcome = press(host, "download_script", file="azure_cli")
    assert isinstance(outcome, Download)
    client_id = _run(outcome.content, tmp_path, lab)
    version = host.settings.read().version
    page_of(host).save({"application_id": client_id, "directory_id": lab.tenant().id, "national_cloud": "LAB"}, version)
    tested = press(host, "test_connection")
    assert isinstance(tested, Done), tested


def _run(script: bytes, folder: Path, lab: Lab) -> str:
    import os
    import subprocess

    bash = shutil.which("bash") or ""
    az = FakeAz(folder / "bin", bash)
    az.world = new_world(lab.tenant().id, ["User.Read.All", "MailboxSettings.Read"])
    (folder / "register.sh").write_bytes(script)
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PBX_WAIT_S": "0"}
    try:
        done = subprocess.run([bash, "register.sh"], cwd=folder, env=environment, capture_output=True, text=True)
    finally:
        az.close()
    assert done.returncode == 0, done.stderr
    (app,) = az.world["applications"].values()
    names = {each["id"]: each["value"] for each in az.world["graph"]["appRoles"]}
    lab.tenant().register_app(
        f"-----BEGIN CERTIFICATE-----\n{app['keyCredentials'][0]['key']}\n-----END CERTIFICATE-----\n",
        app["web"]["redirectUris"],
        [names[each["appRoleId"]] for each in az.world["roles"]],
        app["appId"],
    )
    printed = dict(line.split(": ") for line in done.stdout.splitlines())
    assert printed["Directory (tenant) ID"] == lab.tenant().id
    return printed["Application (client) ID"]


def _connection(host: FakeHost) -> Any:
    from portsip_m365_plugin.config.reader import load_config

    return load_config(host).connection
