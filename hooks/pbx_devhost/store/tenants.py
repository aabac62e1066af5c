"""The tenants of the PBX: who they are, and where browsers reach them."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, insert, literal, or_, select, union
from sqlalchemy.exc import IntegrityError

from pbx_devhost.store.database import Database
from pbx_devhost.store.sql.schema import numbers, system_settings, tenants
from pbx_devhost.store.work.nights import NightStore, find_offset_s
from pbx_devhost.texts import _, say
from pbx_plugin_api import InvalidValueError, Scope, Tenant, WebOrigins, listing
from pbx_plugin_api.catalogues import SOURCE_LANGUAGE

RESERVED_NUMBERS = ("555", "666", "777", "888")
"""PortSIP's default service numbers (voicemail and others)."""

SYSTEM_TENANT = Tenant(pbx_tenant_id="system", name="System", sip_domain="system.invalid", scope=Scope.SYSTEM)

DEFAULT_WEB_ORIGIN = "https://localhost:8887"


_SYSTEM_ORIGIN = "web_origin"
_ORIGIN_S = 5.0
_ORIGINS_MAX = 10_000


def _at(column: ColumnElement[Any]) -> Any:
    found = select(tenants.c.id).where(column == bindparam("origin")).limit(2).subquery()
    return select(found.c.id)


_SYSTEM_AT = select(literal(SYSTEM_TENANT.pbx_tenant_id)).where(
    exists().where(system_settings.c.name == _SYSTEM_ORIGIN, system_settings.c.value == bindparam("origin"))
)
_SOME_AT = union(_at(tenants.c.web_origin), _at(tenants.c.sbc_origin), _SYSTEM_AT)
"""Some of the tenants at an origin: enough to know whether there is one, and only one. Thousands may share an origin.
And the PBX itself, if it is reached there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedOrigin:
    """An origin as an administrator has stored it, at which tenants are reached."""

    origin: str
    only_tenant_id: str | None
    """The tenant, where there is no other one at this origin."""
    is_system: bool = False
    """Whether this is the PBX's own address, where system administrators sign in."""
    has_tenants: bool = True
    """Whether tenants are reached here."""


class TenantError(Exception):
    """A tenant cannot be added or found. The message names the field and what to do."""


class TenantStore:
    """Tenants by name, id or domain."""

    def __init__(self, database: Database, nights: NightStore) -> None:
        self._db, self._nights = database, nights
        self._reached: dict[tuple[str, ...], tuple[ReachedOrigin, float]] = {}

    def add(
        self,
        name: str,
        *,
        sip_domain: str | None = None,
        time_zone: str = "UTC",
        country: str = "US",
        web_origin: str = DEFAULT_WEB_ORIGIN,
        sbc_origin: str | None = None,
        user_limit: int | None = None,
        rest_days: int = 30,
        language: str | None = None,
    ) -> Tenant:
        """Add a tenant. The PBX's own service numbers are taken from the start.

        Raises:
            TenantError: A field breaks its rule, or another tenant has the name or the domain as its name, domain or
                id. Tenants are found by each of them. Nothing was added.
        """
        slug = re.sub(r"[^a-z0-9-]+", "-", name.casefold()).strip("-") or "tenant"
        domain = (sip_domain or (name.casefold() if "." in name else f"{slug}.pbx.local")).casefold()
        try:
            tenant = Tenant(
                pbx_tenant_id=uuid.uuid4().hex,
                name=name,
                sip_domain=domain,
                time_zone=time_zone,
                country=country,
                user_limit=user_limit,
                language=language or SOURCE_LANGUAGE,
            )
            tenant = replace(tenant, night_offset_s=find_offset_s(tenant.pbx_tenant_id, self._nights.window_s()))
            WebOrigins(web=web_origin, sbc=sbc_origin)
        except InvalidValueError as error:
            raise TenantError(say(error)) from error
        row = {
            "id": tenant.pbx_tenant_id,
            "name": name,
            "sip_domain": domain,
            "time_zone": time_zone,
            "country": country,
            "web_origin": web_origin,
            "sbc_origin": sbc_origin,
            "user_limit": user_limit,
            "rest_days": rest_days,
            "language": language,
        }
        services = [
            {"tenant_id": tenant.pbx_tenant_id, "number": number, "n": int(number), "service": "pbx"}
            for number in RESERVED_NUMBERS
        ]
        try:
            with self._db.write(lock="tenants") as connection:
                _check_is_free(connection, name, domain)
                connection.execute(insert(tenants).values(row | {"created_at": self._db.now()}))
                connection.execute(insert(numbers), services)
        except IntegrityError as error:
            raise TenantError(
                _("name {name} or SIP domain {domain} is taken by another tenant", name=repr(name), domain=repr(domain))
            ) from error
        self._reached.clear()
        return tenant

    def all(self) -> list[Tenant]:
        """Return every tenant, by name."""
        window_s = self._nights.window_s()  # first: a second connection in a transaction could be waited for for ever
        with self._db.read() as connection:
            return [self._read(row, window_s) for row in connection.execute(select(tenants).order_by(tenants.c.name))]

    def find(self, key: str) -> Tenant:
        """Return the tenant with this id, SIP domain or name, in this order; for `system` the PBX itself, if none fits.

        Raises:
            TenantError: There is none; the message lists a few there are.
        """
        lower, window_s = key.casefold(), self._nights.window_s()
        with self._db.read() as connection:
            # One after another, so that an id or a domain costs one look into an index.
            for matches in (
                tenants.c.id == key,
                tenants.c.sip_domain == lower,
                tenants.c.name == key,
                func.lower(tenants.c.name) == lower,
            ):
                row = connection.execute(select(tenants).where(matches)).first()
                if row is not None:
                    return self._read(row, window_s)
            if key == SYSTEM_TENANT.pbx_tenant_id:
                return SYSTEM_TENANT
            names = connection.execute(select(tenants.c.name).order_by(tenants.c.name).limit(10)).scalars().all()
        if not names:
            raise TenantError(
                _(
                    "there is no tenant {key}, and no other one yet; add one with: pbx-devhost tenant add NAME",
                    key=repr(key),
                )
            )
        raise TenantError(_("there is no tenant {key}; tenants: {known}", key=repr(key), known=listing(names)))

    def find_origin(self, origins: Sequence[str]) -> ReachedOrigin | None:
        """Return the first of the origins at which a tenant is reached, or None.

        The answer may be some seconds old; whether one tenant is reached there (`is_reached_at`) never is.
        """
        key = tuple(origins)
        known = self._reached.get(key)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        with self._db.read() as connection:
            for origin in origins:
                ids = set(connection.execute(_SOME_AT, {"origin": origin}).scalars())
                if ids:
                    is_system = SYSTEM_TENANT.pbx_tenant_id in ids
                    ids.discard(SYSTEM_TENANT.pbx_tenant_id)
                    only = next(iter(ids)) if len(ids) == 1 else None
                    found = ReachedOrigin(
                        origin=origin, only_tenant_id=only, is_system=is_system, has_tenants=bool(ids)
                    )
                    if len(self._reached) >= _ORIGINS_MAX:
                        self._reached.clear()
                    self._reached[key] = found, time.monotonic() + _ORIGIN_S
                    return found
        return None

    def is_reached_at(self, tenant_id: str, origin: str) -> bool:
        """Whether a tenant is reached at an origin."""
        columns = (tenants.c.web_origin, tenants.c.sbc_origin)
        with self._db.read() as connection:
            row = connection.execute(select(*columns).where(tenants.c.id == tenant_id)).first()
        return row is not None and origin in row

    def origins(self, tenant: Tenant) -> WebOrigins:
        """Return where browsers reach a tenant."""
        if tenant.scope is Scope.SYSTEM:
            return WebOrigins(web=self.system_origin() or DEFAULT_WEB_ORIGIN)
        with self._db.read() as connection:
            columns = (tenants.c.web_origin, tenants.c.sbc_origin)
            row = connection.execute(select(*columns).where(tenants.c.id == tenant.pbx_tenant_id)).one()
        return WebOrigins(web=row.web_origin, sbc=row.sbc_origin)

    def system_origin(self) -> str | None:
        """Return the PBX's own address, where system administrators sign in. None: it is not set; they cannot."""
        chosen = select(system_settings.c.value).where(system_settings.c.name == _SYSTEM_ORIGIN)
        with self._db.read() as connection:
            return connection.execute(chosen).scalar()

    def set_system_origin(self, origin: str) -> None:
        """Set the PBX's own address. Sessions of system administrators at another address are not valid any more.

        Raises:
            TenantError: It is not an origin.
        """
        try:
            WebOrigins(web=origin)
        except InvalidValueError as error:
            raise TenantError(_("{origin} is not possible: {rule}", origin=repr(origin), rule=error.rule)) from error
        with self._db.write() as connection:
            self._db.upsert(connection, system_settings, [{"name": _SYSTEM_ORIGIN, "value": origin}])
        self._reached.clear()

    def count(self, search: str = "") -> int:
        """Return how many tenants there are whose name, SIP domain or address contains a text."""
        with self._db.read() as connection:
            return connection.execute(
                select(func.count()).select_from(tenants).where(*_containing(search))
            ).scalar_one()

    def page(self, search: str = "", *, offset: int = 0, limit: int) -> list[Tenant]:
        """Return some of these tenants, by name."""
        chosen = select(tenants).where(*_containing(search)).order_by(tenants.c.name).offset(offset).limit(limit)
        window_s = self._nights.window_s()
        with self._db.read() as connection:
            return [self._read(row, window_s) for row in connection.execute(chosen)]

    @staticmethod
    def _read(row: Any, window_s: int) -> Tenant:
        return Tenant(
            pbx_tenant_id=row.id,
            name=row.name,
            sip_domain=row.sip_domain,
            time_zone=row.time_zone,
            country=row.country,
            user_limit=row.user_limit,
            night_offset_s=find_offset_s(row.id, window_s),
            language=row.language or SOURCE_LANGUAGE,
        )

    def reserve_number(self, tenant: Tenant, number: str, service: str) -> None:
        """Take an extension number for another service, such as a queue or a ring group."""
        row = {"tenant_id": tenant.pbx_tenant_id, "number": number, "n": int(number), "service": service}
        try:
            with self._db.write() as connection:
                connection.execute(insert(numbers).values(row))
        except IntegrityError as error:
            raise TenantError(_("number {number} is taken", number=number)) from error


def _check_is_free(connection: Connection, name: str, domain: str) -> None:
    """Refuse a name or domain that is another tenant's name, domain or id."""
    for field, value in (("name", name), ("SIP domain", domain)):
        lower = value.casefold()
        if lower in (SYSTEM_TENANT.pbx_tenant_id, SYSTEM_TENANT.sip_domain):
            raise TenantError(_("{field}: {value} is the PBX itself; choose another", field=field, value=repr(value)))
        matches = or_(func.lower(tenants.c.name) == lower, tenants.c.sip_domain == lower, tenants.c.id == value)
        other = connection.execute(select(tenants.c.name, tenants.c.sip_domain).where(matches).limit(1)).first()
        if other is not None:
            raise TenantError(
                _(
                    "{field}: {value} is taken by another tenant ({name}, {sip_domain}), as its name, domain "
                    "or id; choose another",
                    field=field,
                    value=repr(value),
                    name=other.name,
                    sip_domain=other.sip_domain,
                )
            )


def _containing(search: str) -> list[ColumnElement[bool]]:
    columns = (tenants.c.name, tenants.c.sip_domain, tenants.c.web_origin, tenants.c.sbc_origin)
    return [or_(*(column.icontains(search, autoescape=True) for column in columns))] if search else []
