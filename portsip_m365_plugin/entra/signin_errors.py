"""Why Microsoft did not sign somebody in: a sentence for the person, a code and the ids for the audit log.

Visitors can change what comes back through their browser. So we take only a numeric code, a known OAuth error and
GUIDs from it. No other text of the request reaches a page or a log.

Sources: RFC 6749 sections 4.1.2.1 and 5.2; OpenID Connect Core section 3.1.2.6; Microsoft "Authentication and
authorization error codes" (2024-04-24, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import listing
from portsip_m365_plugin.texts import _, _later


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefusal:
    """Microsoft's refusal, explained."""

    reason: str
    """`aadsts_50105`, `oauth_access_denied` or `provider_error`."""
    sentence: str
    """For the person."""
    detail: str
    """For the audit log: kind, place and Microsoft's ids."""
    is_about_person: bool = False
    """Whether another account of the same person may be accepted."""
    is_for_everybody: bool = False
    """Whether nobody of the tenant can sign in until an administrator has put it right."""


_SENTENCES: Final[Mapping[str, str]] = {
    "consent_missing": _(
        "Your organisation has not yet allowed the PBX to sign people in with Microsoft. Ask your"
        " administrator to grant admin consent."
    ),
    "cancelled": _("The sign-in was cancelled at Microsoft. You can try again at any time."),
    "not_assigned": _(
        "Your account is not assigned to this application. Ask your administrator to assign you to it in"
        " Microsoft Entra ID."
    ),
    "conditional_access": _(
        "A security rule of your organisation (Conditional Access or security defaults) does not"
        " allow this sign-in from this device or place. Ask your administrator."
    ),
    "wrong_tenant": _(
        "This Microsoft account does not belong to the organisation of this PBX. Sign in with your work"
        " account of that organisation, or ask your administrator."
    ),
    "account_blocked": _(
        "Your Microsoft account is disabled or locked, or needs a new password. Ask your administrator."
    ),
    "interaction_needed": _("Microsoft needs to check again who you are. Please sign in again."),
    "too_late": _("The sign-in took too long, or its answer was used before. Please sign in again."),
    "setup": _(
        "The PBX's connection to Microsoft 365 is not set up correctly. Ask your administrator, and give them the"
        " reference number."
    ),
    "transient": _("Microsoft has a temporary problem. Please try again in a few minutes."),
    "unknown": _("Microsoft did not sign you in. Ask your administrator, and give them the reference number."),
}

_REMEDIES: Final[Mapping[str, str]] = {
    "consent_missing": _("In Entra, open the app registration, API permissions, and grant admin consent."),
    "cancelled": _("Nothing to do: the person pressed Cancel, or Microsoft's page was closed."),
    "not_assigned": _(
        "In Entra, open Enterprise applications, the application, Users and groups: assign the people who"
        " may sign in. Or set “Assignment required” to No under Properties."
    ),
    "conditional_access": _(
        "Allow this sign-in in the Conditional Access policies of the directory: the sign-in log in"
        " Entra names the policy."
    ),
    "wrong_tenant": _(
        "Check the directory ID, and that the person has an account in this directory; guests have to be invited there."
    ),
    "account_blocked": _("Unblock the account or reset its password in Entra."),
    "interaction_needed": _("Nothing to do: the person signs in again."),
    "too_late": _("Nothing to do: the person signs in again. If it happens to everybody, check the server's clock."),
    "setup": _(
        "Press “Test connection” on the PERMISSIONS tab; it says what is wrong. The audit log has Microsoft's code"
        " under the reference number."
    ),
    "transient": _("Nothing to do: it passes. Microsoft's service health page may say why."),
    "unknown": _later(
        "Look Microsoft's code up at https://login.microsoftonline.com/error?code={code}; the audit log has it"
        " under the reference number."
    ),
}
"""For the administrator."""

_KIND_BY_CODE: Final[Mapping[int, str]] = {
    code: kind
    for kind, codes in {
        "consent_missing": (65001, 90094, 90095, 650056, 650057),
        "cancelled": (65004,),
        "not_assigned": (50105,),
        "conditional_access": (50005, 50097, 50131, 53000, 53001, 53002, 53003, 53004, 530032, 530035),
        "wrong_tenant": (16000, 50020, 50034, 50194, 51004, 90072),
        "account_blocked": (50053, 50055, 50057),
        "interaction_needed": (50058, 50074, 50076, 50079, 50158),
        "too_late": (54005, 70000, 70008, 700005, 501481),
        "setup": (
            *(50011, 50012, 50013, 50027, 50048, 50146, 500011, 500014, 500133, 650052, 650054, 70001, 70011, 90002),
            *(90038, 90051, 900021, 900023, 900382, 900432, 700016, 700023, 700024, 700025, 700027, 700030, 700054),
            *(700021, 1000031, 1000104, 1002012, 5000224, 7000112, 7000215, 7000218, 7000222, 7000229),
        ),
        "transient": (50033, 50087, 50196, 90006, 90012, 90024, 90033, 90055),
    }.items()
    for code in codes
}

_KIND_BY_ERROR: Final[Mapping[str, str]] = {
    "access_denied": "cancelled",
    "consent_required": "consent_missing",
    "interaction_required": "interaction_needed",
    "login_required": "interaction_needed",
    "account_selection_required": "interaction_needed",
    "invalid_grant": "too_late",
    "temporarily_unavailable": "transient",
    "server_error": "transient",
    "invalid_client": "setup",
    "invalid_request": "setup",
    "invalid_resource": "setup",
    "invalid_scope": "setup",
    "unauthorized_client": "setup",
    "unsupported_response_type": "setup",
}

_ABOUT_PERSON: Final = frozenset({"account_blocked", "not_assigned", "wrong_tenant"})
_FOR_EVERYBODY: Final = frozenset({"consent_missing", "setup"})

_DESCRIPTION_MAX_CHARS: Final = 4096
_CODE: Final = re.compile(r"\bAADSTS([0-9]{5,7})\b")
_GUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_IDS: Final = (
    (_later("trace id {id}"), re.compile(rf"\bTrace ID: ({_GUID})\b")),
    (_later("correlation id {id}"), re.compile(rf"\bCorrelation ID: ({_GUID})\b")),
)


def find_remedy(reason: str) -> str:
    """Return what the administrator does about a refused sign-in.

    Args:
        reason: As in `ProviderRefusal`; any other word of `LoginRefused.reason` is of our own checks.
    """
    code, error = (reason.removeprefix(word) if reason.startswith(word) else "" for word in ("aadsts_", "oauth_"))
    kind = _KIND_BY_CODE.get(int(code) if code.isdecimal() else 0) or _KIND_BY_ERROR.get(error, "unknown")
    return _(_REMEDIES[kind], code=code or "CODE") if kind == "unknown" else _REMEDIES[kind]


def explain_refusal(error: str, description: str = "", *, at: str) -> ProviderRefusal:
    """Explain an OAuth error.

    Args:
        error: The OAuth `error`, as it came.
        description: The `error_description`, as it came; only its AADSTS code and ids are used.
        at: Where it came from, for the audit log: `callback` or `token request`.
    """
    description = description[:_DESCRIPTION_MAX_CHARS]
    found = _CODE.search(description)
    code = int(found[1]) if found else None
    known_error = error if error in _KIND_BY_ERROR else ""
    kind = _KIND_BY_CODE.get(code or 0) or _KIND_BY_ERROR.get(known_error, "unknown")
    if code is not None:
        reason = f"aadsts_{code}"
    else:
        reason = f"oauth_{known_error}" if known_error else "provider_error"
    facts: list[str] = [
        _("{kind} at the callback", kind=kind) if at == "callback" else _("{kind} at the token request", kind=kind)
    ]
    facts += [_("OAuth error {error}", error=known_error) if known_error else _("OAuth error of no known name")]
    facts += [f"AADSTS{code}"] if code is not None else []
    facts += [_(words, id=found[1].lower()) for words, pattern in _IDS if (found := pattern.search(description))]
    return ProviderRefusal(
        reason=reason,
        sentence=_SENTENCES[kind],
        detail=listing(facts),
        is_about_person=kind in _ABOUT_PERSON,
        is_for_everybody=kind in _FOR_EVERYBODY,
    )
