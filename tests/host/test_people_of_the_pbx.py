"""Users, sessions, accounts and contacts, as the PBX itself stores them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from pbx_devhost.store.signin import accounts
from pbx_devhost.store.signin.accounts import AccountError
from pbx_devhost.store.signin.sessions import SessionRefusedError
from pbx_devhost.store.sql.schema import sessions, users
from pbx_devhost.store.users.store import UserError
from pbx_plugin_api import (
    ApplyStatus,
    CompanyBook,
    ContactPhone,
    ContactSource,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    DraftContact,
    EnableUser,
    PersonalBook,
    Photo,
    PutContact,
    UpdateUser,
    UserLink,
)
from tests.support.devhost_pbx import DevPbx, draft, link

ADA = link("ada")


def make(dev: DevPbx, *names: str) -> None:
    results = dev.host.users.apply([CreateUser(draft=draft(name)) for name in names])
    assert {result.status for result in results} == {"applied"}


def sip_password(dev: DevPbx, user_id: str) -> str:
    return dev.stores.vault.open(dev.user_row(user_id).sip_secret, user_id, "sip").decode()


# ---------------------------------------------------------------------- new users


def test_a_synced_user_has_secrets_of_the_pbxs_own_and_no_password_anybody_knows(dev: DevPbx) -> None:
    make(dev, "ada", "bob")
    rows = [dev.user_row(dev.user_id(link(name))) for name in ("ada", "bob")]
    assert [row.role for row in rows] == ["StandardUser", "StandardUser"]
    assert [row.password_hash for row in rows] == [None, None]
    passwords = [sip_password(dev, row.id) for row in rows]
    pins = [dev.stores.vault.open(row.pin_secret, row.id, "pin").decode() for row in rows]
    assert len(set(passwords)) == len(set(pins)) == 2
    for password in passwords:
        assert re.fullmatch(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{24}", password)
    assert all(re.fullmatch(r"[0-9]{8}", pin) for pin in pins)
    for guess in ("", "ada", passwords[0]):
        assert dev.stores.accounts.check_user(dev.tenant.pbx_tenant_id, "ada", guess) is None


def test_no_welcome_mail_is_sent_unasked(dev: DevPbx) -> None:
    make(dev, "ada")
    dev.add_user("by-hand")
    assert list(dev.stores.outbox.rows(dev.tenant.pbx_tenant_id)) == []


def test_the_limit_counts_hand_made_users_as_well(dev: DevPbx) -> None:
    dev.set_user_limit(2)
    dev.add_user("by-hand")
    make(dev, "ada")
    [refused] = dev.host.users.apply([CreateUser(draft=draft("bob"))])
    assert refused.reason is not None
    assert refused.reason.startswith("the tenant's limit of 2 users is reached")
    assert refused.code == "user_limit"
    with pytest.raises(UserError, match="the tenant's limit of 2 users is reached"):
        dev.add_user("another")
    dev.host.users.apply([DeleteUser(link=ADA)])
    make(dev, "bob")


def test_importing_many_people_takes_few_statements(dev: DevPbx) -> None:
    """One statement per person would take minutes if PostgreSQL is on another machine."""
    statements: list[str] = []
    event.listen(dev.stores.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for start in (0, 500):
        make(dev, *(f"u{n}" for n in range(start, start + 500)))
        created, statements[:] = len(statements), []
    assert created < 25
    drafts = [draft(f"u{n}", display_name=f"New {n}") for n in range(500)]
    dev.host.users.apply([UpdateUser(draft=one, fields=("display_name",)) for one in drafts])
    dev.host.users.apply([DisableUser(link=one.link, reason=DisableReason.DEPARTED) for one in drafts])
    dev.host.users.apply([DeleteUser(link=one.link) for one in drafts])
    assert len(statements) < 60


# ---------------------------------------------------------------------- access ends


@pytest.mark.parametrize("how", ["by the plugin", "by hand", "deleted by the plugin", "deleted by hand"])
def test_disabling_ends_sessions_and_sip_registrations(any_pbx: DevPbx, how: str) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    make(dev, "ada", "bob")
    tokens = {name: dev.stores.sessions.begin(tid, user_id=dev.user_id(link(name))) for name in ("ada", "bob")}
    ids = {name: dev.user_id(link(name)) for name in ("ada", "bob")}
    secret = sip_password(dev, ids["ada"])
    assert dev.stores.registrations.register(tid, "101", secret, "desk phone")
    assert dev.stores.registrations.register(tid, "102", sip_password(dev, ids["bob"]), "app")
    assert dev.stores.registrations.devices(tid, ids["ada"]) == ["desk phone"]
    {
        "by the plugin": lambda: dev.host.users.apply([DisableUser(link=ADA, reason=DisableReason.DEPARTED)]),
        "by hand": lambda: dev.edit_user(ADA, enabled=False),
        "deleted by the plugin": lambda: dev.host.users.apply([DeleteUser(link=ADA)]),
        "deleted by hand": lambda: dev.delete_user(ADA),
    }[how]()
    with dev.stores.database.read() as connection:
        left = connection.execute(select(sessions.c.user_id)).scalars().all()
    assert left == [ids["bob"]]
    assert dev.stores.sessions.find(tokens["ada"]) is None
    assert dev.stores.sessions.find(tokens["bob"]) is not None
    assert dev.stores.registrations.devices(tid, ids["ada"]) == []
    assert dev.stores.registrations.devices(tid, ids["bob"]) == ["app"]
    assert not dev.stores.registrations.register(tid, "101", secret, "desk phone")
    with pytest.raises(SessionRefusedError):
        dev.stores.sessions.begin(tid, user_id=ids["ada"])


def test_a_device_needs_the_sip_password_of_its_own_tenant(dev: DevPbx) -> None:
    make(dev, "ada")
    secret = sip_password(dev, dev.user_id(ADA))
    assert not dev.stores.registrations.register(dev.tenant.pbx_tenant_id, "101", secret + "x", "phone")
    assert not dev.stores.registrations.register(dev.other.pbx_tenant_id, "101", secret, "phone")
    assert dev.stores.registrations.register(dev.tenant.pbx_tenant_id, "101", secret, "phone")


def test_enabling_again_keeps_number_and_password(dev: DevPbx) -> None:
    make(dev, "ada")
    secret = sip_password(dev, dev.user_id(ADA))
    dev.host.users.apply([DisableUser(link=ADA, reason=DisableReason.ACCOUNT_DISABLED), EnableUser(link=ADA)])
    user = dev.host.users.find(ADA)
    assert user is not None
    assert (user.enabled, user.extension_number, user.disabled_reason) == (True, "101", None)
    assert dev.stores.registrations.register(dev.tenant.pbx_tenant_id, "101", secret, "phone")


def test_a_session_ends_by_itself_and_at_sign_out(dev: DevPbx) -> None:
    make(dev, "ada")
    tid, user_id = dev.tenant.pbx_tenant_id, dev.user_id(ADA)
    first, second = (dev.stores.sessions.begin(tid, user_id=user_id) for _ in range(2))
    with dev.stores.database.read() as connection:
        stored = str(connection.execute(select(sessions)).all())
    assert first not in stored, "only a hash of the token is kept"
    dev.stores.sessions.end(first)
    assert dev.stores.sessions.find(first) is None
    assert dev.stores.sessions.find(second) is not None
    dev.move_clock(8 * 3600 + 1)
    assert dev.stores.sessions.find(second) is None
    assert dev.stores.sessions.find("no such token") is None


# ---------------------------------------------------------------------- accounts


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the policy, not about scrypt."""
    monkeypatch.setattr(accounts, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(accounts, "verify_password", lambda password, hashed: hashed == f"hash of {password}")


@pytest.mark.usefixtures("cheap_hashes")
@pytest.mark.parametrize("kind", ["admin", "user"])
def test_an_account_rests_after_five_wrong_passwords(dev: DevPbx, kind: str) -> None:
    store, tid = dev.stores.accounts, dev.tenant.pbx_tenant_id
    dev.add_user("ada")
    if kind == "admin":
        store.set_admin_password(tid, "ada", "right horse")
    else:
        store.set_user_password(tid, "ada", "right horse")

    def check(password: str) -> bool:
        return bool((store.check_admin if kind == "admin" else store.check_user)(tid, "ada", password))

    for _ in range(4):
        assert not check("wrong horse")
    assert check("right horse"), "four wrong ones are forgiven by a right one"
    for _ in range(5):
        assert not check("wrong horse")
    assert not check("right horse"), "locked"
    dev.move_clock(accounts.LOCKED_S - 5)
    assert not check("right horse")
    dev.move_clock(10)
    assert check("right horse")
    for _ in range(5):
        check("wrong horse")
    if kind == "admin":
        store.set_admin_password(tid, "ada", "other horse")
    else:
        store.set_user_password(tid, "ada", "other horse")
    assert check("other horse"), "a new password ends the lock"


def test_passwords_are_hashed_and_tenants_apart(dev: DevPbx) -> None:
    store, tid = dev.stores.accounts, dev.tenant.pbx_tenant_id
    dev.add_user("ada")
    store.set_user_password(tid, "ADA", "right horse")
    [row] = dev.stores.users.rows(tid)
    assert store.check_user(tid, "ada", "right horse") == row.id
    assert store.check_user(dev.other.pbx_tenant_id, "ada", "right horse") is None
    assert dev.user_row(row.id).password_hash.startswith("scrypt$")
    dev.stores.users.edit(tid, "ada", {"enabled": "no"})
    assert store.check_user(tid, "ada", "right horse") is None
    assert not store.has_admin(tid)
    for bad in ("short", "x" * 257):
        with pytest.raises(AccountError, match="10 to 256 characters"):
            store.set_admin_password(tid, "admin", bad)
    with pytest.raises(AccountError, match="there is no user 'bob'"):
        store.set_user_password(tid, "bob", "right horse")


# ---------------------------------------------------------------------- photos and edits


def test_a_photo_is_served_and_goes_with_its_user(dev: DevPbx) -> None:
    make(dev, "ada")
    user_id, tid = dev.user_id(ADA), dev.tenant.pbx_tenant_id
    dev.host.users.set_photo(ADA, Photo(content=b"\x89PNG", content_type="image/png"))
    assert dev.stores.users.photo(tid, user_id) == (b"\x89PNG", "image/png")
    assert dev.stores.users.photo(dev.other.pbx_tenant_id, user_id) is None
    dev.host.users.apply([DeleteUser(link=ADA)])
    assert dev.stores.users.photo(tid, user_id) is None


def test_users_are_searched_whatever_the_case_of_their_letters(any_pbx: DevPbx) -> None:
    dev = any_pbx
    dev.host.users.apply([CreateUser(draft=draft("u1", display_name="Jörg ÄRZTE", email="j@x.example"))])
    dev.add_user("other")
    for search in ("jörg", "JÖRG", "ärzte", "u1", "101", "J@X"):
        found = dev.stores.users.rows(dev.tenant.pbx_tenant_id, search=search)
        assert [row.username for row in found] == ["u1"], search
    assert list(dev.stores.users.rows(dev.tenant.pbx_tenant_id, search="%")) == []


def test_a_row_that_somebody_broke_in_the_database_does_not_stop_the_stream(dev: DevPbx) -> None:
    make(dev, "ada", "bob")
    with dev.stores.database.write() as connection:
        values = {"mobile_phone": "0170\x00" + "9" * 50, "disabled_reason": "odd", "enabled": 0}
        connection.execute(users.update().where(users.c.username == "ada").values(values))
    ada, bob = dev.host.users.linked()
    assert (ada.disabled_reason, ada.mobile_phone is not None) == (DisableReason.BY_ADMIN, True)
    assert bob.enabled


# ---------------------------------------------------------------------- contacts


def put(external_id: str, **fields: object) -> PutContact:
    source = ContactSource(mailbox_id="m", folder_id="f", contact_id=external_id)
    return PutContact(external_id=external_id, draft=DraftContact(**fields), sources=(source,))  # type: ignore[arg-type]


def test_callers_are_all_contacts_of_a_number_those_of_the_own_book_first(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    make(dev, "ada")
    phone = ContactPhone(raw="030 1", e164="+49301")
    dev.host.contacts.apply(CompanyBook(), [put("c", name="Company's Zoë", business=phone)])

    def who(tenant_id: str, e164: str, owner: UserLink | None = None) -> list[tuple[str, bool]]:
        return [(caller.name, caller.is_own) for caller in dev.stores.contacts.find_callers(tenant_id, e164, owner)]

    company, own = ("Company's Zoë", False), ("My Zoë", True)
    assert who(tid, "+49301", ADA) == [company]
    mine = PersonalBook(owner=ADA)
    dev.host.contacts.apply(mine, [put("p", name="My Zoë", home_phone=phone)])
    assert (who(tid, "+49301", ADA), who(tid, "+49301")) == ([own, company], [company])
    assert (who(tid, "+49302", ADA), who(dev.other.pbx_tenant_id, "+49301")) == ([], [])
    dev.delete_contact(mine, "My Zoë")
    assert who(tid, "+49301", ADA) == [company]
    dev.host.contacts.apply(CompanyBook(), [put("c", name="Company's Zoë")])
    assert who(tid, "+49301", ADA) == []


def test_a_caller_is_found_by_numbers_that_no_field_shows(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    phone = ContactPhone(raw="030 1", e164="+49301")
    change = put("c", name="Zoë", business=phone, further_e164=("+49302", "+49301"))
    for expected in (ApplyStatus.APPLIED, ApplyStatus.UNCHANGED):
        (result,) = dev.host.contacts.apply(CompanyBook(), [change])
        assert result.status is expected
    find = dev.stores.contacts.find_callers
    assert [len(find(tid, e164)) for e164 in ("+49301", "+49302", "+49303")] == [1, 1, 0]
    (kept,) = dev.host.contacts.synced(CompanyBook())
    assert kept.draft == change.draft
    dev.host.contacts.apply(CompanyBook(), [put("c", name="Zoë", business=phone)])
    assert find(tid, "+49302") == []


def test_contacts_are_searched_by_what_people_see(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    phone = ContactPhone(raw="030 / 123", e164="+4930123")
    fields = {"name": "Zoë Ärzte", "email": "z@x.example", "company": "100% Öl", "business": phone}
    dev.host.contacts.apply(CompanyBook(), [put("a", **fields), put("b", name="Bob")])
    for search in ("ZOË", "ärzte", "z@X", "100% öl", "+4930123", "030 /"):
        rows = dev.stores.contacts.rows(tid, CompanyBook(), search=search)
        assert [row["name"] for row in rows] == ["Zoë Ärzte"], search
    for search in ("email", "e164", "100_", "type"):
        assert list(dev.stores.contacts.rows(tid, CompanyBook(), search=search)) == [], "no field names, no patterns"


def test_a_page_of_contacts(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    dev.host.contacts.apply(CompanyBook(), [put(str(n), name=f"C{n:02}") for n in range(20)])
    rows = list(dev.stores.contacts.rows(tid, CompanyBook(), offset=5, limit=3))
    assert [row["name"] for row in rows] == ["C05", "C06", "C07"]
