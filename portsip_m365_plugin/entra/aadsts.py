"""Why Entra refused a token to the app: what is wrong and what to do, for an administrator. One table.

Source: Microsoft Entra authentication and authorization error codes (2024-04-24,
learn.microsoft.com/entra/identity-platform/reference-error-codes), completed from live answers seen until 2026-11.
Microsoft advises against branching on codes: our code uses only the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from pbx_plugin_api import TextValue, listing, sentences
from portsip_m365_plugin.texts import _, _later, _n


class RefusalKind(StrEnum):
    """What has to change."""

    APPLICATION = "application"
    TENANT = "tenant"
    CLOUD = "cloud"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    CONSENT = "consent"
    POLICY = "policy"
    TRANSIENT = "transient"
    UNREACHABLE = "unreachable"
    OTHER = "other"


class CertificateDoubt(StrEnum):
    """Why Entra does not accept our certificate, as far as the PBX itself knows."""

    EXPIRED = "expired"
    EXPIRED_NEXT_WAITS = "expired_next_waits"
    NOT_YET_KNOWN = "not_yet_known"
    NO_LONGER_KNOWN = "no_longer_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraRefusal:
    """No token, and why."""

    kind: RefusalKind
    sentence: str
    remedy: str
    error: str = ""
    """The OAuth error, such as `invalid_client`."""
    code: int = 0
    """The number after AADSTS; 0 where there is none."""
    trace_id: str = ""
    correlation_id: str = ""
    timestamp: str = ""

    def describe(self) -> str:
        """Return one line for a page or a log: sentence, remedy, Microsoft's ids."""
        return sentences(self.sentence, self.describe_remedy())

    def describe_remedy(self) -> str:
        """Return the remedy with Microsoft's ids."""
        ids = [f"AADSTS{self.code}"] if self.code else []
        # Translators: Microsoft's id of a request ("Trace ID"), for their support
        ids += [_("trace {id}", id=self.trace_id)] if self.trace_id else []
        # Translators: Microsoft's id of a request ("Correlation ID"), for their support
        ids += [_("correlation {id}", id=self.correlation_id)] if self.correlation_id else []
        # Translators: Microsoft's ids after the sentences of an error
        return sentences(self.remedy, _("({ids})", ids=listing(ids)) if ids else "")


_TABLE: Final[tuple[tuple[RefusalKind, str, str, tuple[int, ...]], ...]] = (
    (
        RefusalKind.APPLICATION,
        _("Entra does not know this application ID in this directory."),
        _("Check the application (client) ID. The app must be registered in this directory and in this cloud."),
        (700016, 50012100),
    ),
    (
        RefusalKind.APPLICATION,
        _("The app is registered, but its enterprise application is missing in this directory."),
        _(
            "In Entra, open the app registration, API permissions, and grant admin consent. That creates the enterprise"
            " application."
        ),
        (7000229,),
    ),
    (
        RefusalKind.APPLICATION,
        _("The application is disabled in this directory."),
        _("Enable it in Entra under Enterprise applications, Properties."),
        (7000112, 70001, 1000031),
    ),
    (
        RefusalKind.APPLICATION,
        _("This application needs a signing key of its own, because a claims-mapping policy is assigned to it."),
        _(
            "In Entra, remove the claims-mapping policy from the enterprise application, or set acceptMappedClaims to"
            " true in the manifest of the app registration."
        ),
        (50146,),
    ),
    (
        RefusalKind.TENANT,
        _("Entra does not know this directory (tenant) ID."),
        _("Check the directory ID, and check that the right Microsoft 365 region is chosen."),
        (90002, 900021, 900023, 50020, 50059, 9001023, 90130),
    ),
    (
        RefusalKind.TENANT,
        _("The directory is blocked or was deleted, or this application is not available in it."),
        _("Check at Microsoft that the directory and the application still exist. No user is deleted in the PBX."),
        (5000224,),
    ),
    (
        RefusalKind.TENANT,
        _("Microsoft 365 is not available in this directory: the subscription is missing or has ended."),
        _("Check the subscription in the Microsoft 365 admin center. No user is deleted in the PBX."),
        (500014, 650052, 650054),
    ),
    (
        RefusalKind.CLOUD,
        _("The directory belongs to another Microsoft cloud than the one chosen."),
        _("Choose the Microsoft 365 region that the directory belongs to."),
        (90038, 900382, 900432, 90051, 1000104, 500011, 900439),
    ),
    (
        RefusalKind.CLOUD,
        _("Entra refuses our signed request, because it was made for another cloud or another directory."),
        _("Choose the Microsoft 365 region that the directory belongs to, and check the directory ID."),
        (700023,),
    ),
    (
        RefusalKind.CLOUD,
        _("Entra does not accept the address of Microsoft Graph that was requested: it belongs to another cloud."),
        _(
            "Choose the Microsoft 365 region that the directory belongs to. If the operator of this PBX defined the"
            " cloud, check its Graph address."
        ),
        (1002012, 70011),
    ),
    (
        RefusalKind.CERTIFICATE,
        _("Entra does not accept the certificate of this PBX."),
        _(
            "Download public_key.pem and upload it to the app registration under Certificates & secrets. Entra needs a"
            " few minutes to accept a new certificate. If it is uploaded already, check that it has not expired."
        ),
        (700027, 700030, 1000502, 7000214),
    ),
    (
        RefusalKind.CLOCK,
        _("The clock of this server is wrong: for Entra our signature is outside its valid time."),
        _("Set the server's clock (NTP) and try again."),
        (700024,),
    ),
    (
        RefusalKind.CERTIFICATE,
        _("Entra says that our signed request is malformed."),
        _("Check the application ID. If it is right, generate a new key pair and upload it."),
        (50012, 50013, 500133, 50027, 50048, 700021, 7000218, 700025, 7000215, 7000222),
    ),
    (
        RefusalKind.CONSENT,
        _("No administrator has consented to the permissions of the app registration."),
        _("In Entra, open the app registration, API permissions, and grant admin consent."),
        (65001, 90094, 90095, 65004, 650056, 650057),
    ),
    (
        RefusalKind.POLICY,
        _("A Conditional Access policy of the directory blocks this application."),
        _("Allow this server's address in the policy, or exclude the application from it."),
        (53000, 53001, 53003, 530032, 50005, 50131),
    ),
    (
        RefusalKind.POLICY,
        _("The security defaults of the directory block this sign-in."),
        _("Sign in with a browser instead of a device code, or ask the directory's administrator."),
        (530035,),
    ),
    (
        RefusalKind.TRANSIENT,
        _("Entra has a temporary problem."),
        _("Nothing to do: it is tried again."),
        (90033, 90006, 90012, 90024, 90055, 50033, 50087, 50196),
    ),
)

CERTIFICATE_CODES: Final = frozenset({700027, 700030, 1000502, 7000214})
"""Codes that mean the certificate itself, and not how the request was signed."""

_CERTIFICATE: Final[Mapping[CertificateDoubt, tuple[str, str]]] = {
    CertificateDoubt.EXPIRED: (
        _later("The certificate of this PBX expired on {until}."),
        _later(
            "Generate a new key pair on the PERMISSIONS tab, upload its public_key.pem to the app registration under"
            " Certificates & secrets, then press Test connection. Uploading the expired one again does not help."
        ),
    ),
    CertificateDoubt.EXPIRED_NEXT_WAITS: (
        _later("The certificate of this PBX expired on {until}, and Entra does not know the new one yet."),
        _later(
            "Download public_key.pem on the PERMISSIONS tab (thumbprint {thumbprint}), upload it to the app"
            " registration under Certificates & secrets, then press Test connection."
        ),
    ),
    CertificateDoubt.NOT_YET_KNOWN: (
        _later("Entra does not know the certificate of this PBX yet: it was made on {made} and was never accepted."),
        _later(
            "Download public_key.pem on the PERMISSIONS tab (thumbprint {thumbprint}) and upload it to the app"
            " registration under Certificates & secrets. Entra needs a few minutes to accept it. If the thumbprint is"
            " listed there already, wait, then press Test connection."
        ),
    ),
    CertificateDoubt.NO_LONGER_KNOWN: (
        _later("Entra no longer knows the certificate of this PBX: it last accepted it on {accepted}."),
        _later(
            "It was removed from the app registration, or the application ID was changed. Check the application ID;"
            " then look for the thumbprint {thumbprint} under Certificates & secrets, and upload public_key.pem again"
            " if it is missing."
        ),
    ),
}
"""What the PBX's own knowledge adds to `CERTIFICATE_CODES`: sentence and remedy."""

_BY_CODE: Final = {code: (kind, sentence, remedy) for kind, sentence, remedy, codes in _TABLE for code in codes}
_UNKNOWN: Final = (
    RefusalKind.OTHER,
    _("Entra refused a token to this application."),
    _later(
        "Look the code up at https://login.microsoftonline.com/error?code={code}. Microsoft's support needs the ids."
    ),
)
_CODE: Final = re.compile(r"AADSTS(\d{4,8})")
_GUID: Final = re.compile(r"[0-9a-fA-F-]{36}")


def explain_clock(server_ahead_s: float) -> tuple[str, str]:
    """Return what is wrong with this server's clock and what to do.

    Args:
        server_ahead_s: How far Entra's clock is ahead of ours; negative if it is behind.
    """
    minutes = round(abs(server_ahead_s) / 60)
    sentence = (
        _n(
            "The clock of this server is wrong: it is about {n} minute slow, according to Entra.",
            "The clock of this server is wrong: it is about {n} minutes slow, according to Entra.",
            minutes,
        )
        if server_ahead_s > 0
        else _n(
            "The clock of this server is wrong: it is about {n} minute fast, according to Entra.",
            "The clock of this server is wrong: it is about {n} minutes fast, according to Entra.",
            minutes,
        )
    )
    return sentence, _("Set the server's clock (NTP) and try again.")


def explain_token_error(answer: Mapping[str, Any]) -> EntraRefusal:
    """Explain an error answer of the token endpoint. Never repeats its free text, which may quote what we sent."""
    error = answer.get("error")
    codes = list(_read_codes(answer))
    kind, sentence, remedy = next((_BY_CODE[code] for code in codes if code in _BY_CODE), _UNKNOWN)
    if kind is RefusalKind.OTHER and error == "temporarily_unavailable":
        kind, sentence, remedy = _BY_CODE[90033]
    if kind is RefusalKind.OTHER:
        remedy = _(remedy, code=codes[0]) if codes else _("Give the ids to Microsoft's support.")
    return EntraRefusal(
        kind=kind,
        sentence=sentence,
        remedy=remedy,
        error=error if isinstance(error, str) and error.isascii() and len(error) <= 64 else "",
        code=codes[0] if codes else 0,
        trace_id=_read_id(answer, "trace_id"),
        correlation_id=_read_id(answer, "correlation_id"),
        timestamp=str(answer.get("timestamp", ""))[:32],
    )


def explain_certificate(refusal: EntraRefusal, doubt: CertificateDoubt, **values: TextValue) -> EntraRefusal:
    """Return the refusal of a certificate with the sentence and remedy of what the PBX knows about it.

    Args:
        refusal: As `explain_token_error` made it. One that is not about the certificate itself comes back unchanged.
        doubt: What the PBX knows.
        values: What the sentences name: `until`, `made`, `accepted`, `thumbprint`.
    """
    if refusal.kind is not RefusalKind.CERTIFICATE or refusal.code not in CERTIFICATE_CODES:
        return refusal
    sentence, remedy = _CERTIFICATE[doubt]
    return replace(refusal, sentence=_(sentence, **values), remedy=_(remedy, **values))


def _read_codes(answer: Mapping[str, Any]) -> list[int]:
    listed = answer.get("error_codes")
    codes = [code for code in listed if isinstance(code, int)] if isinstance(listed, Sequence) else []
    found = _CODE.search(str(answer.get("error_description", "")))
    if found and int(found[1]) not in codes:
        codes.append(int(found[1]))
    return codes


def _read_id(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) and _GUID.fullmatch(value) else ""
