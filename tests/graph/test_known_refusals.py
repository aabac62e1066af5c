"""Refusals that are easily mistaken for another: each gets the right sentence, from the simulator to the admin.

Sources: Microsoft Entra authentication and authorization error codes (2024-04-24, learn.microsoft.com/entra/
identity-platform/reference-error-codes); Microsoft Graph error responses (2026-05-20); answers seen live until 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import pytest

from pbx_plugin_api import DeliveryStatus
from portsip_m365_plugin.connect import AppSettings, credential_for
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.signin_errors import explain_refusal
from portsip_m365_plugin.entra.tokens import AppToken, acquire_app_token
from portsip_m365_plugin.graph import errors
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.mail import has_drafts
from portsip_m365_plugin.graph.mailboxes import ask_purpose
from portsip_m365_plugin.graph.session import make_session
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.graph.wire import build
from portsip_m365_plugin.mail.receipts import explain_error
from portsip_m365_plugin.simulator.faults import Fault
from tests.docs.error_reference import PAGE
from tests.support.lab import Lab, shared_key_pair


def order(code: int) -> Callable[[Lab], Any]:
    """Let Entra refuse every token with one code."""
    return lambda lab: lab.realm().faults.add(Fault("aadsts", "oauth2/v2.0/token", code=str(code), times=None))


def without_enterprise_app(lab: Lab) -> None:
    lab.register(has_enterprise_app=False)


AADSTS: dict[int, tuple[Callable[[Lab], Any], RefusalKind, str, str]] = {
    7000229: (without_enterprise_app, RefusalKind.APPLICATION, "enterprise application is missing", "admin consent"),
    50146: (order(50146), RefusalKind.APPLICATION, "signing key of its own", "claims-mapping policy"),
    1002012: (order(1002012), RefusalKind.CLOUD, "belongs to another cloud", "Microsoft 365 region"),
    5000224: (order(5000224), RefusalKind.TENANT, "blocked or was deleted", "No user is deleted in the PBX"),
    530035: (order(530035), RefusalKind.POLICY, "security defaults", "with a browser"),
    700023: (order(700023), RefusalKind.CLOUD, "another cloud or another directory", "Microsoft 365 region"),
    7000112: (lambda lab: lab.register(enabled=False), RefusalKind.APPLICATION, "disabled", "Enterprise applications"),
}


@pytest.mark.parametrize("code", AADSTS)
def test_entra_refuses_the_app_and_the_admin_reads_why(lab: Lab, code: int) -> None:
    make, kind, sentence, remedy = AADSTS[code]
    credential = credential_of(lab)
    make(lab)
    refusal = acquire_app_token(credential, fresh=True)
    assert isinstance(refusal, EntraRefusal)
    assert (refusal.code, refusal.kind) == (code, kind)
    assert sentence in refusal.sentence
    assert remedy in refusal.remedy
    assert "consent" not in refusal.sentence
    assert any(str(code) in line and refusal.sentence in line for line in PAGE.read_text().splitlines())


@pytest.mark.parametrize(
    ("code", "word"),
    [(7000229, "setup"), (50146, "setup"), (1002012, "setup"), (5000224, "setup"), (700023, "setup"),
     (530035, "conditional_access")],
)  # fmt: skip
def test_the_same_codes_when_somebody_signs_in(code: int, word: str) -> None:
    refusal = explain_refusal("invalid_client", f"AADSTS{code}: …", at="token request")
    assert refusal.reason == f"aadsts_{code}"
    assert refusal.detail.startswith(word)


def test_a_certificate_app_in_the_wrong_cloud(make_lab: Callable[..., Lab]) -> None:
    """The simulator answers 700023 by itself, as seen live; a request without an assertion gets 900382."""
    lab = make_lab(clouds=("GLOBAL", "CHINA"))
    http = make_session(lab.sim.origin("CHINA"))
    url = f"{lab.sim.origin('CHINA')}/{lab.tenant('GLOBAL').id}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": "x", "client_assertion": "a.b.c"}
    assert http.post(url, form, timeout=10).json()["error_codes"] == [700023]
    del form["client_assertion"]
    assert http.post(url, form, timeout=10).json()["error_codes"] == [900382]


@dataclass
class Office:
    """A client whose token is good; what Graph then says is up to the recipe."""

    lab: Lab
    client: GraphClient
    mailbox: str

    def read_users(self) -> None:
        list(list_users(self.client))

    def read_purpose(self) -> None:
        """One item of a batch."""
        item = BatchItem(key=1, request=ask_purpose(self.client.cloud, self.mailbox))
        (result,) = list(run_batches(self.client, [item]))
        if result.error is not None:
            raise result.error

    def send_mail(self) -> None:
        recipient = {"emailAddress": {"address": "a@example.com"}}
        message = {"subject": "x", "body": {"contentType": "text", "content": "y"}, "toRecipients": [recipient]}
        body = {"message": message, "saveToSentItems": False}
        self.client.send(build("mail.send", self.client.cloud, user_id=self.mailbox, body=body))


class OneToken:
    """A token fetched once: it stays good while the app changes."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get(self) -> str:
        return self._token

    def renew(self) -> str:
        return self._token


@pytest.fixture
def office(lab: Lab) -> Any:
    credential = credential_of(lab)
    lab.register(permissions=("User.Read.All", "Mail.Send", "MailboxSettings.Read"))
    token = acquire_app_token(credential, fresh=True)
    assert isinstance(token, AppToken)
    mailbox = next(p.id for p in lab.tenant().directory.people.values() if p.mailbox == "user" and p.listed)
    client = GraphClient(
        cloud=lab.cloud(),
        tokens=OneToken(token.access_token),
        session=make_session(lab.cloud().graph),
        gate=ThrottleGate(lambda: 0.0, lambda _: None),
    )
    yield Office(lab, client, mailbox)
    client.session.close()


def block(code: str) -> Callable[[Office], None]:
    return lambda office: office.lab.admin().refuse_sending(office.mailbox, code)


Recipe = tuple[Callable[[Office], Any], Callable[[Office], None], type[errors.GraphError], int]
GRAPH: dict[str, Recipe] = {
    "Authorization_IdentityNotFound": (
        lambda o: o.lab.register(known_to_graph=False), Office.read_users, errors.AppMissingError, 401,
    ),
    "Authorization_IdentityDisabled": (
        lambda o: o.lab.register(enabled=False), Office.read_users, errors.AppDisabledError, 403,
    ),
    "OrganizationFromTenantGuidNotFound": (
        lambda o: setattr(o.lab.tenant(), "has_exchange", False), Office.read_purpose, errors.ExchangeMissingError, 401,
    ),
    "ErrorMessageSubmissionBlocked": (
        block("ErrorMessageSubmissionBlocked"), Office.send_mail, errors.SenderBlockedError, 403,
    ),
    "ErrorAccountSuspend": (block("ErrorAccountSuspend"), Office.send_mail, errors.SenderBlockedError, 403),
}  # fmt: skip


@pytest.mark.parametrize("code", GRAPH)
def test_graph_refuses_and_the_admin_reads_why(office: Office, code: str) -> None:
    make, call, kind, status = GRAPH[code]
    call(office)
    make(office)
    with pytest.raises(kind) as caught:
        call(office)
    error = caught.value
    assert (error.status, error.code) == (status, code)
    assert "consent" not in error.sentence
    assert error.remedy
    assert error.request_id
    assert any(code in line and error.sentence in line for line in PAGE.read_text().splitlines())


def test_without_exchange_the_directory_can_still_be_read(office: Office) -> None:
    office.lab.tenant().has_exchange = False
    office.read_users()
    with pytest.raises(errors.ExchangeMissingError):
        office.send_mail()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Authorization_RequestDenied", errors.ConsentMissingError),
        ("AccessDenied", errors.ConsentMissingError),
        ("SomethingNew", errors.ForbiddenError),
    ],
)
def test_only_some_codes_mean_a_missing_permission(office: Office, code: str, kind: type[errors.GraphError]) -> None:
    office.lab.realm().faults.add(Fault("status", "GET /v1.0/users", status=403, code=code))
    with pytest.raises(kind) as caught:
        office.read_users()
    assert ("permission" in caught.value.sentence) == (kind is errors.ConsentMissingError)


NOW_UTC = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("ErrorMessageSubmissionBlocked", "mailbox_blocked"),
        ("ErrorAccountSuspend", "mailbox_blocked"),
        ("OrganizationFromTenantGuidNotFound", "exchange_missing"),
        ("Authorization_IdentityDisabled", "app_disabled"),
        ("Authorization_IdentityNotFound", "app_missing"),
    ],
)
def test_mail_is_certainly_unsent_and_its_receipt_says_why(office: Office, code: str, fault: str) -> None:
    GRAPH[code][0](office)
    with pytest.raises(errors.GraphError) as caught:
        office.send_mail()
    receipt = explain_error(caught.value, "pbx@contoso.example", NOW_UTC)
    assert (receipt.status, receipt.fault) == (DeliveryStatus.DEFERRED, fault)
    assert "permission" not in receipt.reason
    assert receipt.remedy
    assert office.lab.tenant().sent == []


def test_an_unknown_code_links_to_microsofts_page(lab: Lab) -> None:
    credential = credential_of(lab)
    body = '{"error": "invalid_client", "error_codes": [7999999], "error_description": "AADSTS7999999: new"}'
    lab.realm().faults.add(Fault("replace", "v2.0/token", body=body, content_type="application/json", times=None))
    refusal = acquire_app_token(credential, fresh=True)
    assert isinstance(refusal, EntraRefusal)
    assert refusal.kind is RefusalKind.OTHER
    assert "https://login.microsoftonline.com/error?code=7999999" in refusal.remedy


def credential_of(lab: Lab) -> Any:
    app = lab.register()
    settings = AppSettings(cloud=lab.cloud(), entra_tenant_id=lab.tenant().id, client_id=app.client_id)
    return replace(credential_for(settings, shared_key_pair()))


def test_the_us_government_cloud_has_contacts_delta_and_no_upload_sessions(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(clouds=("USGOV",))
    app = lab.register(permissions=("User.Read.All", "Contacts.Read", "Mail.ReadWrite"), cloud="USGOV")
    settings = AppSettings(cloud=lab.cloud("USGOV"), entra_tenant_id=lab.tenant("USGOV").id, client_id=app.client_id)
    token = acquire_app_token(credential_for(settings, shared_key_pair()), fresh=True)
    assert isinstance(token, AppToken)
    http = make_session(lab.sim.origin("USGOV"))
    http.headers["Authorization"] = f"Bearer {token.access_token}"
    person = next(p for p in lab.tenant("USGOV").directory.people.values() if p.mailbox == "user" and p.listed)
    root = f"{lab.sim.origin('USGOV')}/v1.0/users/{person.id}"
    assert http.get(f"{root}/contactFolders/contacts/contacts/delta", timeout=10).status_code == 200
    draft = http.post(f"{root}/messages", json={"subject": "x"}, timeout=10).json()["id"]
    item = {"AttachmentItem": {"attachmentType": "file", "name": "a.wav", "size": 5_000_000}}
    refused = http.post(f"{root}/messages/{draft}/attachments/createUploadSession", json=item, timeout=10)
    assert refused.status_code == 400
    client = GraphClient(
        cloud=lab.cloud("USGOV"), tokens=OneToken(""), session=http, gate=ThrottleGate(lambda: 0.0, lambda _: None)
    )
    assert not has_drafts(client), "so large attachments go as links"
    http.close()
