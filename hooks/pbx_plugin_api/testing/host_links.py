"""Standard tests of a host: extension numbers, hand-made users, and what people changed in the PBX."""

from __future__ import annotations

from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.host_users import statuses
from pbx_plugin_api.testing.samples import draft, link
from pbx_plugin_api.testing.suite import Suite, expect
from pbx_plugin_api.user_changes import (
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableUser,
    EnableUser,
    LinkUser,
    UpdateUser,
)
from pbx_plugin_api.users import (
    SYNCED_FIELDS,
    AnyNumber,
    DisableReason,
    DivergenceKind,
    ExtensionWish,
    Fixed,
    FromStart,
    Phone,
)

__all__ = ["DivergenceRules", "LinkRules", "NumberRules"]

_APPLIED, _UNCHANGED, _REFUSED = ApplyStatus.APPLIED, ApplyStatus.UNCHANGED, ApplyStatus.REFUSED
_REST_S = 30 * 86_400


class NumberRules(Suite):
    """The plugin states a wish, the host allocates the number."""

    def test_numbers_go_upward_from_101(self, pbx: PbxUnderTest) -> None:
        """The first free number. Numbers of hand-made users are not free."""
        pbx.add_user("by-hand", extension=Fixed(number="102"))
        expect(_numbers(pbx, *[AnyNumber()] * 3), ["101", "103", "104"])

    def test_the_next_numbers_are_those_that_are_given(self, pbx: PbxUnderTest) -> None:
        """For all people together, in order, with those who come back and wishes that cannot be met."""
        pbx.add_user("by-hand", extension=Fixed(number="102"))
        gone = CreateUser(draft=draft("gone", extension=Fixed(number="150")))
        pbx.host.users.apply([gone])
        pbx.host.users.apply([DeleteUser(link=gone.draft.link)])
        wishes = (AnyNumber(), AnyNumber(), Fixed(number="102"), FromStart(start="103"), Fixed(number="150"))
        new = [draft(f"n{n}", extension=wish) for n, wish in enumerate(wishes)] + [draft("gone")]
        people = [(each.link, each.extension) for each in new]
        seen = list(pbx.host.users.next_numbers(people))
        expect(list(pbx.host.users.next_numbers(people)), seen)
        expect(seen, ["101", "103", None, "104", None, "150"])
        results = pbx.host.users.apply([CreateUser(draft=each) for each in new])
        expect([each.extension_number for each in results], seen)

    def test_numbers_go_upward_from_the_wish(self, pbx: PbxUnderTest) -> None:
        """Each start has its own search. Searches that meet never give a number twice."""
        wishes = [FromStart(start="2000"), FromStart(start="1999"), FromStart(start="1999"), FromStart(start="2000")]
        expect(_numbers(pbx, *wishes), ["2000", "1999", "2001", "2002"])

    def test_numbers_of_services_are_skipped(self, pbx: PbxUnderTest) -> None:
        """555, 666, 777 and 888 belong to services of the PBX."""
        for service in ("555", "666", "777", "888"):
            before, after = str(int(service) - 1), str(int(service) + 1)
            expect(_numbers(pbx, *[FromStart(start=before)] * 2), [before, after])
            expect(_numbers(pbx, Fixed(number=service)), [None])

    def test_a_fixed_number_is_exactly_that_or_refused(self, pbx: PbxUnderTest) -> None:
        """0123 and 123 are two different numbers."""
        expect(_numbers(pbx, Fixed(number="123"), Fixed(number="0123"), Fixed(number="123")), ["123", "0123", None])
        expect(_numbers(pbx, Fixed(number="1" * 64), FromStart(start="123")), ["1" * 64, "124"])

    def test_a_fixed_number_may_have_a_second_wish(self, pbx: PbxUnderTest) -> None:
        """Then nobody is refused for a number that is taken."""
        second, third = FromStart(start="700"), AnyNumber()
        wishes = [Fixed(number=number, otherwise=second) for number in ("123", "123", "555")]
        expect(_numbers(pbx, *wishes, Fixed(number="123", otherwise=third)), ["123", "700", "701", "101"])

    def test_who_returns_gets_their_number(self, pbx: PbxUnderTest) -> None:
        """Also if they were deleted by hand, wish for another number, or return long after the rest."""
        pbx.host.users.apply([CreateUser(draft=draft("ada")), CreateUser(draft=draft("bob"))])
        pbx.host.users.apply([DeleteUser(link=link("ada"))])
        pbx.delete_user(link("bob"))
        pbx.move_clock(10 * _REST_S)
        for name, number in (("bob", "102"), ("ada", "101")):
            [result] = pbx.host.users.apply([CreateUser(draft=draft(name, extension=FromStart(start="500")))])
            expect((result.status, result.extension_number), (_APPLIED, number))

    def test_a_number_rests_before_others_get_it(self, pbx: PbxUnderTest) -> None:
        """For 30 days, also if the number is wished for by itself."""
        expect(_numbers(pbx, AnyNumber()), ["101"])
        [ada] = pbx.host.users.linked()
        pbx.host.users.apply([DeleteUser(link=ada.link)])
        pbx.move_clock(_REST_S - 60)
        expect(_numbers(pbx, AnyNumber(), Fixed(number="101")), ["102", None])
        pbx.move_clock(120)
        expect(_numbers(pbx, AnyNumber()), ["101"])
        [back] = pbx.host.users.apply([CreateUser(draft=draft("back", link=ada.link))])
        expect(back.extension_number, "103")


class LinkRules(Suite):
    """Hand-made users: listed if they may be linked, and changed only by linking."""

    def test_hand_made_users_are_seen_and_administrators_are_not_linkable(self, pbx: PbxUnderTest) -> None:
        """Users that are linked already are not listed."""
        user_id = pbx.add_user("ada", email="ada@contoso.example")
        boss_id = pbx.add_user("boss", email="boss@contoso.example", is_admin=True)
        pbx.host.users.apply([CreateUser(draft=draft("bob"))])
        by_hand = {one.user_id: one for one in pbx.host.users.unlinked() if one.user_id in (user_id, boss_id)}
        seen, boss = by_hand[user_id], by_hand[boss_id]
        expect((seen.username, seen.email, seen.enabled), ("ada", "ada@contoso.example", True))
        expect((seen.is_linkable, boss.is_linkable, boss.email), (True, False, "boss@contoso.example"))
        expect(statuses(pbx, LinkUser(user_id=user_id, draft=draft("ada"))), [_APPLIED])
        left = [one for one in pbx.host.users.unlinked() if one.is_linkable]
        expect((left, "bob" in {one.username for one in pbx.host.users.unlinked()}), ([], False))

    def test_linking_keeps_username_and_number(self, pbx: PbxUnderTest) -> None:
        """From then on the synced fields come from the directory. Repeating the change changes nothing."""
        user_id = pbx.add_user("ada", email="old@contoso.example", extension=Fixed(number="4711"))
        wished = draft("lovelace", email="new@contoso.example", extension=Fixed(number="4712"))
        change = LinkUser(user_id=user_id, draft=wished)
        expect(statuses(pbx, change, change), [_APPLIED, _UNCHANGED])
        user = pbx.host.users.find(wished.link)
        assert user is not None
        expect((user.user_id, user.username, user.extension_number), (user_id, "ada", "4711"))
        expect((user.display_name, user.email), ("Lovelace", "new@contoso.example"))

    def test_linking_overwrites_only_the_named_fields(self, pbx: PbxUnderTest) -> None:
        """The others stay as somebody typed them, and that is no divergence."""
        user_id = pbx.add_user("ada", email="old@contoso.example")
        wished = draft("ada", email="new@contoso.example", display_name="Countess")
        expect(statuses(pbx, LinkUser(user_id=user_id, draft=wished, fields=("display_name",))), [_APPLIED])
        user = pbx.host.users.find(wished.link)
        expect(user and (user.display_name, user.email), ("Countess", "old@contoso.example"))
        expect(list(pbx.host.users.diverged()), [])

    def test_who_cannot_be_linked_is_refused(self, pbx: PbxUnderTest) -> None:
        """Administrators, users of another person, users that are gone, and a second user for one person."""
        boss, ada = pbx.add_user("boss", is_admin=True), pbx.add_user("ada")
        second = pbx.add_user("ada-2")
        expect(statuses(pbx, LinkUser(user_id=ada, draft=draft("ada"))), [_APPLIED])
        wrong = [(boss, "boss"), (ada, "bob"), ("no-such-user", "cy"), (second, "ada")]
        results = pbx.host.users.apply([LinkUser(user_id=one, draft=draft(name)) for one, name in wrong])
        expect([result.status for result in results], [_REFUSED] * 4)
        assert all(result.reason for result in results), results


class DivergenceRules(Suite):
    """Changes of linked users inside the PBX, which no delta query can show."""

    def test_nothing_diverges_after_an_apply(self, pbx: PbxUnderTest) -> None:
        """Not even after every kind of change."""
        user_id = pbx.add_user("by-hand")
        phone = Phone(raw="030 12", e164="+493012")
        full = draft("bob", email="b@contoso.example", department="Maths", work_phone=phone, mobile_phone=phone)
        pbx.host.users.apply([CreateUser(draft=draft("ada")), CreateUser(draft=full)])
        pbx.host.users.apply([LinkUser(user_id=user_id, draft=draft("cy"))])
        pbx.host.users.apply([DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)])
        pbx.host.users.apply([UpdateUser(draft=draft("bob"), fields=SYNCED_FIELDS)])
        expect(list(pbx.host.users.diverged()), [])
        pbx.host.users.apply([EnableUser(link=link("ada")), DeleteUser(link=link("bob"))])
        expect(list(pbx.host.users.diverged()), [])

    def test_an_edited_user_diverges_until_put_right(self, pbx: PbxUnderTest) -> None:
        """Each synced field counts."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        for field in SYNCED_FIELDS:
            pbx.edit_user(link("ada"), **{field: "12"})
            seen = [(one.link, one.kind) for one in pbx.host.users.diverged()]
            expect((field, seen), (field, [(link("ada"), DivergenceKind.EDITED)]))
            expect(statuses(pbx, UpdateUser(draft=draft("ada"), fields=(field,))), [_APPLIED])
            expect((field, list(pbx.host.users.diverged())), (field, []))

    def test_a_deleted_user_diverges_until_made_again(self, pbx: PbxUnderTest) -> None:
        """They are not listed as linked any more, but the link is kept."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.delete_user(link("ada"))
        expect([(one.link, one.kind) for one in pbx.host.users.diverged()], [(link("ada"), DivergenceKind.DELETED)])
        expect((list(pbx.host.users.linked()), pbx.host.users.find(link("ada"))), ([], None))
        expect(statuses(pbx, UpdateUser(draft=draft("ada"), fields=("email",))), [_REFUSED])
        expect(statuses(pbx, CreateUser(draft=draft("ada"))), [_APPLIED])
        expect(list(pbx.host.users.diverged()), [])

    def test_a_deleted_user_may_be_let_go(self, pbx: PbxUnderTest) -> None:
        """Deleting a user that was deleted by hand removes the link."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.delete_user(link("ada"))
        expect(statuses(pbx, DeleteUser(link=link("ada")), DeleteUser(link=link("ada"))), [_APPLIED, _UNCHANGED])
        expect(list(pbx.host.users.diverged()), [])

    def test_enabling_by_hand_diverges_and_locking_out_does_not(self, pbx: PbxUnderTest) -> None:
        """An administrator may always disable a user. The reason is then `BY_ADMIN`."""
        pbx.host.users.apply([CreateUser(draft=draft("ada")), CreateUser(draft=draft("bob"))])
        pbx.host.users.apply([DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)])
        pbx.edit_user(link("ada"), enabled=True)
        pbx.edit_user(link("bob"), enabled=False)
        expect([(one.link, one.kind) for one in pbx.host.users.diverged()], [(link("ada"), DivergenceKind.EDITED)])
        bob = pbx.host.users.find(link("bob"))
        expect(bob and (bob.enabled, bob.disabled_reason), (False, DisableReason.BY_ADMIN))
        expect(statuses(pbx, DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)), [_APPLIED])
        expect(list(pbx.host.users.diverged()), [])

    def test_a_lock_by_an_administrator_stays_one(self, pbx: PbxUnderTest) -> None:
        """A plugin's disabling is stored with it: enabling a user that has left is then an edit."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.edit_user(link("ada"), enabled=False)
        expect(statuses(pbx, DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)), [_UNCHANGED])
        ada = pbx.host.users.find(link("ada"))
        expect(ada and ada.disabled_reason, DisableReason.BY_ADMIN)
        expect(list(pbx.host.users.diverged()), [])
        pbx.edit_user(link("ada"), enabled=True)
        expect([(one.link, one.kind) for one in pbx.host.users.diverged()], [(link("ada"), DivergenceKind.EDITED)])


def _numbers(pbx: PbxUnderTest, *wishes: ExtensionWish) -> list[str | None]:
    """Create a user for each wish in one batch. Return the numbers given, None for a refusal."""
    known = pbx.host.users.counts().linked
    stem = f"n{known}x{int(pbx.host.clock.now_utc().timestamp())}"
    people = [draft(f"{stem}-{n}-{len(wishes)}", extension=wish) for n, wish in enumerate(wishes)]
    return [result.extension_number for result in pbx.host.users.apply([CreateUser(draft=one) for one in people])]
