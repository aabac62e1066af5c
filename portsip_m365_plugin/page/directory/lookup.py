"""The picker: people and groups of the directory for a list, found by the beginning of a name or an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pbx_plugin_api import Host, LookedUp, LookUpOutcome, LookUpRequest, LookUpResult, Refused, Viewer
from portsip_m365_plugin.config import fields as kinds
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.search import search_groups, search_users
from portsip_m365_plugin.page.view import LOOK_ONLY
from portsip_m365_plugin.texts import _, _p

# Translators: a value in "Search {what} in the directory".
PEOPLE: Final = _p("what is looked for", "people")
# Translators: a value in "Search {what} in the directory".
GROUPS: Final = _p("what is looked for", "groups")
_KINDS: Final[Mapping[type[kinds.Setting[Any]], str]] = {kinds.Names: PEOPLE, kinds.GroupNames: GROUPS}


def lookup_of(key: str) -> str:
    """Return what is looked up for a setting, or for a parameter of an action; empty for nothing."""
    return _KINDS.get(type(SETTINGS[key]), "") if key in SETTINGS else PEOPLE


def look_up(host: Host, viewer: Viewer, request: LookUpRequest) -> LookUpOutcome:
    """Find people or groups of the directory. Cost: one request. It may be repeated.

    A person becomes a line with the sign-in name. A group becomes one with its address, else its name, or its object id
    where several groups on this page have the name.
    """
    if not viewer.may_edit:
        return Refused(message=LOOK_ONLY)
    client = connect(host, load_config(host).connection, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return Refused(message=client.describe(), remedy=_("Until then, type the lines."))
    text = request.text.strip()
    is_groups = lookup_of(request.field) == GROUPS
    try:
        rows, has_more = (
            (search_groups if is_groups else search_users)(client, text, request.page) if text else ([], False)
        )
    except GraphError as error:
        return Refused(message=error.sentence, remedy=error.remedy)
    return LookUpResult(found=_show_groups(rows) if is_groups else _show_people(rows), has_more=has_more)


def _show_people(rows: Sequence[Mapping[str, Any]]) -> tuple[LookedUp, ...]:
    found = []
    for row in rows:
        upn, mail = _text(row, "userPrincipalName"), _text(row, "mail")
        details = [upn, mail if mail.casefold() != upn.casefold() else ""]
        details += [_("guest")] if row.get("userType") == "Guest" else []
        details += [_("account disabled")] if row.get("accountEnabled") is False else []
        found.append(
            LookedUp(
                value=_line(row, upn, may_hold_blanks=False),
                label=_text(row, "displayName") or upn or str(row["id"]),
                detail=_say_details(*details),
            )
        )
    return tuple(found)


def _show_groups(rows: Sequence[Mapping[str, Any]]) -> tuple[LookedUp, ...]:
    names = Counter(_text(row, "displayName").casefold() for row in rows)
    found = []
    for row in rows:
        name, mail = _text(row, "displayName"), _text(row, "mail")
        wanted = mail or (name if names[name.casefold()] == 1 else "")
        hidden = _("hidden membership") if row.get("visibility") == "HiddenMembership" else ""
        found.append(
            LookedUp(
                value=_line(row, wanted, may_hold_blanks=True),
                label=name or mail or str(row["id"]),
                detail=_say_details(mail or str(row["id"]), hidden),
            )
        )
    return tuple(found)


def _say_details(*details: str) -> str:
    shown: str = ""
    for detail in filter(None, details):
        # Translators: two facts about a person or group, side by side, such as “ada@contoso.com · guest”
        shown = _("{left} · {right}", left=shown, right=detail) if shown else detail
    return shown


def _line(row: Mapping[str, Any], name: str, *, may_hold_blanks: bool) -> str:
    """Return the name where it can stand on a line of the list, else the object id."""
    fits = name and name.isprintable() and name == name.strip() and (may_hold_blanks or " " not in name)
    return name if fits else str(row["id"])


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
