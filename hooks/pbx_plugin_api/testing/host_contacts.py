"""Standard tests of a host: synced contacts."""

from __future__ import annotations

from dataclasses import replace

from pbx_plugin_api.contacts import (
    CONTACT_PHONE_FIELDS,
    BookChanges,
    BookRef,
    CompanyBook,
    ContactChange,
    ContactPhone,
    ContactSource,
    DropContact,
    PersonalBook,
    PutContact,
)
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.samples import ODD_LINKS, contact, draft, link, put
from pbx_plugin_api.testing.suite import Suite, expect, refusal
from pbx_plugin_api.user_changes import ApplyStatus, CreateUser, DeleteUser

__all__ = ["ContactRules"]

_APPLIED, _UNCHANGED, _REFUSED = ApplyStatus.APPLIED, ApplyStatus.UNCHANGED, ApplyStatus.REFUSED
_COMPANY = CompanyBook()


class ContactRules(Suite):
    """`host.contacts`: one company book, and a personal one for each linked user."""

    def test_a_contact_comes_back_as_put(self, pbx: PbxUnderTest) -> None:
        """All fields, all nine numbers, further numbers, all sources."""
        phones = {field: ContactPhone(raw=f"030 {n}", e164=f"+4930{n}") for n, field in enumerate(CONTACT_PHONE_FIELDS)}
        phones["other"] = ContactPhone(raw="ask the front desk")
        full = contact(
            "Zoë Ćosić", email="z@fabrikam.example", company="Fabrikam", title="Dr", address="1 Main St", notes="a\nb"
        )
        full = type(full)(**{name: getattr(full, name) for name in full.__dataclass_fields__} | phones)
        full = replace(full, further_e164=("+49401", "+49402"))
        sources = tuple(
            ContactSource(mailbox_id=f"m{n}", folder_id=f"f{n}", contact_id=f"c{n}", change_key=f"k{n}")
            for n in range(2)
        )
        expect(_apply(pbx, _COMPANY, PutContact(external_id="z", draft=full, sources=sources)), [_APPLIED])
        [seen] = pbx.host.contacts.synced(_COMPANY)
        expect((seen.external_id, seen.draft, seen.sources), ("z", full, sources))
        expect(pbx.host.contacts.find(_COMPANY, ["z", "nobody"]), {"z": seen})

    def test_each_person_has_a_book_whatever_their_ids(self, pbx: PbxUnderTest) -> None:
        """Books of people whose ids look alike when joined are different books."""
        pbx.host.users.apply([CreateUser(draft=draft(f"u{n}", link=one)) for n, one in enumerate(ODD_LINKS)])
        books = [PersonalBook(owner=one) for one in ODD_LINKS]
        for n, book in enumerate(books):
            expect(_apply(pbx, book, put(f"c{n}")), [_APPLIED])
        seen = list(pbx.host.contacts.books())
        expect((len(seen), set(seen)), (len(books), set(books)))
        for n, book in enumerate(books):
            expect([one.external_id for one in pbx.host.contacts.synced(book)], [f"c{n}"])

    def test_every_repeated_change_of_a_contact_is_unchanged(self, pbx: PbxUnderTest) -> None:
        """A change of the sources only is a change."""
        elsewhere = put("a", mailbox="m2")
        for change in (put("a"), put("a", name="New"), put("a"), elsewhere, DropContact(external_id="a")):
            expect((change, _apply(pbx, _COMPANY, change)), (change, [_APPLIED]))
            expect((change, _apply(pbx, _COMPANY, change)), (change, [_UNCHANGED]))
        expect(list(pbx.host.contacts.synced(_COMPANY)), [])

    def test_results_stand_in_the_order_of_the_changes(self, pbx: PbxUnderTest) -> None:
        """Later changes of a contact see the earlier ones."""
        changes: list[ContactChange] = [
            put("b"),
            DropContact(external_id="b"),
            put("a"),
            put("b", name="Again"),
            put("a"),
        ]
        results = pbx.host.contacts.apply(_COMPANY, changes)
        expect([result.external_id for result in results], ["b", "b", "a", "b", "a"])
        expect([result.status for result in results], [_APPLIED] * 4 + [_UNCHANGED])
        expect(pbx.contact_names(_COMPANY), ["A", "Again"])

    def test_books_are_apart(self, pbx: PbxUnderTest) -> None:
        """Each may have the same external id. A book without synced contacts is not listed."""
        pbx.host.users.apply([CreateUser(draft=draft(name)) for name in ("ada", "bob")])
        ada, bob = PersonalBook(owner=link("ada")), PersonalBook(owner=link("bob"))
        for book in (_COMPANY, ada, bob):
            expect(_apply(pbx, book, put("x")), [_APPLIED])
        expect(_apply(pbx, bob, DropContact(external_id="x")), [_APPLIED])
        expect(set(pbx.host.contacts.books()), {_COMPANY, ada})
        expect((pbx.contact_names(_COMPANY), pbx.contact_names(ada), pbx.contact_names(bob)), (["X"], ["X"], []))

    def test_several_books_in_one_transaction(self, pbx: PbxUnderTest) -> None:
        """Each group has its own results, also where a book occurs twice or belongs to nobody."""
        pbx.host.users.apply([CreateUser(draft=draft(name)) for name in ("ada", "bob")])
        ada, bob, nobody = (PersonalBook(owner=link(name)) for name in ("ada", "bob", "nobody"))
        groups = [
            BookChanges(book=ada, changes=(put("x"), put("y"), put("x"))),
            BookChanges(book=nobody, changes=(put("x"), DropContact(external_id="x"))),
            BookChanges(book=_COMPANY, changes=(put("x", name="Company"),)),
            BookChanges(book=bob, changes=()),
            BookChanges(book=ada, changes=(DropContact(external_id="y"), DropContact(external_id="y"))),
            BookChanges(book=bob, changes=(put("x", name="Bob"),)),
        ]
        seen = [[result.status for result in results] for results in pbx.host.contacts.apply_books(groups)]
        applied, unchanged, refused = _APPLIED, _UNCHANGED, _REFUSED
        expect(
            seen, [[applied, applied, unchanged], [refused, unchanged], [applied], [], [applied, unchanged], [applied]]
        )
        expect([pbx.contact_names(book) for book in (ada, bob, nobody, _COMPANY)], [["X"], ["Bob"], [], ["Company"]])
        again = pbx.host.contacts.apply_books([groups[2], groups[5]])
        expect([[result.status for result in results] for results in again], [[unchanged], [unchanged]])
        expect(pbx.host.contacts.apply_books([]), [])

    def test_groups_have_one_limit_together(self, pbx: PbxUnderTest) -> None:
        """500 changes in all; with one more, none is made."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        half = APPLY_MAX_CHANGES // 2
        mine = BookChanges(book=PersonalBook(owner=link("ada")), changes=tuple(put(f"c{n}") for n in range(half)))
        company = BookChanges(book=_COMPANY, changes=tuple(put(f"c{n}") for n in range(half + 1)))
        refusal(ValueError, pbx.host.contacts.apply_books, [mine, company])
        expect(list(pbx.host.contacts.books()), [])
        pbx.host.contacts.apply_books([mine, BookChanges(book=_COMPANY, changes=company.changes[:half])])
        expect(len(list(pbx.host.contacts.synced(_COMPANY))), half)

    def test_a_book_without_a_user_refuses(self, pbx: PbxUnderTest) -> None:
        """Each contact is refused with a sentence."""
        results = pbx.host.contacts.apply(PersonalBook(owner=link("nobody")), [put("a"), put("b")])
        expect([(result.external_id, result.status) for result in results], [("a", _REFUSED), ("b", _REFUSED)])
        assert all(result.reason for result in results), results
        expect(list(pbx.host.contacts.books()), [])

    def test_a_book_whose_user_has_gone_lets_go(self, pbx: PbxUnderTest) -> None:
        """Its contacts can be dropped, also in a batch that puts others."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        ada = PersonalBook(owner=link("ada"))
        expect(_apply(pbx, ada, put("a"), put("b")), [_APPLIED, _APPLIED])
        pbx.host.users.apply([DeleteUser(link=link("ada"))])
        expect(_apply(pbx, ada, DropContact(external_id="a"), put("c")), [_APPLIED, _REFUSED])
        expect([one.external_id for one in pbx.host.contacts.synced(ada)], ["b"])

    def test_a_stream_by_external_id_and_source(self, pbx: PbxUnderTest) -> None:
        """In code-point order; all, those of a mailbox, or those of one folder of it."""
        both = ContactSource(mailbox_id="m2", folder_id="f1", contact_id="c")
        shared = PutContact(external_id="Shared", draft=contact("S"), sources=(*put("s").sources, both))
        pbx.host.contacts.apply(
            _COMPANY, [put("b"), put("B"), put("a1"), shared, put("z", mailbox="m2", folder="f2"), put("_")]
        )

        def seen(**only: str) -> list[str]:
            return [one.external_id for one in pbx.host.contacts.synced(_COMPANY, **only)]

        expect(seen(), ["B", "Shared", "_", "a1", "b", "z"])
        expect(seen(mailbox_id="m2"), ["Shared", "z"])
        expect(seen(mailbox_id="m2", folder_id="f2"), ["z"])
        expect(seen(mailbox_id="m2", folder_id="f1"), ["Shared"])
        expect(seen(mailbox_id="nobody's"), [])

    def test_a_batch_of_contacts_has_its_limit(self, pbx: PbxUnderTest) -> None:
        """500 changes, 500 names."""
        many = [put(f"c{n}") for n in range(APPLY_MAX_CHANGES)]
        expect(_apply(pbx, _COMPANY, *many), [_APPLIED] * APPLY_MAX_CHANGES)
        expect(len(pbx.host.contacts.find(_COMPANY, [one.external_id for one in many])), APPLY_MAX_CHANGES)
        refusal(ValueError, pbx.host.contacts.apply, _COMPANY, [*many, put("more")])
        refusal(ValueError, pbx.host.contacts.find, _COMPANY, [str(n) for n in range(APPLY_MAX_CHANGES + 1)])
        expect(len(list(pbx.host.contacts.synced(_COMPANY))), APPLY_MAX_CHANGES)

    def test_what_people_did_diverges_until_put_again(self, pbx: PbxUnderTest) -> None:
        """Edited and deleted contacts are listed as last applied. Putting them again repairs them."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        ada = PersonalBook(owner=link("ada"))
        for book in (_COMPANY, ada):
            pbx.host.contacts.apply(book, [put("edited"), put("deleted"), put("untouched")])
        expect(list(pbx.host.contacts.diverged_books()), [])
        pbx.rename_contact(ada, "Edited", "Somebody")
        pbx.delete_contact(ada, "Deleted")
        expect(pbx.contact_names(ada), ["Somebody", "Untouched"])
        expect((list(pbx.host.contacts.diverged_books()), list(pbx.host.contacts.diverged(_COMPANY))), ([ada], []))
        diverged = sorted(pbx.host.contacts.diverged(ada), key=lambda one: one.external_id)
        expect([one.draft.name for one in diverged], ["Deleted", "Edited"])
        again = [PutContact(external_id=one.external_id, draft=one.draft, sources=one.sources) for one in diverged]
        expect(_apply(pbx, ada, *again), [_APPLIED, _APPLIED])
        expect(list(pbx.host.contacts.diverged_books()), [])
        expect(pbx.contact_names(ada), ["Deleted", "Edited", "Untouched"])

    def test_hand_made_contacts_are_out_of_reach(self, pbx: PbxUnderTest) -> None:
        """They are not listed, and a synced contact of the same name neither overwrites nor drops them."""
        pbx.add_contact(_COMPANY, "Grace")
        expect((list(pbx.host.contacts.books()), list(pbx.host.contacts.synced(_COMPANY))), ([], []))
        pbx.host.contacts.apply(_COMPANY, [put("grace", name="Grace")])
        expect(pbx.contact_names(_COMPANY), ["Grace", "Grace"])
        pbx.host.contacts.apply(_COMPANY, [DropContact(external_id="grace")])
        expect((pbx.contact_names(_COMPANY), list(pbx.host.contacts.diverged(_COMPANY))), (["Grace"], []))


def _apply(pbx: PbxUnderTest, book: BookRef, *changes: ContactChange) -> list[ApplyStatus]:
    return [result.status for result in pbx.host.contacts.apply(book, changes)]
