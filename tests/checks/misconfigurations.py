"""The table: each misconfiguration, and what an administrator has to read about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.checks import breaking
from tests.support.check_scene import Scene

CONSENT = "In Entra, open the app registration, API permissions: add the application permission"
OTHER = "The directory belongs to another"
REGION = "Choose the region {} on the PERMISSIONS tab, and register the application there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to set the PBX up wrongly."""

    make: Callable[[Scene], object]
    check: str
    """The line of the list that it belongs to."""
    sentence: str
    """What is wrong; {…} are facts of the scene."""
    remedy: str
    """What to do: a part of it."""
    state: str = "not_well"


CASES: dict[str, Case] = {
    "wrong tenant": Case(
        make=breaking.wrong_tenant,
        check="directory",
        sentence="Entra does not know this directory (tenant) ID.",
        remedy="Check the directory ID, and check that the right Microsoft 365 region is chosen.",
    ),
    "wrong application": Case(
        make=breaking.wrong_application,
        check="application",
        sentence="Entra does not know this application ID in this directory.",
        remedy="The app must be registered in this directory and in this cloud.",
    ),
    "certificate not uploaded": Case(
        make=breaking.not_uploaded,
        check="certificate",
        sentence="Entra does not accept the certificate of this PBX.",
        remedy="upload it to the app registration under Certificates & secrets",
    ),
    "certificate generated here and not uploaded": Case(
        make=breaking.generated_not_uploaded,
        check="certificate",
        sentence="Entra does not know the certificate of this PBX yet",
        remedy="upload it to the app registration under Certificates & secrets",
    ),
    "certificate expired": Case(
        make=breaking.expired,
        check="certificate",
        sentence="The certificate of this PBX expired on ",
        remedy="Generate a new key pair on the PERMISSIONS tab",
    ),
    "certificate replaced": Case(
        make=breaking.replaced,
        check="certificate",
        sentence="Entra no longer knows the certificate of this PBX",
        remedy="under Certificates & secrets, and upload public_key.pem again",
    ),
    "application deleted": Case(
        make=breaking.deleted,
        check="application",
        sentence="Entra does not know this application ID in this directory.",
        remedy="Check the application (client) ID.",
    ),
    "application disabled": Case(
        make=breaking.disabled,
        check="application",
        sentence="The application is disabled in this directory.",
        remedy="Enable it in Entra under Enterprise applications, Properties.",
    ),
    "application disabled a moment ago": Case(
        make=breaking.disabled_after_the_token,
        check="application",
        sentence="The app is disabled in this directory.",
        remedy="Enable it in Entra under Enterprise applications, Properties.",
    ),
    "enterprise application missing": Case(
        make=breaking.no_enterprise_app,
        check="application",
        sentence="The app is registered, but its enterprise application is missing in this directory.",
        remedy="API permissions, and grant admin consent",
    ),
    "consent granted a moment ago": Case(
        make=breaking.not_known_to_graph,
        check="application",
        sentence="Microsoft Graph does not know this app in the directory",
        remedy="wait five minutes",
    ),
    "no consent to User.Read.All": Case(
        make=lambda scene: scene.revoke("User.Read.All"),
        check="User.Read.All",
        sentence="The app registration lacks the permission User.Read.All, or no administrator has consented to it.",
        remedy=CONSENT,
    ),
    "no consent to GroupMember.Read.All": Case(
        make=lambda scene: (scene.sync_groups(), scene.revoke("GroupMember.Read.All")),
        check="GroupMember.Read.All",
        sentence="The app registration lacks the permission GroupMember.Read.All",
        remedy=CONSENT,
    ),
    "no consent to Contacts.Read": Case(
        make=lambda scene: scene.revoke("Contacts.Read"),
        check="Contacts.Read",
        sentence="Exchange does not let the app into the mailbox ",
        remedy=f"{CONSENT} Contacts.Read",
    ),
    "no consent to MailboxSettings.Read": Case(
        make=lambda scene: scene.revoke("MailboxSettings.Read"),
        check="MailboxSettings.Read",
        sentence="Exchange does not let the app into the mailbox ",
        remedy=f"{CONSENT} MailboxSettings.Read",
    ),
    "no consent to Mail.Send": Case(
        make=lambda scene: scene.revoke("Mail.Send"),
        check="Mail.Send",
        sentence="Exchange does not let the app send from the mailbox {mailbox}",
        remedy=f"{CONSENT} Mail.Send",
    ),
    "mailbox outside of the scope of RBAC": Case(
        make=breaking.rbac_scope,
        check="Contacts.Read",
        sentence="Exchange does not let the app into the mailbox {mailbox}: Contacts.Read is not granted, or the scope",
        remedy="(RBAC for Applications), add this one to the scope",
    ),
    "Conditional Access": Case(
        make=breaking.conditional_access,
        check="token",
        sentence="A Conditional Access policy of the directory blocks this application.",
        remedy="Allow this server's address in the policy",
    ),
    "clock behind": Case(
        make=breaking.shift_clock(3600),
        check="clock",
        sentence="The clock of this server is wrong: it is about 60 minutes slow, according to Entra.",
        remedy="Set the server's clock (NTP)",
    ),
    "clock ahead": Case(
        make=breaking.shift_clock(-3600),
        check="clock",
        sentence="The clock of this server is wrong: it is about 60 minutes fast, according to Entra.",
        remedy="Set the server's clock (NTP)",
    ),
    "DNS": Case(
        make=breaking.dns,
        check="name_resolution",
        sentence="The name login.microsoftonline.com cannot be resolved.",
        remedy="Check the DNS settings",
    ),
    "TLS": Case(
        make=breaking.tls,
        check="tls",
        sentence="The TLS certificate of 127.0.0.1 is not trusted by this server.",
        remedy="REQUESTS_CA_BUNDLE",
    ),
    "proxy 407": Case(
        make=breaking.proxy,
        check="proxy",
        sentence="The proxy asks for a user name and a password before it lets this server reach 127.0.0.1 (HTTP 407).",
        remedy="HTTPS_PROXY",
    ),
    "a directory in China, and GLOBAL is chosen": Case(
        make=breaking.choose_cloud("CHINA", "GLOBAL"),
        check="cloud",
        sentence="The directory belongs to another",
        remedy=REGION.format("LABCN"),
    ),
    "a directory in GLOBAL, and CHINA is chosen": Case(
        make=breaking.choose_cloud("GLOBAL", "CHINA"),
        check="cloud",
        sentence="The directory belongs to another",
        remedy=REGION.format("LAB"),
    ),
    "a directory in GLOBAL, and US Government is chosen": Case(
        make=breaking.choose_cloud("GLOBAL", "USGOV"),
        check="cloud",
        sentence="The directory belongs to another",
        remedy=REGION.format("LAB"),
    ),
    "a directory of DoD, and another Graph is chosen": Case(
        make=breaking.publishes_another_graph,
        check="cloud",
        sentence="This directory belongs to another Microsoft cloud: it is served by dod-graph.microsoft.us, not by",
        remedy="Choose the region DOD",
    ),
    "throttled": Case(
        make=breaking.throttled,
        check="User.Read.All",
        sentence="Microsoft Graph is limiting the requests of this app.",
        remedy="Nothing to do",
        state="not_checked",
    ),
    "disabled tenant": Case(
        make=breaking.disabled_tenant,
        check="directory",
        sentence="The directory is blocked or was deleted, or this application is not available in it.",
        remedy="Check at Microsoft that the directory and the application still exist.",
    ),
    "no Exchange": Case(
        make=breaking.no_exchange,
        check="Contacts.Read",
        sentence="This directory has no Exchange Online, so mail and contacts cannot be used.",
        remedy="switch off contact sync and mail; user sync works without it",
    ),
    "blocked mailbox": Case(
        make=breaking.blocked_mailbox("ErrorMessageSubmissionBlocked"),
        check="mailbox",
        sentence="Microsoft blocks sending from {mailbox} (outbound spam protection).",
        remedy="unblock the mailbox in Microsoft Defender under Restricted entities",
    ),
    "suspended mailbox": Case(
        make=breaking.blocked_mailbox("ErrorAccountSuspend"),
        check="mailbox",
        sentence="Microsoft blocks sending from {mailbox}",
        remedy="unblock the mailbox",
    ),
    "mailbox for mail deleted": Case(
        make=breaking.mailbox_deleted,
        check="mailbox",
        sentence="{mailbox}: no account of this directory has this address or sign-in name.",
        remedy="Check the spelling on the MAIL tab",
    ),
    "mailbox for mail without a licence": Case(
        make=breaking.mailbox_without_licence,
        check="mailbox",
        sentence="{mailbox} has no mailbox in Exchange Online",
        remedy="Assign an Exchange Online licence",
    ),
    "wrong redirect URI": Case(
        make=breaking.wrong_redirect_uri,
        check="redirect_uris",
        sentence="Microsoft has not sent anybody back yet to https://pbx.example.com:8887/ms365/callback",
        remedy="AADSTS50011 on Microsoft's page means that it is not registered",
        state="not_checked",
    ),
    "user not assigned": Case(
        make=breaking.not_assigned,
        check="sign_in",
        sentence="The last test sign-in failed. Your account is not assigned to this application.",
        remedy="open Enterprise applications, the application, Users and groups: assign the people",
    ),
}
