"""A Graph user as a PBX user, or the reason why there is none. Pure.

Reasons, in the order in which they are checked. The first that holds counts:

1. `invalid`: what Microsoft sent does not have the documented shape. Nothing is concluded from it.
2. `agent`: the account of an AI agent (`agentUser`). It can have a licence and a mailbox, but it is no person.
3. `guest`: `userType` is Guest, and the settings leave guests out. A member with `#EXT#` in the UPN (from a sister
   company in a multitenant organization) is a member. Old accounts have no `userType`: there `#EXT#` decides.
4. `account_disabled`: `accountEnabled` is false.
5. `shared_mailbox`, 6. `room`: where `mailboxSettings.userPurpose` is known. A listing does not contain it, so most
   shared mailboxes and rooms are left out as `account_disabled` (Microsoft creates them so).
7. `no_plan`: no licence is assigned, no plan is enabled or in its warning period, and the settings leave such people
   out.
8. `no_name`: neither first nor last name (PortSIP's rule).

Source: "user resource type", "agentUser resource type" and "mailboxSettings resource type", Microsoft Graph v1.0
(https://learn.microsoft.com/graph/api/resources/user, 2026-11); PortSIP REST API 22.2, `/users`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pbx_plugin_api import (
    SYNCED_FIELDS,
    AnyNumber,
    DraftUser,
    ExtensionWish,
    Fixed,
    FromStart,
    InvalidValueError,
    UserLink,
)
from portsip_m365_plugin.mapping.choices import NO_SOURCE, EmailSource, ExtensionSource, NameFormat
from portsip_m365_plugin.mapping.extensions import read_extension
from portsip_m365_plugin.mapping.names import choose_display_name, has_name, say_cut
from portsip_m365_plugin.mapping.phones import map_phone
from portsip_m365_plugin.mapping.text import clean_line, clean_number, cut
from portsip_m365_plugin.mapping.usernames import wish_usernames
from portsip_m365_plugin.texts import _

MAPPING_VERSION: Final = 4
"""Raise it whenever the same person would be mapped to other values. Every tenant then lists everybody once."""

SKIP_DETAILS: Final = {
    "agent": _("The account of an AI agent, not a person."),
    "guest": _("A guest of the directory; the settings leave guests out."),
    "account_disabled": _("The account is disabled at Microsoft; enable it there to bring the person in."),
    "shared_mailbox": _("A shared mailbox, not a person."),
    "room": _("A room or equipment mailbox, not a person."),
    "no_plan": _(
        "No Microsoft 365 plan is assigned, and the settings leave such people out; assign a licence to bring"
        " the person in."
    ),
    "no_name": _("Neither first nor last name is set at Microsoft; set one to bring the person in."),
}
"""Each reason as a sentence for the administrator. The sentence of `invalid` says what is wrong."""

_ANY_NUMBER: Final = AnyNumber()
_EMAIL_MAX_CHARS: Final = 128
_DEPARTMENT_MAX_CHARS: Final = 128
_LIVING_PLANS: Final = frozenset({"Enabled", "Warning"})
_TEXTS: Final = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "mobilePhone", "department", "usageLocation",
    "userType", "identityParentId",
)  # fmt: skip
PURPOSES: Final = {"shared": "shared_mailbox", "room": "room", "equipment": "room"}
"""`userPurpose` of mailboxes that belong to no person, and the reason for each."""
_AGENT_TYPE: Final = "#microsoft.graph.agentUser"
_EXTERNAL_MARK: Final = "#EXT#"
"""In the UPN of everybody whose account belongs to another directory. Mail cannot be sent to such a UPN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRules:
    """What a tenant decides about the mapping."""

    entra_tenant_id: str
    country: str
    """ISO 3166; for people without a `usageLocation`."""
    extension: FromStart | AnyNumber = _ANY_NUMBER
    """Which number a new user should get. Used at creation only."""
    extension_source: ExtensionSource = NO_SOURCE
    """Where the directory names that number; `extension` counts where it names none, or one that is not free."""
    name_format: NameFormat = NameFormat.DISPLAY_NAME
    email_source: EmailSource = EmailSource.MAIL
    fields: tuple[str, ...] = SYNCED_FIELDS
    """The fields that come from Microsoft. The others stay as the PBX has them."""
    with_guests: bool = False
    with_unlicensed: bool = True
    """Whether people without any Microsoft 365 plan are synced."""

    def wish_for(self, number: str | None) -> ExtensionWish:
        """Return which number a new user should get, if the directory names one or none."""
        return self.extension if number is None else Fixed(number=number, otherwise=self.extension)

    @property
    def choices(self) -> str:
        """What the tenant decides about the fields of existing people, as one text."""
        return f"{self.name_format.value}|{self.email_source.value}|{','.join(self.fields)}"

    @property
    def fingerprint(self) -> str:
        """A text that changes whenever existing people would be mapped to other values; who is synced is no part."""
        source = self.extension_source
        decided = (
            f"{MAPPING_VERSION}|{self.entra_tenant_id}|{self.country}|{self.choices}|{source.name}:{source.last_digits}"
        )
        return hashlib.sha256(decided.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A person who gets no user in the PBX, or whose user is disabled."""

    reason: str
    detail: str
    draft: DraftUser | None = None
    """What their user would show. A user who was synced earlier gets the current names while disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedUser:
    """One person, mapped."""

    outcome: DraftUser | Skip
    notes: tuple[str, ...] = ()
    """A sentence for the administrator about each value that the PBX cannot hold as it is."""
    extension_note: str | None = None
    """Why the directory names no extension number, where it should. Of interest when a user is created."""


def map_user(user: Mapping[str, Any], rules: MappingRules) -> DraftUser | Skip:
    """Map one person without the notes; see `map_person`."""
    return map_person(user, rules).outcome


def map_person(user: Mapping[str, Any], rules: MappingRules) -> MappedUser:
    """Map one person. Never raises, whatever Graph sent. The same input gives the same result.

    Args:
        user: As Graph sent it with our `$select`; null and absent members mean the same.
        rules: The tenant's.
    """
    fault = _find_fault(user)
    if fault is not None:
        return MappedUser(outcome=Skip(reason="invalid", detail=fault))
    try:
        number, extension_note = read_extension(user, rules.extension_source)
        draft, notes = _draft(user, rules, number)
    except InvalidValueError as error:
        # Translators: {value} names a property, its value and what is wrong with it
        detail = _("Microsoft sent {value}; nothing was changed.", value=error.args[0])
        return MappedUser(outcome=Skip(reason="invalid", detail=detail))
    reason = _find_reason(user, rules)
    if reason is None:
        return MappedUser(outcome=draft, notes=notes, extension_note=extension_note)
    return MappedUser(outcome=Skip(reason=reason, detail=SKIP_DETAILS[reason], draft=draft))


def _find_fault(user: Mapping[str, Any]) -> str | None:
    """Return how the documented shape is broken."""
    if not isinstance(user.get("id"), str):
        return _("Microsoft sent a person without an id; nothing was changed.")
    for name in _TEXTS:
        value = user.get(name)
        if value is not None and not isinstance(value, str):
            return _(
                "Microsoft sent {property} as {kind}, where text is documented; nothing was changed.",
                property=name,
                kind=type(value).__name__,
            )
    if not isinstance(user.get("accountEnabled"), bool):
        return _(
            "Microsoft sent no accountEnabled, so nobody knows whether the account may be used; nothing was changed."
        )
    phones = user.get("businessPhones")
    if phones is not None and not (isinstance(phones, list) and all(isinstance(phone, str) for phone in phones)):
        return _("Microsoft sent businessPhones that are not a list of texts; nothing was changed.")
    for name in ("assignedPlans", "assignedLicenses"):
        entries = user.get(name)
        if entries is not None and not (isinstance(entries, list) and all(isinstance(e, dict) for e in entries)):
            return _("Microsoft sent {property} that are not a list of objects; nothing was changed.", property=name)
    return None


def _find_reason(user: Mapping[str, Any], rules: MappingRules) -> str | None:
    if user.get("identityParentId") or user.get("@odata.type") == _AGENT_TYPE:
        return "agent"
    if not rules.with_guests and _is_guest(user):
        return "guest"
    if not user["accountEnabled"]:
        return "account_disabled"
    purpose = PURPOSES.get(_read_purpose(user))
    if purpose is not None:
        return purpose
    if not rules.with_unlicensed and not _has_plan(user):
        return "no_plan"
    if not has_name(user.get("givenName"), user.get("surname")):
        return "no_name"
    return None


def _is_guest(user: Mapping[str, Any]) -> bool:
    user_type = user.get("userType")
    if user_type:
        return str(user_type).casefold() == "guest"
    return _EXTERNAL_MARK in (user.get("userPrincipalName") or "").upper()


def _read_purpose(user: Mapping[str, Any]) -> str:
    settings = user.get("mailboxSettings")
    purpose = settings.get("userPurpose") if isinstance(settings, dict) else None
    if isinstance(purpose, dict):  # the documentation prints {"value": "user"}, the schema says plain text
        purpose = purpose.get("value")
    return purpose if isinstance(purpose, str) else ""


def _has_plan(user: Mapping[str, Any]) -> bool:
    # A licence counts at once, although its plans may take hours to come up; a suspended subscription with licences
    # still assigned is a question of billing, and no reason to silence people's telephones.
    if user.get("assignedLicenses"):
        return True
    return any(plan.get("capabilityStatus") in _LIVING_PLANS for plan in user.get("assignedPlans") or ())


def _draft(user: Mapping[str, Any], rules: MappingRules, number: str | None) -> tuple[DraftUser, tuple[str, ...]]:
    oid: str = user["id"]
    upn = clean_line(user.get("userPrincipalName"))
    usernames = wish_usernames(upn, oid)
    country = _read_country(user, rules)
    business = next((number for number in user.get("businessPhones") or () if clean_number(number)), None)
    wants = rules.fields.__contains__
    work, work_note = map_phone(business if wants("work_phone") else None, country)
    mobile, mobile_note = map_phone(user.get("mobilePhone") if wants("mobile_phone") else None, country)
    email, email_note = _choose_email(clean_line(user.get("mail")), upn, rules.email_source)
    department, department_note = _cut_department(user.get("department") if wants("department") else None)
    name, name_note = choose_display_name(
        user.get("displayName"), user.get("givenName"), user.get("surname"), usernames[0], rules.name_format
    )
    draft = DraftUser(
        link=UserLink(authority=rules.entra_tenant_id, subject=oid),
        usernames=usernames,
        display_name=name,
        email=email,
        mobile_phone=mobile,
        work_phone=work,
        department=department,
        extension=rules.wish_for(number),
    )
    labelled = (
        (_("display name"), name_note),
        (_("department"), department_note),
        ("businessPhones", work_note),
        ("mobilePhone", mobile_note),
        (rules.email_source.value, email_note),
    )
    # Translators: {field} is a field or a property of Microsoft's, {note} what was lost of it
    return draft, tuple(_("{field}: {note}.", field=name, note=note) for name, note in labelled if note)


def _read_country(user: Mapping[str, Any], rules: MappingRules) -> str:
    location = (user.get("usageLocation") or "").strip().upper()
    return location if len(location) == 2 and location.isascii() and location.isalpha() else rules.country


def _choose_email(mail: str, upn: str, source: EmailSource) -> tuple[str | None, str | None]:
    """The address that the tenant wants, else the other. A UPN only if mail can be sent to it; 128 characters."""
    sign_in = upn if "@" in upn and _EXTERNAL_MARK not in upn.upper() else ""
    wanted, other = (mail, sign_in) if source is EmailSource.MAIL else (sign_in, mail)
    address = other if other and len(other) <= _EMAIL_MAX_CHARS else None
    if not wanted:
        return address, None
    if len(wanted) <= _EMAIL_MAX_CHARS:
        return wanted, None
    if address:
        note = _("longer than {max} characters; {address} is used", max=_EMAIL_MAX_CHARS, address=address)
        return address, note
    return None, _("longer than {max} characters; left out", max=_EMAIL_MAX_CHARS)


def _cut_department(text: str | None) -> tuple[str | None, str | None]:
    department = clean_line(text)
    if len(department) <= _DEPARTMENT_MAX_CHARS:
        return department or None, None
    kept = cut(department, _DEPARTMENT_MAX_CHARS)
    return kept or None, say_cut(kept, _DEPARTMENT_MAX_CHARS)
