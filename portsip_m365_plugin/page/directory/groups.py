"""Lists of groups: the names that were typed become object ids.

A name is looked up once, when it is saved; a line that was saved keeps its object id, whatever becomes of the name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pbx_plugin_api import FieldError, Host, listing, sentences
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import GUID
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.groups import FoundGroup, find_groups, get_group
from portsip_m365_plugin.texts import _

GROUPS_MAX: Final = 200
"""Groups on one list: each costs a request in every run."""
NEW_GROUPS_MAX: Final = 50
"""Groups looked up in one save, each with one request."""
_CANDIDATES_SHOWN_MAX: Final = 5

FindGroups = Callable[[str], list[FoundGroup]]
"""Looks a name, an address or an object id up in the directory. Raises `GroupLookupFailedError`."""


class GroupLookupFailedError(Exception):
    """The directory cannot be asked now; `text` says why to the administrator. Retryable."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def make_group_finder(host: Host, connection: ConnectionConfig) -> FindGroups:
    """Return a function that finds groups. It connects when it is first called."""
    clients: list[GraphClient] = []

    def find(name: str) -> list[FoundGroup]:
        if not clients:
            client = connect(host, connection, policy=IMPATIENT)
            if isinstance(client, NotReady):
                raise GroupLookupFailedError(client.describe())
            clients.append(client)
        try:
            if GUID.fullmatch(name):
                group = get_group(clients[0], name.lower())
                return [group] if group is not None else []
            return find_groups(clients[0], name)
        except GraphError as error:
            raise GroupLookupFailedError(sentences(error.sentence, error.remedy)) from error

    return find


def resolve_groups(
    field: str, typed: NameList, before: NameList, find: FindGroups
) -> tuple[NameList, list[FieldError]]:
    """Find the object id of each group on a list.

    Args:
        field: Which setting, for faults.
        typed: The groups as they were typed.
        before: The list before this save; its lines are not looked up again.
        find: The directory.

    Returns:
        The list with object ids, and a fault for each line that names no group, or several. With a fault nothing may be
        stored.

    Cost: one request for each new line.
    """
    known = {entry.name.casefold(): entry.entra_object_id for entry in before if entry.entra_object_id}
    n_new = sum(entry.name.casefold() not in known for entry in typed)
    too_many = _say_too_many(len(typed), n_new)
    if too_many:
        return typed, [FieldError(field=field, message=too_many)]
    found, faults = [], []
    for entry in typed:
        object_id = known.get(entry.name.casefold())
        if object_id is None:
            try:
                groups = find(entry.name)
            except GroupLookupFailedError as error:
                # Translators: {why} is whole sentences.
                message = _("{name} cannot be looked up: {why}", name=entry.name, why=error.text)
                return typed, [FieldError(field=field, message=message)]
            fault = _find_fault(entry.name, groups)
            if fault:
                faults.append(FieldError(field=field, message=fault))
                continue
            object_id = groups[0].entra_object_id
        found.append(Listed(name=entry.name, entra_object_id=object_id))
    return NameList.of(found), faults


def _say_too_many(n_groups: int, n_new: int) -> str:
    if n_groups > GROUPS_MAX:
        return _(
            "There are {n:,} groups, and at most {limit:,} are possible. Choose a group that contains them.",
            n=n_groups,
            limit=GROUPS_MAX,
        )
    if n_new > NEW_GROUPS_MAX:
        return _(
            "There are {n:,} new groups, and at most {limit:,} can be added at a time. Choose a group that contains"
            " them.",
            n=n_new,
            limit=NEW_GROUPS_MAX,
        )
    return ""


def _find_fault(name: str, groups: list[FoundGroup]) -> str:
    if not groups:
        return _(
            "{name}: no group has this name, address or object id. Check the spelling, or use the object id.", name=name
        )
    if len(groups) == 1:
        return ""
    shown = [f"{group.entra_object_id} ({group.mail or group.name})" for group in groups[:_CANDIDATES_SHOWN_MAX]]
    if len(groups) <= _CANDIDATES_SHOWN_MAX:
        return _(
            "{name}: {n:,} groups have this name. Enter the object id of one of them: {groups}.",
            name=name,
            n=len(groups),
            groups=listing(shown),
        )
    return _(
        "{name}: {n:,} groups have this name. Enter the object id of one of them: {groups} and {more:,} more.",
        name=name,
        n=len(groups),
        groups=listing(shown),
        more=len(groups) - _CANDIDATES_SHOWN_MAX,
    )
