"""A plugin bound to tenant A cannot read or write anything of tenant B, by any method of any part of the host.

The cases are counted against the live Protocols: a method that is added without a case here fails the test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from sqlalchemy import select, update

from pbx_devhost.store.sql.schema import metadata
from pbx_devhost.store.sql.schema import tenants as schema_tenants
from pbx_devhost.store.tenants import TenantError
from pbx_plugin_api import (
    AnyNumber,
    ApplyStatus,
    BookChanges,
    CompanyBook,
    ContactSource,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    DraftContact,
    DropContact,
    EnableUser,
    Host,
    LinkUser,
    PersonalBook,
    Phone,
    Photo,
    PhotoChange,
    Problem,
    PutContact,
    RateLimit,
    Severity,
    UpdateUser,
)
from pbx_plugin_api import host as contract
from pbx_plugin_api.hosting.guard import Gate, guard_host
from tests.support.devhost_pbx import DevPbx, draft, link

COMPANY, PERSONAL = CompanyBook(), PersonalBook(owner=link("ada"))
PHOTO = Photo(content=b"\x89PNG", content_type="image/png", source_etag="e")
SECRET = "only of Fabrikam"


class Victim:
    """All data of tenant B, under names that tenant A knows."""

    def __init__(self, dev: DevPbx) -> None:
        self.dev, host = dev, dev.other_tenant
        phone = Phone(raw="030 12345", e164="+493012345")
        ada = draft("ada", display_name=SECRET, email="ada@fabrikam.example", work_phone=phone, department=SECRET)
        host.users.apply([CreateUser(draft=ada), CreateUser(draft=draft("gone"))])
        tid = dev.other.pbx_tenant_id
        dev.stores.users.delete(tid, "gone")
        dev.stores.users.add(tid, "by-hand", display_name=SECRET)
        row = dev.stores.users.find_by_username(tid, "by-hand")
        assert row is not None
        self.by_hand_id: str = row.id
        host.users.set_photo(link("ada"), PHOTO)
        for book in (COMPANY, PERSONAL):
            host.contacts.apply(book, [put("c")])
        [contact] = dev.stores.contacts.rows(tid, COMPANY)
        dev.stores.contacts.edit(tid, contact["id"], DraftContact(name=f"{SECRET}, edited"))
        host.settings.write({"k": SECRET}, expected_version=0)
        host.secrets.put("k", SECRET.encode())
        host.state.put("k", SECRET)
        self.blob = host.blobs.put(iter([SECRET.encode()]), content_type="text/plain", keep_s=600)
        host.rate_budget.take("b", 1, [RateLimit(amount=1, window_s=600)])
        host.audit.record("fabrikam.secret", outcome="ok", subject=SECRET)
        host.notify_admin("k", SECRET, SECRET, severity=Severity.BAD)
        host.progress.report(SECRET, 1, 2)
        self.run_id: str | None = dev.stores.runs.newest_id(tid, "sample")


def put(external_id: str) -> PutContact:
    source = ContactSource(mailbox_id="m", folder_id="f", contact_id="c")
    return PutContact(external_id=external_id, draft=DraftContact(name=SECRET), sources=(source,))


def _open_blob(host: Host, victim: Victim) -> object:
    with pytest.raises(KeyError), host.blobs.open(victim.blob):
        pass
    return None


def _apply_users(host: Host, victim: Victim) -> object:
    ada = link("ada")
    changes = [
        UpdateUser(draft=draft("ada", display_name="Evil"), fields=("display_name",)),
        DisableUser(link=ada, reason=DisableReason.DEPARTED),
        EnableUser(link=ada),
        DeleteUser(link=ada),
        LinkUser(user_id=victim.by_hand_id, draft=draft("eve")),
        DeleteUser(link=link("gone")),
    ]
    results = host.users.apply(changes)
    assert ApplyStatus.APPLIED not in [result.status for result in results]
    made = host.users.apply([CreateUser(draft=draft("ada"))])
    return results + made


def _apply_contacts(host: Host, victim: Victim) -> object:
    changes = [DropContact(external_id="c"), put("c")]
    return [host.contacts.apply(book, changes) for book in (COMPANY, PERSONAL)]


Case = Callable[[Host, Victim], object]
"""Calls one method with names of the other tenant, and returns its answer."""

CASES: dict[str, Case] = {
    "Users.linked": lambda h, v: list(h.users.linked()),
    "Users.unlinked": lambda h, v: list(h.users.unlinked()),
    "Users.diverged": lambda h, v: list(h.users.diverged()),
    "Users.find": lambda h, v: h.users.find(link("ada")),
    "Users.counts": lambda h, v: (h.users.counts().linked, h.users.counts().enabled),
    "Users.apply": _apply_users,
    "Users.next_numbers": lambda h, v: list(h.users.next_numbers([(link("ada"), AnyNumber())])),
    "Users.set_photo": lambda h, v: [h.users.set_photo(link("ada"), photo) for photo in (PHOTO, None)],
    "Users.set_photos": lambda h, v: h.users.set_photos(
        [PhotoChange(link=link("ada"), photo=photo) for photo in (PHOTO, None)]
    ),
    "Contacts.books": lambda h, v: list(h.contacts.books()),
    "Contacts.synced": lambda h, v: [
        list(h.contacts.synced(book, mailbox_id=mailbox, folder_id=folder))
        for book in (COMPANY, PERSONAL)
        for mailbox, folder in ((None, None), ("m", None), ("m", "f"))
    ],
    "Contacts.find": lambda h, v: [h.contacts.find(book, ["c"]) for book in (COMPANY, PERSONAL)],
    "Contacts.diverged": lambda h, v: [list(h.contacts.diverged(book)) for book in (COMPANY, PERSONAL)],
    "Contacts.diverged_books": lambda h, v: list(h.contacts.diverged_books()),
    "Contacts.apply": _apply_contacts,
    "Contacts.apply_books": lambda h, v: h.contacts.apply_books(
        [BookChanges(book=book, changes=(DropContact(external_id="c"), put("c"))) for book in (COMPANY, PERSONAL)]
    ),
    "Settings.read": lambda h, v: (h.settings.read().version, dict(h.settings.read().values)),
    "Settings.write": lambda h, v: h.settings.write({"k": "evil"}, expected_version=0).version,
    "Secrets.get": lambda h, v: h.secrets.get("k"),
    "Secrets.put": lambda h, v: h.secrets.put("k", b"evil"),
    "Secrets.delete": lambda h, v: h.secrets.delete("k"),
    "State.get": lambda h, v: h.state.get("k"),
    "State.get_many": lambda h, v: h.state.get_many(["k", "evil"]),
    "State.put": lambda h, v: h.state.put("k", "evil"),
    "State.put_many": lambda h, v: h.state.put_many({"k": "evil"}),
    "State.delete": lambda h, v: h.state.delete("k"),
    "State.items": lambda h, v: list(h.state.items()) + list(h.state.items("k")),
    "Blobs.info": lambda h, v: h.blobs.info(v.blob),
    "Blobs.open": _open_blob,
    "Blobs.put": lambda h, v: h.blobs.put(iter([b"evil"]), content_type="text/plain", keep_s=60),
    "RateBudget.take": lambda h, v: h.rate_budget.take("b", 1, [RateLimit(amount=1, window_s=600)]),
    "Progress.fencing_token": lambda h, v: h.progress.fencing_token,
    "Progress.deadline_utc": lambda h, v: None if h.progress.deadline_utc is None else "a time",
    "Progress.report": lambda h, v: h.progress.report("evil", 9, 9),
    "Progress.should_stop": lambda h, v: h.progress.should_stop(),
    "Progress.problem": lambda h, v: h.progress.problem(Problem(reason="evil")),
    "Audit.record": lambda h, v: h.audit.record("evil", outcome="ok"),
    "Overview.runs": lambda h, v: [r for r in h.overview.runs(100) if r.run_id == v.run_id],
    "Overview.problems": lambda h, v: list(h.overview.problems(v.run_id)),
    "Overview.notices": lambda h, v: list(h.overview.notices()),
    "Clock.now_utc": lambda h, v: h.clock.now_utc().tzinfo and None,
    "Clock.sleep": lambda h, v: h.clock.sleep(0.0),
    "Host.web_origins": lambda h, v: h.web_origins.web,
    "Host.notify_admin": lambda h, v: h.notify_admin("k", "evil", "evil", severity=Severity.BAD),
    "Host.resolve_notice": lambda h, v: h.resolve_notice("k"),
    "Host.landing_state": lambda h, v: h.landing_state("consent", keep_s=60) and None,
    "Host.system": lambda h, v: h.system(),
}

PARTS = (
    "users",
    "contacts",
    "settings",
    "secrets",
    "state",
    "blobs",
    "rate_budget",
    "progress",
    "audit",
    "overview",
    "clock",
)


def live_methods() -> Iterator[str]:
    for kind in vars(contract).values():
        if inspect.isclass(kind) and Protocol in kind.__bases__ and kind.__module__.startswith("pbx_plugin_api."):
            for name, member in vars(kind).items():
                if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                    yield f"{kind.__name__}.{name}"


def test_every_method_of_the_contract_has_a_case() -> None:
    assert {name for name in live_methods() if name.removeprefix("Host.") not in PARTS} == set(CASES)


def everything_of(dev: DevPbx) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of tenant B in every table: rows with its id, and rows that refer to one of these."""
    tid = dev.other.pbx_tenant_id
    with dev.stores.database.read() as connection:
        found = {}
        ids = {tid}
        for table in metadata.tables.values():
            rows = [tuple(row) for row in connection.execute(select(table)).all()]
            if "tenant_id" in table.c:
                rows = [row for row in rows if row[list(table.c).index(table.c.tenant_id)] == tid]
                ids |= {str(row[0]) for row in rows}
            found[table.name] = sorted(rows, key=repr)
        for name in ("photos", "registrations", "blob_chunks", "problems"):
            table = metadata.tables[name]
            key = list(table.c).index(table.c["run_id" if name == "problems" else table.c.keys()[0]])
            found[name] = [row for row in found[name] if str(row[key]) in ids]
    return {name: rows for name, rows in found.items() if name not in ("tenants", "meta", "data_keys", "admins")}


@pytest.mark.parametrize("name", sorted(CASES))
def test_no_method_reads_or_writes_another_tenant(dev: DevPbx, name: str) -> None:
    bare = CASES[name]
    # The method must answer the same whether tenant B has nothing or everything.
    without = _say(bare, dev.bound("sample", dev.stores.tenants.add("Nobody")), None)
    victim = Victim(dev)
    before = everything_of(dev)
    assert sum(map(len, before.values())) > 20, "the victim has something of everything"
    host = dev.bound("sample", dev.stores.tenants.add("Attacker"))
    said = _say(bare, host, victim)
    if name not in ("Host.web_origins", "Blobs.put"):
        assert said == without
    assert "fabrikam" not in repr(said).casefold()
    assert SECRET not in repr(said)
    assert everything_of(dev) == before


def test_attack_reaching_for_what_is_behind_a_host(dev: DevPbx) -> None:
    """A real host has its scope and its stores in private attributes. The guard returns none of them."""
    bare = dev.bound("sample", dev.tenant)
    host: Any = guard_host(bare, Gate("sample"))
    private = [name for name in dir(bare) if name.startswith("_") and not name.startswith("__")]
    parts = {name: [n for n in dir(getattr(bare, name)) if n.startswith("_")] for name in PARTS}
    assert private
    assert "_scope" in parts["settings"]
    for name in private:
        assert not hasattr(host, name), name
    for part, names in parts.items():
        guarded = getattr(host, part)
        # What every object has (`__class__`, `__dir__`) belongs to the guard.
        for name in set(names) - set(dir(object)) - {"__dict__", "__module__", "__weakref__", "__annotations__"}:
            with pytest.raises(AttributeError):
                guarded.__getattr__(name)
    assert host.settings.read().version == 0


def test_a_part_has_nothing_in_public_beyond_its_protocol(dev: DevPbx) -> None:
    """A plugin can call everything that is public. Only ending the call belongs to the host."""
    beyond = {"progress": {"end"}, "host": {"close"}}
    host = dev.bound("sample", dev.tenant)
    for name in PARTS:
        promised = set(_public(getattr(contract, "".join(word.title() for word in name.split("_")))))
        assert set(_public(getattr(host, name))) - promised == beyond.get(name, set()), name
    assert set(_public(host)) - set(_public(Host)) == beyond["host"]


def _public(thing: object) -> list[str]:
    return [name for name in dir(thing) if not name.startswith("_")]


def test_attack_a_name_that_is_anothers_domain(dev: DevPbx) -> None:
    """A search by domain must not find a tenant that only has this name."""
    tenants = dev.stores.tenants
    first = tenants.add("First", sip_domain="first.example")
    before = [tenant.name for tenant in tenants.all()]
    takes: list[tuple[str, dict[str, str]]] = [
        ("first.example", {"sip_domain": "other.example"}),
        ("First.Example", {"sip_domain": "other.example"}),
        ("FIRST", {"sip_domain": "other.example"}),
        (first.pbx_tenant_id, {"sip_domain": "other.example"}),
        ("Other", {"sip_domain": "First.example"}),
        ("Other", {"sip_domain": "first"}),
        ("Other", {"sip_domain": first.pbx_tenant_id}),
    ]
    for name, fields in takes:
        with pytest.raises(TenantError, match=r"is taken by another tenant \(First, first\.example\)"):
            tenants.add(name, **fields)
    assert [tenant.name for tenant in tenants.all()] == before
    assert tenants.add("second.example").sip_domain == "second.example"


def test_attack_an_older_name_shadows_no_domain(dev: DevPbx) -> None:
    """Such tenants may have been added before this was refused: id, then domain, then name."""
    tenants = dev.stores.tenants
    liar = tenants.add("Liar", sip_domain="liar.example")
    honest = tenants.add("Honest", sip_domain="honest.example")
    with dev.stores.database.write() as connection:
        at = schema_tenants.c.id == liar.pbx_tenant_id
        connection.execute(update(schema_tenants).where(at).values(name="honest.example"))
    assert tenants.find("honest.example").pbx_tenant_id == honest.pbx_tenant_id
    with dev.stores.database.write() as connection:
        connection.execute(update(schema_tenants).where(at).values(name=honest.pbx_tenant_id))
    assert tenants.find(honest.pbx_tenant_id).sip_domain == "honest.example"


class _Nothing:
    by_hand_id, blob, run_id = "no-such-user", "no-such-blob", "no-such-run"


def _say(case: Case, host: Host, victim: Victim | None) -> object:
    return case(host, victim or _Nothing())  # type: ignore[arg-type]


def test_the_victim_sees_all_of_it(dev: DevPbx) -> None:
    """The cases above would also pass on an empty tenant. Here the same methods find what B has."""
    victim = Victim(dev)
    host = dev.other_tenant
    silent = {"Users.unlinked", "Users.diverged", "Contacts.diverged", "Contacts.diverged_books"}
    for name in (
        *silent,
        "Users.linked",
        "Users.find",
        "Contacts.books",
        "Contacts.find",
        "Contacts.synced",
        "Settings.read",
        "Secrets.get",
        "State.get",
        "State.get_many",
        "State.items",
        "Blobs.info",
    ):
        assert CASES[name](host, victim), name
    assert host.users.counts().linked == 1
    assert host.rate_budget.take("b", 1, [RateLimit(amount=1, window_s=600)]) is not None
