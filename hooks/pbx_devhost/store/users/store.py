"""The users of the PBX, as administrators change and list them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.numbers import NumberError, Numbers, lock_tenant
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import links, photos, users
from pbx_devhost.store.users.rows import SHOWN_COLUMNS, STANDARD_ROLE, delete_users, end_access, new_user_row
from pbx_devhost.texts import _, say
from pbx_plugin_api import AnyNumber, DisableReason, ExtensionWish, InvalidValueError, listing, rules
from pbx_plugin_api.hosting.apply_rules.users import refuse_creation, username_key

EDITABLE: Final = ("display_name", "email", "mobile_phone", "work_phone", "home_phone", "department", "enabled")


class UserError(Exception):
    """A user cannot be added, found or changed. The message names the field and what to do."""


class UserStore:
    """Users of all tenants, for administrators. Every method takes the tenant. For plugins see `LinkedUsers`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._db, self._vault = database, vault

    def add(
        self,
        tenant_id: str,
        username: str,
        *,
        display_name: str,
        email: str | None = None,
        role: str = STANDARD_ROLE,
        extension: ExtensionWish = AnyNumber(),
    ) -> str:
        """Add a hand-made user and return their extension number.

        Raises:
            UserError: A field breaks its rule, the username is taken, the limit is reached, or the number is not
                free. Nothing was added.
        """
        shown: dict[str, Any] = {"display_name": display_name, "email": email or None}
        _check(shown)
        try:
            rules.check_username("username", username)
        except InvalidValueError as error:
            raise UserError(say(error)) from error
        with self._db.write() as connection:
            limit, rest_days = lock_tenant(self._db, connection, tenant_id)
            count = connection.execute(select(func.count()).where(users.c.tenant_id == tenant_id)).scalar_one()
            why = refuse_creation(count, limit)
            if why is not None:
                raise UserError(why)
            key = username_key(username)
            taken = select(users.c.id).where(users.c.tenant_id == tenant_id, users.c.username_key == key)
            if connection.execute(taken).first():
                raise UserError(_("username: {username} is taken", username=repr(username)))
            given = Numbers(self._db, connection, tenant_id, rest_days)
            try:
                number = given.allocate(extension)
            except NumberError as error:
                raise UserError(say(error)) from error
            self._vault.hold_key(connection)
            row = new_user_row(self._vault, tenant_id, self._db.now()) | shown
            row |= {"username": username, "username_key": key, "extension_number": number, "role": role}
            connection.execute(insert(users).values(row))
            given.take([(number, row["id"], None)])
        return number

    def edit(self, tenant_id: str, username: str, values: Mapping[str, Any]) -> None:
        """Change a user by hand. An empty value clears a field. The next sync restores synced fields.

        Raises:
            UserError: A field cannot be edited or breaks its rule, or there is no such user. Nothing was changed.
        """
        unknown = sorted(set(values) - set(EDITABLE))
        if unknown:
            raise UserError(
                _("{unknown}: cannot be edited; editable: {names}", unknown=unknown[0], names=listing(EDITABLE))
            )
        new: dict[str, Any] = {name: value if value != "" else None for name, value in values.items()}
        _check(new)
        if "enabled" in new:
            on = _read_switch(new["enabled"])
            reason = None if on else DisableReason.BY_ADMIN.value
            new |= {"enabled": int(on), "disabled_reason": reason, "disabled_at": None}
        for phone in ("mobile_phone", "work_phone"):
            if phone in new:
                new[f"{phone}_e164"] = None
        with self._db.write() as connection:
            user_id = self._require(connection, tenant_id, username)
            if new.get("enabled") == 0:
                new["disabled_at"] = self._db.now()
            if new:
                connection.execute(update(users).where(users.c.id == user_id).values(new))
            if new.get("enabled") == 0:
                end_access(connection, [user_id])

    def delete(self, tenant_id: str, username: str) -> None:
        """Delete a user by hand. Their number rests. The next sync creates a synced user again, with the number."""
        with self._db.write() as connection:
            user_id = self._require(connection, tenant_id, username)
            _, rest_days = lock_tenant(self._db, connection, tenant_id)
            Numbers(self._db, connection, tenant_id, rest_days).release([user_id])
            delete_users(connection, [user_id])

    def rows(self, tenant_id: str, *, search: str = "", offset: int = 0, limit: int | None = None) -> Iterator[Any]:
        """Yield users as the PBX shows them, by number, with their link."""
        statement = (
            select(
                *SHOWN_COLUMNS,
                links.c.authority,
                links.c.subject,
            )
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == tenant_id)
            .order_by(func.length(users.c.extension_number), users.c.extension_number)
            .offset(offset)
        )
        if search:
            searched = (users.c.display_name, users.c.username, users.c.email, users.c.extension_number)
            statement = statement.where(or_(*(column.icontains(search, autoescape=True) for column in searched)))
        if limit is not None:
            statement = statement.limit(limit)
        yield from self._db.stream(statement)

    def usernames_of(self, tenant_id: str, text: str) -> tuple[str, ...]:
        """Return the usernames of the users whose e-mail address or display name this is, in any case; at most 20."""
        wanted = text.strip().casefold()
        is_theirs = or_(func.lower(users.c.email) == wanted, func.lower(users.c.display_name) == wanted)
        chosen = select(users.c.username).where(users.c.tenant_id == tenant_id, is_theirs).limit(20)
        with self._db.read() as connection:
            return tuple(connection.execute(chosen).scalars()) if wanted else ()

    def count_by_tenant(self, tenant_ids: Sequence[str]) -> dict[str, int]:
        """Return how many users each of these tenants has; those without users are left out."""
        at = users.c.tenant_id.in_(list(tenant_ids))
        chosen = select(users.c.tenant_id, func.count()).where(at).group_by(users.c.tenant_id)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(chosen)}

    def count_all(self, tenant_id: str) -> int:
        """Count all users of a tenant."""
        with self._db.read() as connection:
            return connection.execute(select(func.count()).where(users.c.tenant_id == tenant_id)).scalar_one()

    def find_by_id(self, tenant_id: str, user_id: str) -> Row[Any] | None:
        """Return the row of a user as the PBX shows them, with their link, or None."""
        statement: Select[Any] = (
            select(*SHOWN_COLUMNS, links.c.authority, links.c.subject)
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == tenant_id, users.c.id == user_id)
        )
        with self._db.read() as connection:
            row: Row[Any] | None = connection.execute(statement).first()
        return row

    def find_by_username(self, tenant_id: str, username: str) -> Row[Any] | None:
        """Return the row of a user, with password hash and link, or None."""
        statement = (
            select(users, links.c.authority, links.c.subject)
            .outerjoin(links, links.c.user_id == users.c.id)
            .where(users.c.tenant_id == tenant_id, users.c.username_key == username_key(username))
        )
        with self._db.read() as connection:
            return connection.execute(statement).first()

    def languages_at(self, tenant_id: str, address: str) -> set[str | None]:
        """Return the languages that the users with a mail address chose; None: one of them chose none."""
        at = (users.c.tenant_id == tenant_id, func.lower(users.c.email) == address.casefold())
        with self._db.read() as connection:
            return {row.language for row in connection.execute(select(users).where(*at))}

    def name_of_extension(self, tenant_id: str, extension_number: str) -> str | None:
        """Return the display name of the user who has an extension, or None."""
        at = (users.c.tenant_id == tenant_id, users.c.extension_number == extension_number)
        with self._db.read() as connection:
            name: str | None = connection.execute(select(users.c.display_name).where(*at)).scalar()
        return name

    def photo(self, tenant_id: str, user_id: str) -> tuple[bytes, str] | None:
        """Return a user's photo and its type, or None."""
        statement = (
            select(photos.c.content, photos.c.content_type)
            .join(users, users.c.id == photos.c.user_id)
            .where(users.c.tenant_id == tenant_id, users.c.id == user_id)
        )
        with self._db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else (row.content, row.content_type)

    def _require(self, connection: Connection, tenant_id: str, username: str) -> str:
        chosen = select(users.c.id).where(
            users.c.tenant_id == tenant_id, users.c.username_key == username_key(username)
        )
        user_id: str | None = connection.execute(chosen).scalar()
        if user_id is None:
            raise UserError(_("there is no user {username} in this tenant", username=repr(username)))
        return user_id


def _check(values: Mapping[str, Any]) -> None:
    """Check the limits, by the same rules as for plugins."""
    try:
        for name, value in values.items():
            if name == "display_name":
                rules.check_text(name, value or "", min_chars=1, max_chars=rules.DISPLAY_NAME_MAX_CHARS)
            elif name.endswith("_phone"):
                rules.check_optional_text(name, value, max_chars=rules.PHONE_MAX_CHARS)
            elif name != "enabled":
                rules.check_optional_text(name, value, max_chars=128)
    except InvalidValueError as error:
        raise UserError(say(error)) from error


def _read_switch(value: object) -> bool:
    word = str(value).casefold()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise UserError(_("enabled: {value} must be yes or no", value=repr(value)))
