"""People who are to be forgotten: asked for once, worked off in small transactions, however often it is cut off."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from pbx_devhost.store.contacts.rows import book_key, delete_contacts
from pbx_devhost.store.database import Database
from pbx_devhost.store.erasure.identity import Identity
from pbx_devhost.store.erasure.mail import clear_mail
from pbx_devhost.store.erasure.remains import Remains, find_remains, look_again
from pbx_devhost.store.erasure.texts import clear_files, clear_tables, find_names_in_plans
from pbx_devhost.store.numbers import Numbers, lock_tenant
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import (
    budget_takes,
    contacts,
    due,
    erasures,
    links,
    numbers,
    problems,
    runs,
    users,
    wrong_passwords,
)
from pbx_devhost.store.users.rows import delete_users
from pbx_devhost.store.work.leases import Lease, LeaseStore
from pbx_devhost.texts import _
from pbx_plugin_api import PersonalBook, UserLink
from pbx_plugin_api.hosting.apply_rules.users import username_key

_PLACE: Final = "erasure"
_USER_ADDRESSES: Final = (
    "email",
    "mobile_phone",
    "mobile_phone_e164",
    "work_phone",
    "work_phone_e164",
    "home_phone",
)
_AT_ONCE: Final = 500


class ErasureError(Exception):
    """A person cannot be erased. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one round of work did."""

    tenant_id: str
    is_done: bool
    """False: a run of the tenant or an attempt to send goes on. Work again later."""
    n_changed: int
    """Rows and files from which the person was taken out."""
    remains: tuple[str, ...]
    """What still names the person and is not changed, as sentences for an administrator."""


class ErasureStore:
    """Erasures of all tenants."""

    def __init__(self, database: Database, vault: Vault, leases: LeaseStore) -> None:
        self._db, self._vault, self._leases = database, vault, leases

    def ask(self, tenant_id: str, who: str, *, also: tuple[str, ...] = ()) -> str:
        """Accept the wish to erase a person, and return its id. Who it is stays sealed until they are forgotten.

        Args:
            tenant_id: The tenant.
            who: User name, mail address, sign-in name, id of the user, or id in the directory. The user may be deleted
                already.
            also: More names, addresses and numbers of this person.

        Raises:
            ErasureError: Nothing names this person, or it is not clear who is meant.
        """
        found = self._find(tenant_id, who.strip(), tuple(text.strip() for text in also if text.strip()))
        erasure_id = uuid.uuid4().hex
        with self._db.write() as connection:
            self._vault.hold_key(connection)
            sealed = self._vault.seal(json.dumps(found).encode(), _PLACE, erasure_id)
            row = {"id": erasure_id, "tenant_id": tenant_id, "sealed": sealed, "asked_at": self._db.now()}
            connection.execute(insert(erasures).values(row))
        return erasure_id

    def waiting(self) -> list[str]:
        """Return the ids of erasures that are not done, the oldest first."""
        open_ones = select(erasures.c.id).where(erasures.c.done_at.is_(None)).order_by(erasures.c.asked_at)
        with self._db.read() as connection:
            return list(connection.execute(open_ones).scalars())

    def work(self, erasure_id: str) -> Erased:
        """Erase, and mark it as done. Idempotent: what was done before is not there any more."""
        with self._db.read() as connection:
            row = connection.execute(select(erasures).where(erasures.c.id == erasure_id)).first()
        if row is None or row.done_at is not None or row.sealed is None:
            return Erased(tenant_id="" if row is None else row.tenant_id, is_done=True, n_changed=0, remains=())
        shape = json.loads(self._vault.open(row.sealed, _PLACE, erasure_id))
        who = Identity(
            names=tuple(shape["names"]),
            addresses=tuple(shape["addresses"]),
            ids=tuple(shape["ids"]),
            links=tuple((authority, subject) for authority, subject in shape["links"]),
            user_id=shape["user_id"],
        )
        with self._db.read() as connection:
            plugins = list(connection.execute(select(due.c.plugin).where(due.c.tenant_id == row.tenant_id)).scalars())
        leases: list[Lease | None] = []
        try:
            for plugin in plugins:
                leases.append(self._leases.take(row.tenant_id, plugin))  # noqa: PERF401  # what was taken is kept
            if None in leases:  # a run would write the name again
                return Erased(tenant_id=row.tenant_id, is_done=False, n_changed=0, remains=())
            count = self._clear_person(row.tenant_id, who) + clear_tables(self._db, row.tenant_id, who)
            count += clear_files(self._db, row.tenant_id, who)
            n_mails, is_mail_left = clear_mail(self._db, self._vault, row.tenant_id, who)
            with self._db.read() as connection:
                remains = find_remains(connection, row.tenant_id, who, erasure_id)
        finally:
            for lease in leases:
                if lease is not None:
                    self._leases.release(lease)
        if not is_mail_left:
            with self._db.write() as connection:
                self._vault.hold_key(connection)
                sealed = self._vault.seal(remains.pack(), _PLACE, erasure_id) if remains else None
                done = {"sealed": sealed, "done_at": self._db.now()}
                connection.execute(update(erasures).where(erasures.c.id == erasure_id).values(done))
        return Erased(
            tenant_id=row.tenant_id,
            is_done=not is_mail_left,
            n_changed=count + n_mails,
            remains=remains.describe(),
        )

    def without_remains(self) -> list[tuple[str, str]]:
        """Return tenant and id of each erasure after which something named the person, and nothing does any more."""
        watched = select(erasures).where(erasures.c.done_at.is_not(None), erasures.c.sealed.is_not(None))
        with self._db.read() as connection:
            rows = connection.execute(watched.order_by(erasures.c.done_at)).all()
        found = []
        for row in rows:
            before = Remains.unpack(self._vault.open(row.sealed, _PLACE, row.id))
            with self._db.read() as connection:
                if not look_again(connection, row.tenant_id, before, row.id):
                    found.append((row.tenant_id, row.id))
        return found

    def stop_watching(self, erasure_id: str) -> None:
        """Forget where a person was still named. Idempotent."""
        done = (erasures.c.id == erasure_id, erasures.c.done_at.is_not(None))
        with self._db.write() as connection:
            connection.execute(update(erasures).where(*done).values(sealed=None))

    # ------------------------------------------------------------------ who it is

    def _find(self, tenant_id: str, who: str, also: tuple[str, ...]) -> dict[str, Any]:
        """Collect by what the person is recognised, from the user, its links and the problems of runs."""
        names: set[str] = set()
        addresses: set[str] = {*also, who}
        linked: set[tuple[str, str]] = set()
        with self._db.read() as connection:
            user = self._find_user(connection, tenant_id, who)
            if user is not None:
                names |= {user.username, user.display_name}
                known = {name.casefold() for name in names}
                addresses = {text for text in addresses if text.casefold() not in known}
                addresses |= {getattr(user, name) for name in _USER_ADDRESSES if getattr(user, name)}
            of_user = links.c.user_id == user.id if user is not None else links.c.subject == who
            for link in connection.execute(select(links).where(links.c.tenant_id == tenant_id, of_user)):
                linked.add((link.authority, link.subject))
                names.add(link.applied_display_name)
                applied = (link.applied_email, link.applied_mobile_phone, link.applied_work_phone)
                addresses |= {text for text in applied if text}
            ids = {subject for _, subject in linked}
            is_theirs = or_(problems.c.subject.in_({*ids, who}), func.lower(problems.c.login_name) == who.lower())
            mine = runs.c.tenant_id == tenant_id
            found = select(problems.c.subject, problems.c.login_name).join(runs, runs.c.id == problems.c.run_id)
            for problem in connection.execute(found.where(mine, is_theirs).distinct()):
                ids |= {problem.subject} - {None}
                addresses |= {problem.login_name} - {None}
            is_known = user is not None or bool(ids) or len(addresses) > len({*also, who})
        planned_names, planned_addresses = find_names_in_plans(self._db, tenant_id, ids)
        names, addresses = names | planned_names, addresses | planned_addresses
        if not is_known and not also:
            raise ErasureError(
                _(
                    "nobody is known as {who}; for somebody without a user, add every name, address and "
                    "number by which they may be named, with --also",
                    who=repr(who),
                )
            )
        return {
            "names": sorted(names),
            "addresses": sorted(addresses),
            "ids": sorted(ids),
            "links": sorted(linked),
            "user_id": user.id if user is not None else None,
        }

    def _find_user(self, connection: Connection, tenant_id: str, who: str) -> Any:
        linked = select(links.c.user_id).where(links.c.tenant_id == tenant_id, links.c.subject == who)
        is_it = or_(
            users.c.id == who,
            users.c.username_key == username_key(who),
            func.lower(users.c.email) == who.lower(),
            users.c.id.in_(linked),
        )
        found = connection.execute(select(users).where(users.c.tenant_id == tenant_id, is_it).limit(2)).all()
        if len(found) > 1:
            raise ErasureError(
                _("{who} names more than one user; give the user name, or the id in the directory", who=repr(who))
            )
        return found[0] if found else None

    # ------------------------------------------------------------------ rows of their own

    def _clear_person(self, tenant_id: str, who: Identity) -> int:
        """Delete the user with everything of theirs, their links and their personal book. Their number rests."""
        subjects = [subject for _, subject in who.links]
        with self._db.write() as connection:
            _, rest_days = lock_tenant(self._db, connection, tenant_id)
            if who.user_id is not None:
                Numbers(self._db, connection, tenant_id, rest_days).release([who.user_id])
                delete_users(connection, [who.user_id])
                account = f"user:{who.user_id}"
                at = (wrong_passwords.c.tenant_id == tenant_id, wrong_passwords.c.account == account)
                connection.execute(delete(wrong_passwords).where(*at))
            mine = (links.c.tenant_id == tenant_id, links.c.subject.in_(subjects))
            count = connection.execute(delete(links).where(*mine)).rowcount
            rests = (numbers.c.tenant_id == tenant_id, numbers.c.subject.in_(subjects), numbers.c.user_id.is_(None))
            connection.execute(update(numbers).where(*rests).values(authority=None, subject=None))
            for bucket in (
                connection.execute(
                    select(budget_takes.c.bucket).where(budget_takes.c.tenant_id == tenant_id).distinct()
                )
                .scalars()
                .all()
            ):
                if who.is_named_in(bucket):
                    at = (budget_takes.c.tenant_id == tenant_id, budget_takes.c.bucket == bucket)
                    connection.execute(delete(budget_takes).where(*at))
        for authority, subject in who.links:
            count += self._delete_book(
                tenant_id, book_key(PersonalBook(owner=UserLink(authority=authority, subject=subject)))
            )
        return count + (who.user_id is not None)

    def _delete_book(self, tenant_id: str, book: str) -> int:
        count = 0
        chosen = select(contacts.c.id).where(contacts.c.tenant_id == tenant_id, contacts.c.book == book).limit(_AT_ONCE)
        while True:
            with self._db.write() as connection:
                ids = list(connection.execute(chosen).scalars())
                if ids:
                    delete_contacts(connection, ids)
            count += len(ids)
            if len(ids) < _AT_ONCE:
                return count
