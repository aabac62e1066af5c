"""Lists of people and mailboxes: the names that were typed become object ids.

A name is looked up once, when it is saved; a line that was saved keeps its object id, whatever becomes of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from pbx_plugin_api import FieldError, Host, Users, sentences
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import GUID
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import find_ids
from portsip_m365_plugin.texts import _, _n

NEW_NAMES_MAX: Final = 2_000
"""Names looked up in one save, 20 a request; object ids need none."""

FindObjectIds = Callable[[Sequence[str]], Mapping[str, Collection[str]]]
"""Looks sign-in names and addresses up in the directory: object ids by name, none where nobody has it.

Raises:
    LookupFailedError: The directory cannot be asked now.
"""


class LookupFailedError(Exception):
    """The directory cannot be asked now; `text` says why to the administrator. Retryable."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def make_finder(host: Host, connection: ConnectionConfig) -> FindObjectIds:
    """Return a function that finds the object ids behind sign-in names, primary addresses and aliases.

    It connects when it is first called.
    """
    clients: list[GraphClient] = []

    def find(names: Sequence[str]) -> Mapping[str, Collection[str]]:
        if not clients:
            client = connect(host, connection, policy=IMPATIENT)
            if isinstance(client, NotReady):
                raise LookupFailedError(client.describe())
            clients.append(client)
        try:
            return find_ids(clients[0], names)
        except GraphError as error:
            raise LookupFailedError(sentences(error.sentence, error.remedy)) from error

    return find


def explain_doubt(name: str) -> str:
    """Return what an administrator reads where a name means several accounts."""
    return _("{name}: several accounts have this address. Use the object id.", name=name)


def resolve_names(
    field: str, typed: NameList, before: NameList, *, users: Users, find_object_ids: FindObjectIds
) -> tuple[NameList, list[FieldError]]:
    """Find the object id of each name on a list.

    Args:
        field: Which setting, for faults.
        typed: The names as they were typed.
        before: The list before this save; its names are not looked up again.
        users: The PBX's linked users, searched by mail for names that the directory does not know.
        find_object_ids: The directory.

    Returns:
        The list with object ids, and a fault for each name that was not found. With a fault nothing may be stored.

    Cost: one request for 20 new sign-in names, up to three for 20 addresses; one pass over the linked users where the
    directory does not know a name.
    """
    known = {entry.name.casefold(): entry.entra_object_id for entry in before if entry.entra_object_id}
    names = [entry.name for entry in typed]
    new = [name for name in names if not GUID.fullmatch(name) and name.casefold() not in known]
    if len(new) > NEW_NAMES_MAX:
        message = _(
            "There are {n:,} new names. Add at most {limit:,} at a time, or use object ids.",
            n=len(new),
            limit=NEW_NAMES_MAX,
        )
        return typed, [FieldError(field=field, message=message)]
    try:
        ids = find_object_ids(new) if new else {}
    except LookupFailedError as error:
        return typed, [FieldError(field=field, message=_say_failed(new, error.text))]
    by_mail = _find_by_mail({name.casefold() for name in new if not ids[name]}, users)
    found, faults = [], []
    for name in names:
        key = name.casefold()
        candidates = [name.lower()] if GUID.fullmatch(name) else [known[key]] if key in known else list(ids[name])
        if not candidates and len(by_mail.get(key, ())) == 1:
            candidates = by_mail[key]
        if len(candidates) == 1:
            found.append(Listed(name=name, entra_object_id=candidates[0]))
        elif candidates:
            faults.append(FieldError(field=field, message=explain_doubt(name)))
        else:
            message = _(
                "{name}: nobody has this sign-in name or address. Check the spelling, or use the object id.", name=name
            )
            faults.append(FieldError(field=field, message=message))
    return NameList.of(found), faults


def _say_failed(new: Sequence[str], why: str) -> str:
    if len(new) == 1:
        return _(
            "{name} cannot be looked up: {why} Use the object id, or try again later.",
            name=new[0],
            why=why,
        )
    # Translators: {name} is the first of several names; {why} is whole sentences.
    return _n(
        "{name} and {n:,} more new name cannot be looked up: {why} Use the object id, or try again later.",
        "{name} and {n:,} more new names cannot be looked up: {why} Use the object id, or try again later.",
        len(new) - 1,
        name=new[0],
        why=why,
    )


def _find_by_mail(addresses: set[str], users: Users) -> dict[str, list[str]]:
    """Return the object ids of the linked users who have these addresses."""
    found: dict[str, list[str]] = {}
    for user in users.linked() if addresses else ():
        address = (user.email or "").casefold()
        if address in addresses:
            found.setdefault(address, []).append(user.link.subject)
    return found
