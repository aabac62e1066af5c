"""Lists of people and mailboxes: the names that were typed become object ids.

A name is looked up once, when it is saved; a line that was saved keeps its object id, whatever becomes of the name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from pbx_plugin_api import FieldError, Host, LinkedUser, Users
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import GUID
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import find_users

NEW_NAMES_MAX: Final = 50
"""Names looked up in one save, each with one to three requests; object ids need none."""

FindObjectId = Callable[[str], str | None]
"""Looks a sign-in name or address up in the directory; None where nobody has it.

Raises:
    LookupFailedError: The directory cannot be asked now.
    AmbiguousNameError: Several accounts have this address.
"""


class LookupFailedError(Exception):
    """The directory cannot be asked now; the message is a sentence for the administrator. Retryable."""


class AmbiguousNameError(Exception):
    """Several accounts have one address; the message is a sentence for the administrator."""


def make_finder(host: Host, connection: ConnectionConfig) -> FindObjectId:
    """Return a function that finds the object id behind a sign-in name, a primary address or an alias.

    It connects when it is first called.
    """
    clients: list[GraphClient] = []

    def find(name: str) -> str | None:
        if not clients:
            client = connect(host, connection, policy=IMPATIENT)
            if isinstance(client, NotReady):
                raise LookupFailedError(client.describe())
            clients.append(client)
        try:
            users = find_users(clients[0], name)
        except GraphError as error:
            raise LookupFailedError(f"{error.sentence} {error.remedy}".strip()) from error
        if len(users) > 1:
            raise AmbiguousNameError(f"{name}: several accounts have this address. Use the object id.")
        return str(users[0]["id"]) if users else None

    return find


def resolve_names(
    field: str, typed: NameList, before: NameList, *, users: Users, find_object_id: FindObjectId
) -> tuple[NameList, list[FieldError]]:
    """Find the object id of each name on a list.

    Args:
        field: Which setting, for faults.
        typed: The names as they were typed.
        before: The list before this save; its names are not looked up again.
        users: The PBX's linked users, searched by mail for names that the directory does not know.
        find_object_id: The directory.

    Returns:
        The list with object ids, and a fault for each name that was not found. With a fault nothing may be stored.

    Cost: one request for each new sign-in name, up to three for an address.
    """
    known = {entry.name.casefold(): entry.entra_object_id for entry in before if entry.entra_object_id}
    names = [entry.name for entry in typed]
    unknown = [name for name in names if not GUID.fullmatch(name) and name.casefold() not in known]
    if len(unknown) > NEW_NAMES_MAX:
        message = f"{len(unknown)} new names; add at most {NEW_NAMES_MAX} at a time, or use object ids."
        return typed, [FieldError(field=field, message=message)]
    found, faults = [], []
    for name in names:
        object_id = name.lower() if GUID.fullmatch(name) else known.get(name.casefold())
        try:
            object_id = object_id or find_object_id(name) or _find_by_mail(name, users)
        except LookupFailedError as error:
            message = f"{name} cannot be looked up: {error} Use the object id, or try again later."
            return typed, [FieldError(field=field, message=message)]
        except AmbiguousNameError as error:
            faults.append(FieldError(field=field, message=str(error)))
            continue
        if object_id is None:
            message = f"{name}: nobody has this sign-in name or address. Check the spelling, or use the object id."
            faults.append(FieldError(field=field, message=message))
        else:
            found.append(Listed(name=name, entra_object_id=object_id))
    return NameList.of(found), faults


def _find_by_mail(name: str, users: Users) -> str | None:
    found = list(_with_mail(name.casefold(), users.linked()))
    return found[0].link.subject if len(found) == 1 else None


def _with_mail(mail: str, linked: Iterable[LinkedUser]) -> Iterable[LinkedUser]:
    return (user for user in linked if user.email is not None and user.email.casefold() == mail)
