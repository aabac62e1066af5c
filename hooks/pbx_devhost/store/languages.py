"""Which language a tenant and a person chose. None: no choice, so the next one decides, and at last the browser."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.signin.sessions import Session
from pbx_devhost.store.sql.schema import admins, tenants, users
from pbx_devhost.store.tenants import SYSTEM_TENANT, TenantError
from pbx_devhost.texts import _
from pbx_plugin_api import Tenant, languages_of

NAMES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch", "zh-Hans": "简体中文"}
"""Each language in itself."""


@cache
def offered_languages() -> Mapping[str, str]:
    """Return the languages that the host's texts exist in, each with its name in itself."""
    return {language: NAMES.get(language, language) for language in languages_of("pbx_devhost")}


def first_offered(*chosen: str | None) -> str | None:
    """Return the first choice that this version still offers: somebody may have chosen a language that is gone."""
    return next((language for language in chosen if language is not None and language in offered_languages()), None)


class LanguageStore:
    """The choices of tenants and people. The caller has checked that a language is offered."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of_tenant(self, tenant_id: str) -> str | None:
        """Return the language that a tenant chose."""
        return self._read(tenants, (tenants.c.id == tenant_id,))

    def set_of_tenant(self, tenant: Tenant, language: str | None) -> None:
        """Set a tenant's language.

        Raises:
            TenantError: It is the PBX itself, which has none.
        """
        if tenant.pbx_tenant_id == SYSTEM_TENANT.pbx_tenant_id:
            raise TenantError(_("the PBX itself has no language: each system administrator chooses their own"))
        self._write(tenants, (tenants.c.id == tenant.pbx_tenant_id,), language)

    def of_person(self, session: Session) -> str | None:
        """Return the language that the person of a session chose for themselves."""
        return self._read(*_owner(session))

    def set_of_person(self, session: Session, language: str | None) -> None:
        """Set the language of the person of a session."""
        self._write(*_owner(session), language)

    def _read(self, table: Table, at: tuple[ColumnElement[bool], ...]) -> str | None:
        with self._db.read() as connection:
            language: str | None = connection.execute(select(table.c.language).where(*at)).scalar()
        return language

    def _write(self, table: Table, at: tuple[ColumnElement[bool], ...], language: str | None) -> None:
        with self._db.write() as connection:
            connection.execute(update(table).where(*at).values(language=language))


def _owner(session: Session) -> tuple[Table, tuple[Any, ...]]:
    if session.user_id is not None:
        return users, (users.c.tenant_id == session.tenant_id, users.c.id == session.user_id)
    if session.system_name is not None:
        return admins, (admins.c.tenant_id == SYSTEM_TENANT.pbx_tenant_id, admins.c.username == session.system_name)
    return admins, (admins.c.tenant_id == session.tenant_id, admins.c.username == session.admin_name)
