"""What still names a person after their erasure, because it is somebody else's to change.

Found while it is known who it was. From then on only the places are kept: ids, and digests of values. So it can be seen
when nothing remains, although nobody knows the person any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, false, or_, select

from pbx_devhost.store.erasure.identity import Identity
from pbx_devhost.store.sql.schema import admins, contact_numbers, contacts, plugin_settings
from pbx_devhost.texts import _
from pbx_plugin_api import Text

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """The places. None of the fields names the person."""

    contacts: tuple[str, ...] = ()
    """Ids of contacts in address books of others."""
    settings: tuple[tuple[str, str], ...] = ()
    """Plugin, and digest of a value in its settings."""
    admins: tuple[tuple[str, str], ...] = ()
    """Administrator, and digest of the account that they are linked to."""

    def __bool__(self) -> bool:
        return bool(self.contacts or self.settings or self.admins)

    def describe(self) -> tuple[Text, ...]:
        """Return a sentence for an administrator about each place: where it is, and what to do."""
        found: list[Text] = []
        if self.contacts:
            found.append(
                _(
                    "Contacts in address books that have this name, address or number: {n}. Delete them where they"
                    " come from.",
                    n=len(self.contacts),
                )
            )
        found += [
            _("The settings of the plugin {plugin} name this person. Change them on its page.", plugin=name)
            for name in sorted({name for name, _digest_of in self.settings})
        ]
        found += [
            _("The administrator {name} is linked to this person's account. Remove the link.", name=name)
            for name, _digest_of in self.admins
        ]
        return tuple(found)

    def pack(self) -> bytes:
        """Return them as bytes, to be sealed."""
        return json.dumps([self.contacts, self.settings, self.admins]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Remains:
        """Return what `pack` packed."""
        of_contacts, of_settings, of_admins = json.loads(packed)
        return cls(
            contacts=tuple(of_contacts),
            settings=tuple((plugin, digest) for plugin, digest in of_settings),
            admins=tuple((username, digest) for username, digest in of_admins),
        )


def find_remains(connection: Connection, tenant_id: str, who: Identity, salt: str) -> Remains:
    """Return where a person is still named."""
    theirs = [contacts.c.search.contains(text.casefold(), autoescape=True) for text in (*who.names, *who.addresses)]
    by_number = select(contact_numbers.c.contact_id).where(
        contact_numbers.c.tenant_id == tenant_id, contact_numbers.c.e164.in_(who.addresses)
    )
    named = or_(false(), *theirs, contacts.c.id.in_(by_number))
    chosen = select(contacts.c.id).where(contacts.c.tenant_id == tenant_id, named).order_by(contacts.c.id)
    subjects = [subject for _, subject in who.links]
    linked = select(admins.c.username, admins.c.subject).where(
        admins.c.tenant_id == tenant_id, admins.c.subject.in_(subjects)
    )
    return Remains(
        contacts=tuple(connection.execute(chosen).scalars()),
        settings=tuple(
            (plugin, _digest(value, salt))
            for plugin, value in _settings(connection, tenant_id)
            if who.is_named_in(value)
        ),
        admins=tuple((row.username, _digest(row.subject, salt)) for row in connection.execute(linked)),
    )


def look_again(connection: Connection, tenant_id: str, before: Remains, salt: str) -> Remains:
    """Return what of it is still there. A value of the settings that was changed counts as gone."""
    ids: list[str] = []
    for start in range(0, len(before.contacts), _AT_ONCE):
        some = contacts.c.id.in_(before.contacts[start : start + _AT_ONCE])
        chosen = select(contacts.c.id).where(contacts.c.tenant_id == tenant_id, some)
        ids += connection.execute(chosen).scalars()
    now = {(plugin, _digest(value, salt)) for plugin, value in _settings(connection, tenant_id)}
    names = [username for username, _digest_of in before.admins]
    linked = select(admins.c.username, admins.c.subject).where(
        admins.c.tenant_id == tenant_id, admins.c.username.in_(names), admins.c.subject.is_not(None)
    )
    accounts = {(row.username, _digest(row.subject, salt)) for row in connection.execute(linked)}
    return Remains(
        contacts=tuple(ids),
        settings=tuple(each for each in before.settings if each in now),
        admins=tuple(each for each in before.admins if each in accounts),
    )


def _settings(connection: Connection, tenant_id: str) -> Iterator[tuple[str, str]]:
    """Yield each text in the settings of each plugin."""
    chosen = select(plugin_settings.c.plugin, plugin_settings.c["values"]).where(
        plugin_settings.c.tenant_id == tenant_id
    )
    for row in connection.execute(chosen.order_by(plugin_settings.c.plugin)):
        yield from ((row[0], text) for text in _texts(json.loads(row[1])))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from _texts(entry)


def _digest(value: str, salt: str) -> str:
    return hashlib.sha256(f"{salt} {value}".encode()).hexdigest()
