"""Questions only the portal asks: who is reached at an address, and whose row is this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select

from pbx_devhost.core import Pbx
from pbx_devhost.store.contacts.rows import book_key
from pbx_devhost.store.schema import contacts, links, tenants, users
from pbx_devhost.store.users.rows import SHOWN_COLUMNS
from pbx_plugin_api import BookRef, UserLink

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrigin:
    """An origin out of the tenants' data, and the tenants that are reached there."""

    origin: str
    tenant_ids: tuple[str, ...]


def find_origin(pbx: Pbx, scheme: str, host: str) -> KnownOrigin | None:
    """Return the origin that a request came to, in the words of the tenants' data; None for an address of nobody's.

    Cost: one query. `host` is the request's own claim, so it chooses among the known and is never used itself.
    """
    wanted = [origin for each in (scheme, "https", "http") for origin in _spellings(each, host)]
    columns = (tenants.c.id, tenants.c.web_origin, tenants.c.sbc_origin)
    at = or_(tenants.c.web_origin.in_(wanted), tenants.c.sbc_origin.in_(wanted))
    with pbx.stores.database.read() as connection:
        rows = connection.execute(select(*columns).where(at).order_by(tenants.c.name)).all()
    for origin in wanted:
        ids = tuple(row.id for row in rows if origin in (row.web_origin, row.sbc_origin))
        if ids:
            return KnownOrigin(origin=origin, tenant_ids=ids)
    return None


def same_origin(given: str, origin: str) -> bool:
    """Whether a browser's `Origin` header names this origin, whether or not the data write out a default port."""
    scheme, _, host = origin.partition("://")
    return given in _spellings(scheme, host)


def _spellings(scheme: str, host: str) -> list[str]:
    """How an address may be spelled: browsers leave a default port out, administrators may write it."""
    lower = host.lower()
    try:
        port = urlsplit(f"//{lower}").port
    except ValueError:
        return []
    default = _DEFAULT_PORTS[scheme]
    if port is None:
        return [f"{scheme}://{lower}", f"{scheme}://{lower}:{default}"]
    if port == default:
        return [f"{scheme}://{lower}", f"{scheme}://{lower.rpartition(':')[0]}"]
    return [f"{scheme}://{lower}"]


def find_user(pbx: Pbx, tenant_id: str, user_id: str) -> Any:
    """Return the row of a user with their link, or None."""
    statement = (
        select(*SHOWN_COLUMNS, links.c.authority, links.c.subject)
        .outerjoin(links, links.c.user_id == users.c.id)
        .where(users.c.tenant_id == tenant_id, users.c.id == user_id)
    )
    with pbx.stores.database.read() as connection:
        return connection.execute(statement).first()


def link_of(row: Any) -> UserLink | None:
    """Return the link in a user's row."""
    if row is None or row.subject is None:
        return None
    return UserLink(authority=row.authority, subject=row.subject)


def hand_made_contact(pbx: Pbx, tenant_id: str, book: BookRef, contact_id: str) -> str | None:
    """Return the name of a contact that was made by hand; None where there is none, or a sync brought it."""
    at = (contacts.c.tenant_id == tenant_id, contacts.c.book == book_key(book), contacts.c.id == contact_id)
    with pbx.stores.database.read() as connection:
        name: str | None = connection.execute(select(contacts.c.name).where(*at, contacts.c.plugin.is_(None))).scalar()
    return name
