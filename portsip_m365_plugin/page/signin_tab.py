"""The SIGN IN tab: who may sign in with Microsoft, and what becomes of passwords.

The list names people as the administrator types them (sign-in name or object id) and is kept by object id: a sign-in
name that later goes to somebody else does not take the permission along. A line that was saved keeps its person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields

from pbx_plugin_api import (
    Choice,
    Field,
    FieldError,
    FieldKind,
    JsonValue,
    LinkedUser,
    PasswordPolicy,
    ResponseMode,
    Tab,
    Table,
    UserLink,
    Users,
)
from portsip_m365_plugin.entra.signin_policy import SignInMode, SignInPolicy

__all__ = [
    "FIELD_NAMES",
    "FindObjectId",
    "LookupFailedError",
    "SignInSchema",
    "draw_signin_tab",
    "read_signin_policy",
    "resolve_people",
]

FindObjectId = Callable[[str], str | None]
"""Looks a sign-in name up in the directory; None where nobody has it. Raises `LookupFailedError`."""

LIST_MAX_LINES: Final = 1000
NEW_NAMES_MAX: Final = 50
"""Names looked up in one save, each with one request; object ids need none."""

_LINE_MAX_CHARS: Final = 320
_SHOWN_MAX: Final = 200
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LookupFailedError(Exception):
    """The directory cannot be asked now; the message is a sentence for the administrator. Retryable."""


class _Word(fields.Field[Any]):
    """One word of a few."""

    def __init__(self, words: type[SignInMode | PasswordPolicy | ResponseMode]) -> None:
        super().__init__()
        self._words = [word.value for word in words]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in self._words:
            raise ValidationError(f"{value!r} is not possible here; choose {', '.join(self._words)}.")
        return str(value)


class _Lines(fields.Field[Any]):
    """A list, one item a line; empty lines and repetitions are dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        lines = [line.strip() for line in str(value).splitlines()]
        named = list(dict.fromkeys(line for line in lines if line))
        if len(named) > LIST_MAX_LINES:
            raise ValidationError(f"{len(named)} people; at most {LIST_MAX_LINES}. Use another mode for larger groups.")
        for line in named:
            if len(line) > _LINE_MAX_CHARS or not line.isprintable() or " " in line:
                raise ValidationError(f"{line[:80]!r} is neither a sign-in name nor an object id; one person a line.")
        return named


class SignInSchema(Schema):
    """This tab's part of the settings, from the texts of the page."""

    sign_in_mode = _Word(SignInMode)
    sign_in_users = _Lines()
    password_policy = _Word(PasswordPolicy)
    first_sign_in_creates = fields.Boolean(
        truthy={"true"}, falsy={"false"}, error_messages={"invalid": "{input!r} is not possible here; true or false."}
    )
    sign_in_response_mode = _Word(ResponseMode)


FIELD_NAMES: Final = tuple(SignInSchema().fields)


def resolve_people(
    names: Sequence[str], stored: JsonValue, *, users: Users, find_object_id: FindObjectId
) -> tuple[list[dict[str, str]], list[FieldError]]:
    """Turn the lines of the list into what is stored: name and object id of each.

    Args:
        names: As `SignInSchema` gives them.
        stored: The value of `sign_in_users` before this save; its people are not looked up again.
        users: The PBX's linked users, searched by mail for names that the directory does not know.
        find_object_id: The directory.

    Returns:
        People to store, and a fault for each line that names nobody.
    """
    known = {entry["name"].casefold(): entry["entra_object_id"] for entry in _entries(stored)}
    unknown = [name for name in names if not _is_guid(name) and name.casefold() not in known]
    if len(unknown) > NEW_NAMES_MAX:
        return [], [_fault(f"{len(unknown)} new names; add at most {NEW_NAMES_MAX} at a time, or use object ids.")]
    people, faults = [], []
    for name in names:
        object_id = name.lower() if _is_guid(name) else known.get(name.casefold())
        try:
            object_id = object_id or find_object_id(name) or _find_by_mail(name, users)
        except LookupFailedError as error:
            return [], [_fault(f"{name} cannot be looked up: {error} Use the object id, or try again later.")]
        if object_id is None:
            faults.append(_fault(f"{name}: nobody has this sign-in name. Check the spelling, or use the object id."))
        else:
            people.append({"name": name, "entra_object_id": object_id})
    return people, faults


def read_signin_policy(values: Mapping[str, JsonValue]) -> SignInPolicy:
    """Return what the tenant's stored settings say; sign-in is off where they say nothing."""
    text = {name: str(values[name]) for name in FIELD_NAMES if values.get(name) is not None}
    return SignInPolicy(
        mode=SignInMode(text.get("sign_in_mode", SignInMode.OFF)),
        listed=frozenset(entry["entra_object_id"] for entry in _entries(values.get("sign_in_users"))),
        password_policy=PasswordPolicy(text.get("password_policy", PasswordPolicy.ALLOWED)),
        first_sign_in_creates=values.get("first_sign_in_creates") is True,
        response_mode=ResponseMode(text.get("sign_in_response_mode", ResponseMode.FORM_POST)),
    )


def draw_signin_tab(values: Mapping[str, JsonValue], users: Users, entra_tenant_id: str) -> Tab:
    """Draw the tab. Cost: one look into the PBX for each listed person that is shown, no network."""
    policy, entries = read_signin_policy(values), _entries(values.get("sign_in_users"))
    return Tab(
        name="sign_in",
        label="SIGN IN",
        intro="Let people sign in to the web portal, the WebRTC client and the PortSIP ONE app with their Microsoft"
        " account. Only people who are users of this PBX get in. Register the redirect URIs shown under PERMISSIONS.",
        fields=(
            Field(
                name="sign_in_mode",
                label="Sign in with Microsoft",
                kind=FieldKind.CHOICE,
                value=policy.mode.value,
                choices=(
                    Choice(value="off", label="Off"),
                    Choice(value="all", label="All synced users"),
                    Choice(value="only", label="Only these"),
                    Choice(value="except", label="All except these"),
                ),
            ),
            Field(
                name="sign_in_users",
                label="People",
                kind=FieldKind.LONG_TEXT,
                value="\n".join(entry["name"] for entry in entries),
                help="For “Only these” and “All except these”: one sign-in name or object id a line. Kept by object id,"
                " so that a renamed person stays the same person.",
                placeholder="adele@contoso.com",
            ),
            Field(
                name="password_policy",
                label="Password sign-in of synced users",
                kind=FieldKind.CHOICE,
                value=policy.password_policy.value,
                choices=(
                    Choice(value="allowed", label="Stays possible"),
                    Choice(value="refused", label="Refused: Microsoft only"),
                ),
                help="Administrators of the PBX can always sign in with their password.",
            ),
            Field(
                name="first_sign_in_creates",
                label="Add people at their first sign-in",
                kind=FieldKind.TOGGLE,
                value="true" if policy.first_sign_in_creates else "false",
                help="Somebody who is not a user yet is added when they sign in, if the rules of USER SYNC cover them.",
            ),
            Field(
                name="sign_in_response_mode",
                label="Microsoft's answer comes back",
                kind=FieldKind.CHOICE,
                value=policy.response_mode.value,
                choices=(
                    Choice(value="form_post", label="In a form (recommended by Microsoft)"),
                    Choice(value="query", label="In the address (where something on the way blocks the form)"),
                ),
            ),
        ),
        tables=(_table(entries, users, entra_tenant_id),) if entries and entra_tenant_id else (),
    )


def _table(entries: Sequence[Mapping[str, str]], users: Users, entra_tenant_id: str) -> Table:
    rows = []
    for entry in entries[:_SHOWN_MAX]:
        object_id = entry["entra_object_id"]
        user = users.find(UserLink(authority=entra_tenant_id, subject=object_id))
        shown = (user.display_name, user.email or "") if user else ("(not a user of this PBX)", "")
        rows.append((entry["name"], *shown, object_id))
    return Table(title="People on the list", columns=("Entered", "Name", "E-mail", "Object id"), rows=tuple(rows))


def _entries(stored: JsonValue) -> list[dict[str, str]]:
    return [dict(entry) for entry in stored if isinstance(entry, dict)] if isinstance(stored, list) else []  # type: ignore[arg-type]  # written by `resolve_people`: texts only


def _find_by_mail(name: str, users: Users) -> str | None:
    found = _with_mail(name.casefold(), users.linked())
    return found[0].link.subject if len(found) == 1 else None


def _with_mail(mail: str, linked: Iterable[LinkedUser]) -> list[LinkedUser]:
    return [user for user in linked if user.email is not None and user.email.casefold() == mail]


def _is_guid(name: str) -> bool:
    return _GUID.fullmatch(name.lower()) is not None


def _fault(message: str) -> FieldError:
    return FieldError(field="sign_in_users", message=message)
