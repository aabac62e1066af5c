"""Standard tests of a host: no data goes from one tenant to another, and a lost lease writes nothing."""

from __future__ import annotations

from collections.abc import Callable

from pbx_plugin_api.contacts import BookChanges, CompanyBook, DropContact, PersonalBook
from pbx_plugin_api.errors import LeaseLostError
from pbx_plugin_api.host import Host
from pbx_plugin_api.page_parts import Severity
from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.samples import draft, link, put
from pbx_plugin_api.testing.suite import Suite, expect, refusal
from pbx_plugin_api.user_changes import ApplyStatus, CreateUser, DeleteUser, DisableUser, LinkUser, UpdateUser
from pbx_plugin_api.users import DisableReason, LinkedUser, Photo, UserCounts

__all__ = ["IsolationRules", "LeaseRules"]

_COMPANY = CompanyBook()
_PHOTO = Photo(content=b"\xff\xd8", content_type="image/jpeg")


class IsolationRules(Suite):
    """A plugin bound to one tenant cannot read or write another tenant's data by any host method."""

    def test_another_tenants_users_cannot_be_read(self, pbx: PbxUnderTest) -> None:
        """Not by a stream, a count or a link. The other tenant has its own numbers and usernames."""
        pbx.add_user("by-hand")
        [made] = pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.delete_user(_create(pbx.host, "gone").link)
        users = pbx.other_tenant.users
        expect((list(users.linked()), list(users.unlinked()), list(users.diverged())), ([], [], []))
        expect((users.find(link("ada")), users.counts()), (None, UserCounts(linked=0, enabled=0)))
        [other] = users.apply([CreateUser(draft=draft("ada"))])
        expect((other.username, made.username), ("ada", "ada"))
        expect((other.extension_number, made.extension_number), ("101", "102"))

    def test_another_tenants_users_cannot_be_written(self, pbx: PbxUnderTest) -> None:
        """Not by a change and not by a user id."""
        by_hand = pbx.add_user("by-hand")
        before = _create(pbx.host, "ada")
        results = pbx.other_tenant.users.apply(
            [
                UpdateUser(draft=draft("ada", email="x@evil.example"), fields=("email",)),
                DisableUser(link=link("ada"), reason=DisableReason.DEPARTED),
                DeleteUser(link=link("ada")),
                LinkUser(user_id=by_hand, draft=draft("eve")),
                LinkUser(user_id=before.user_id, draft=draft("eve")),
            ]
        )
        expect([result.status for result in results if result.status is ApplyStatus.APPLIED], [])
        expect(pbx.other_tenant.users.set_photo(link("ada"), _PHOTO).status, ApplyStatus.REFUSED)
        expect((pbx.host.users.find(link("ada")), list(pbx.host.users.diverged())), (before, []))
        expect([one.user_id for one in pbx.host.users.unlinked()], [by_hand])

    def test_another_tenants_contacts_are_out_of_reach(self, pbx: PbxUnderTest) -> None:
        """Also in the personal book of a person that both tenants have."""
        books = (_COMPANY, PersonalBook(owner=link("ada")))
        for host in (pbx.host, pbx.other_tenant):
            _create(host, "ada")
        for book in books:
            pbx.host.contacts.apply(book, [put("a")])
        pbx.rename_contact(_COMPANY, "A", "Edited")
        theirs = pbx.other_tenant.contacts
        expect((list(theirs.books()), list(theirs.diverged_books())), ([], []))
        for book in books:
            seen = list(theirs.synced(book)), list(theirs.synced(book, mailbox_id="m1", folder_id="f1"))
            expect((seen, theirs.find(book, ["a"]), list(theirs.diverged(book))), (([], []), {}, []))
            theirs.apply(book, [DropContact(external_id="a")])
            theirs.apply(book, [put("a", name="Eve")])
        expect([one.draft.name for book in books for one in pbx.host.contacts.synced(book)], ["A", "A"])
        expect(pbx.contact_names(_COMPANY), ["Edited"])

    def test_what_a_plugin_keeps_is_its_own(self, pbx: PbxUnderTest) -> None:
        """Settings, secrets, state, contacts and blobs belong to one plugin and one tenant."""
        blob = _keep(pbx.host, b"mine")
        for other in (pbx.other_plugin, pbx.other_tenant):
            expect((other.settings.read().version, dict(other.settings.read().values)), (0, {}))
            expect((other.secrets.get("k"), other.state.get("k"), list(other.state.items())), (None, None, []))
            expect((list(other.contacts.books()), list(other.contacts.synced(_COMPANY))), ([], []))
            other.secrets.delete("k")
            other.state.delete("k")
            other.contacts.apply(_COMPANY, [DropContact(external_id="c")])
            _keep(other, b"theirs")
        expect(pbx.other_tenant.blobs.info(blob), None)
        refusal(KeyError, lambda: pbx.other_tenant.blobs.open(blob).__enter__())
        expect((dict(pbx.host.settings.read().values), pbx.host.secrets.get("k")), ({"k": "mine"}, b"mine"))
        record = pbx.host.state.get("k")
        expect(record and (record.version, record.value), (1, "mine"))
        expect([one.draft.name for one in pbx.host.contacts.synced(_COMPANY)], ["mine"])

    def test_users_are_shared_by_the_plugins_of_a_tenant(self, pbx: PbxUnderTest) -> None:
        """All plugins of a tenant see the same user of a person."""
        made = _create(pbx.host, "ada")
        expect(pbx.other_plugin.users.find(link("ada")), made)

    def test_other_tenants_notices_and_audit_lines_are_their_own(self, pbx: PbxUnderTest) -> None:
        """Notices reach only the administrators of their tenant."""
        pbx.other_tenant.notify_admin("k", "not for you", "", severity=Severity.BAD)
        pbx.other_tenant.audit.record("other.tenant", outcome="ok")
        expect((pbx.notices(), [event for event in pbx.audit_events() if event == "other.tenant"]), ([], []))


class LeaseRules(Suite):
    """Another worker has taken over the tenant."""

    def test_a_lost_lease_writes_nothing(self, pbx: PbxUnderTest) -> None:
        """Every method that writes raises `LeaseLostError`. Reading still works."""
        made = _create(pbx.host, "ada")
        _keep(pbx.host, b"mine")
        pbx.lose_lease()
        host = pbx.host
        writes: list[Callable[[], object]] = [
            lambda: host.users.apply([CreateUser(draft=draft("bob"))]),
            lambda: host.users.apply([DeleteUser(link=link("ada"))]),
            lambda: host.users.set_photo(link("ada"), _PHOTO),
            lambda: host.contacts.apply(_COMPANY, [put("new")]),
            lambda: host.contacts.apply_books([BookChanges(book=_COMPANY, changes=(put("new"),))]),
            lambda: host.settings.write({"k": "new"}, expected_version=1),
            lambda: host.secrets.put("k", b"new"),
            lambda: host.secrets.delete("k"),
            lambda: host.state.put("k", "new"),
            lambda: host.state.put_many({"k": "new"}),
            lambda: host.state.delete("k"),
            lambda: host.blobs.put(iter([b"new"]), content_type="text/plain", keep_s=60),
        ]
        for write in writes:
            refusal(LeaseLostError, write)
        expect(list(host.users.linked()), [made])
        expect((dict(host.settings.read().values), host.secrets.get("k")), ({"k": "mine"}, b"mine"))
        record = host.state.get("k")
        expect(record and (record.version, record.value), (1, "mine"))
        expect([one.external_id for one in host.contacts.synced(_COMPANY)], ["c"])


def _create(host: Host, name: str) -> LinkedUser:
    host.users.apply([CreateUser(draft=draft(name))])
    user = host.users.find(link(name))
    assert user is not None, name
    return user


def _keep(host: Host, mark: bytes) -> str:
    """Write something of every kind, with the same names in every host."""
    host.settings.write({"k": mark.decode()}, expected_version=0)
    host.secrets.put("k", mark)
    host.state.put("k", mark.decode())
    host.contacts.apply(_COMPANY, [put("c", name=mark.decode())])
    return host.blobs.put(iter([mark]), content_type="text/plain", keep_s=600)
