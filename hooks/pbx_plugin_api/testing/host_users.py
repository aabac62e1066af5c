"""Standard tests of a host: linked users."""

from __future__ import annotations

from pbx_plugin_api import rules
from pbx_plugin_api.host import APPLY_MAX_CHANGES
from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.samples import ODD_LINKS, draft, link
from pbx_plugin_api.testing.suite import Suite, expect, refusal
from pbx_plugin_api.user_changes import (
    ApplyStatus,
    CreateUser,
    DeleteUser,
    DisableUser,
    EnableUser,
    PhotoChange,
    UpdateUser,
    UserChange,
)
from pbx_plugin_api.users import DisableReason, Phone, Photo, UserCounts

__all__ = ["UserRules"]

_APPLIED, _UNCHANGED, _REFUSED = ApplyStatus.APPLIED, ApplyStatus.UNCHANGED, ApplyStatus.REFUSED


def statuses(pbx: PbxUnderTest, *changes: UserChange) -> list[ApplyStatus]:
    """Apply changes and return the status of each."""
    return [result.status for result in pbx.host.users.apply(changes)]


class UserRules(Suite):
    """`host.users`: drafts in, linked users out."""

    def test_a_created_user_is_found_as_drafted(self, pbx: PbxUnderTest) -> None:
        """Every synced field comes back; numbers as written and in E.164."""
        wished = draft(
            "ada",
            display_name="Ada Lovelace",
            email="ada@contoso.example",
            mobile_phone=Phone(raw="+49 151 2345678", e164="+491512345678"),
            work_phone=Phone(raw="ext. 12"),
            department="Analytical Engines",
        )
        [result] = pbx.host.users.apply([CreateUser(draft=wished)])
        user = pbx.host.users.find(wished.link)
        assert user is not None
        expect((result.link, result.status), (wished.link, _APPLIED))
        expect((result.username, result.extension_number), (user.username, user.extension_number))
        expect((user.username, user.display_name, user.email), ("ada", "Ada Lovelace", "ada@contoso.example"))
        expect((user.mobile_phone, user.work_phone), (wished.mobile_phone, wished.work_phone))
        expect((user.department, user.enabled, user.disabled_reason), ("Analytical Engines", True, None))
        expect((user.photo_sha256, user.photo_etag), (None, None))

    def test_ids_are_those_of_any_system(self, pbx: PbxUnderTest) -> None:
        """Up to 255 visible ASCII characters each, and no two people are mixed up."""
        drafts = [draft(f"u{n}", link=one) for n, one in enumerate(ODD_LINKS)]
        expect(statuses(pbx, *(CreateUser(draft=one) for one in drafts)), [_APPLIED] * len(drafts))
        for one in drafts:
            user = pbx.host.users.find(one.link)
            expect(user and (user.link, user.username), (one.link, one.usernames[0]))
        expect({user.link for user in pbx.host.users.linked()}, set(ODD_LINKS))

    def test_linked_users_come_in_code_point_order(self, pbx: PbxUnderTest) -> None:
        """By authority, then subject, without case folding or collation. Plans are merged in this order."""
        names = ["b", "B", "a", "A", "a-", "a_", "a1", "Z", "_", "-"]
        drafts = [draft(f"u{n}", link=link(name, tenant)) for tenant in "bA" for n, name in enumerate(names)]
        many = [draft(f"many{n}", link=link(f"m{n:04}", "0")) for n in range(APPLY_MAX_CHANGES + 1)]
        for part in (many[:APPLY_MAX_CHANGES], many[APPLY_MAX_CHANGES:] + drafts):
            pbx.host.users.apply([CreateUser(draft=one) for one in part])
        seen = [(user.link.authority, user.link.subject) for user in pbx.host.users.linked()]
        expect(seen, sorted((one.link.authority, one.link.subject) for one in [*many, *drafts]))

    def test_every_repeated_change_is_unchanged(self, pbx: PbxUnderTest) -> None:
        """`apply` is idempotent: a run that was killed can repeat its batch."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        changes: list[UserChange] = [
            UpdateUser(draft=draft("ada", email="a@contoso.example"), fields=("email",)),
            DisableUser(link=link("ada"), reason=DisableReason.DEPARTED),
            EnableUser(link=link("ada")),
            DeleteUser(link=link("ada")),
            CreateUser(draft=draft("ada")),
        ]
        for change in changes:
            expect((change, statuses(pbx, change)), (change, [_APPLIED]))
            expect((change, statuses(pbx, change)), (change, [_UNCHANGED]))

    def test_changes_of_one_person_follow_each_other_in_one_batch(self, pbx: PbxUnderTest) -> None:
        """Each change sees the result of the one before it."""
        renamed = UpdateUser(draft=draft("ada", display_name="Ada L."), fields=("display_name",))
        leave = DisableUser(link=link("ada"), reason=DisableReason.OUT_OF_SCOPE)
        create = CreateUser(draft=draft("ada"))
        seen = statuses(pbx, create, create, renamed, renamed, leave, DeleteUser(link=link("ada")), create)
        expect(seen, [_APPLIED, _UNCHANGED, _APPLIED, _UNCHANGED, _APPLIED, _APPLIED, _APPLIED])
        user = pbx.host.users.find(link("ada"))
        expect(user and (user.display_name, user.enabled), ("Ada", True))

    def test_one_refusal_stops_nobody_else(self, pbx: PbxUnderTest) -> None:
        """Results have the order of the changes. A refusal has a reason."""
        nobody = UpdateUser(draft=draft("nobody"), fields=("email",))
        results = pbx.host.users.apply([CreateUser(draft=draft("ada")), nobody, CreateUser(draft=draft("bob"))])
        expect([result.status for result in results], [_APPLIED, _REFUSED, _APPLIED])
        expect([result.link for result in results], [link("ada"), link("nobody"), link("bob")])
        assert results[1].reason, "a refusal has a sentence"

    def test_who_is_not_there_is_refused(self, pbx: PbxUnderTest) -> None:
        """Except for deleting, which is done already."""
        gone = link("nobody")
        disable = DisableUser(link=gone, reason=DisableReason.DEPARTED)
        expect(statuses(pbx, disable, EnableUser(link=gone), DeleteUser(link=gone)), [_REFUSED, _REFUSED, _UNCHANGED])
        expect(pbx.host.users.set_photo(gone, None).status, _REFUSED)
        expect(pbx.host.users.find(gone), None)

    def test_a_batch_has_its_limit(self, pbx: PbxUnderTest) -> None:
        """More than `APPLY_MAX_CHANGES` changes are a bug, and none of them is made."""
        people = [CreateUser(draft=draft(f"u{n}")) for n in range(APPLY_MAX_CHANGES + 1)]
        refusal(ValueError, pbx.host.users.apply, people)
        expect(pbx.host.users.counts(), UserCounts(linked=0, enabled=0))
        expect(pbx.host.users.apply([]), [])

    def test_usernames_are_wishes(self, pbx: PbxUnderTest) -> None:
        """The first free one is taken; case is ignored. If none is free, the host makes a valid one."""
        pbx.add_user("Ada")
        long = "a" * rules.USERNAME_MAX_CHARS
        for name, wishes in {"one": ("ada", "ada.l"), "two": ("ADA", "Ada.L"), "a": (long,), "b": (long,)}.items():
            expect(statuses(pbx, CreateUser(draft=draft(name, usernames=wishes))), [_APPLIED])
        names = [user.username for user in pbx.host.users.linked()]
        for name in names:
            rules.check_username("username", name)
        expect(len({name.casefold() for name in [*names, "ada"]}), 5)
        first = pbx.host.users.find(link("one"))
        expect(first and first.username, "ada.l")

    def test_an_update_overwrites_the_named_fields_alone(self, pbx: PbxUnderTest) -> None:
        """The username never changes. A field that is None in the draft is cleared."""
        before = draft("ada", email="a@contoso.example", department="Maths", work_phone=Phone(raw="12"))
        after = draft("ada", usernames=("lovelace",), display_name="Ada L.", work_phone=None)
        pbx.host.users.apply([CreateUser(draft=before)])
        expect(statuses(pbx, UpdateUser(draft=after, fields=("display_name", "work_phone"))), [_APPLIED])
        user = pbx.host.users.find(link("ada"))
        assert user is not None
        expect((user.username, user.display_name, user.work_phone), ("ada", "Ada L.", None))
        expect((user.email, user.department), ("a@contoso.example", "Maths"))

    def test_disabling_ends_sessions_and_keeps_the_number(self, pbx: PbxUnderTest) -> None:
        """Enabling restores everything except the sessions."""
        [made] = pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.sign_in(link("ada"))
        assert pbx.is_signed_in(link("ada")), "the test's own control has to work"
        now_utc = pbx.host.clock.now_utc()
        expect(statuses(pbx, DisableUser(link=link("ada"), reason=DisableReason.ACCOUNT_DISABLED)), [_APPLIED])
        user = pbx.host.users.find(link("ada"))
        assert user is not None
        expect((user.enabled, user.disabled_reason), (False, DisableReason.ACCOUNT_DISABLED))
        expect((user.extension_number, pbx.is_signed_in(link("ada"))), (made.extension_number, False))
        assert user.disabled_at_utc is not None, "it is kept when"
        assert abs((user.disabled_at_utc - now_utc).total_seconds()) < 60, user.disabled_at_utc
        pbx.host.users.apply([EnableUser(link=link("ada"))])
        user = pbx.host.users.find(link("ada"))
        assert user is not None
        expect((user.enabled, user.disabled_reason, user.disabled_at_utc), (True, None, None))
        expect((user.extension_number, pbx.is_signed_in(link("ada"))), (made.extension_number, False))

    def test_disabling_again_changes_the_reason(self, pbx: PbxUnderTest) -> None:
        """A user that was out of scope may be departed later."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        pbx.host.users.apply([DisableUser(link=link("ada"), reason=DisableReason.OUT_OF_SCOPE)])
        expect(statuses(pbx, DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)), [_APPLIED])
        user = pbx.host.users.find(link("ada"))
        expect(user and user.disabled_reason, DisableReason.DEPARTED)

    def test_counts_are_of_linked_users(self, pbx: PbxUnderTest) -> None:
        """Hand-made users are not counted."""
        pbx.add_user("by-hand")
        pbx.host.users.apply([CreateUser(draft=draft(name)) for name in ("ada", "bob", "cy")])
        pbx.host.users.apply([DisableUser(link=link("bob"), reason=DisableReason.DEPARTED)])
        pbx.host.users.apply([DeleteUser(link=link("cy"))])
        expect(pbx.host.users.counts(), UserCounts(linked=2, enabled=1))

    def test_the_user_limit_refuses_by_name(self, pbx: PbxUnderTest) -> None:
        """Hand-made and disabled users count too. A deleted user makes room."""
        pbx.add_user("by-hand")
        pbx.set_user_limit(2)
        ada, bob = CreateUser(draft=draft("ada")), CreateUser(draft=draft("bob"))
        results = pbx.host.users.apply([ada, bob, ada])
        expect([result.status for result in results], [_APPLIED, _REFUSED, _UNCHANGED])
        assert results[1].code == "user_limit", results[1]
        pbx.host.users.apply([DisableUser(link=link("ada"), reason=DisableReason.DEPARTED)])
        expect(statuses(pbx, bob), [_REFUSED])
        expect(statuses(pbx, DeleteUser(link=link("ada")), bob), [_APPLIED, _APPLIED])

    def test_photos_are_kept_by_content_and_mark(self, pbx: PbxUnderTest) -> None:
        """The same picture with the same source mark is unchanged. A new mark alone is stored."""
        pbx.host.users.apply([CreateUser(draft=draft("ada"))])
        first = Photo(content=b"\xff\xd8one", content_type="image/jpeg", source_etag='W/"1"')
        marked = Photo(content=first.content, content_type="image/jpeg", source_etag='W/"2"')
        other = Photo(content=b"\xff\xd8two", content_type="image/jpeg", source_etag='W/"2"')
        for photo in (first, marked, other, None):
            expect(pbx.host.users.set_photo(link("ada"), photo).status, _APPLIED)
            expect(pbx.host.users.set_photo(link("ada"), photo).status, _UNCHANGED)
            user = pbx.host.users.find(link("ada"))
            assert user is not None
            wanted = (photo.sha256, photo.source_etag) if photo else (None, None)
            expect((user.photo_sha256, user.photo_etag), wanted)

    def test_photos_are_set_several_at_once_each_with_its_result(self, pbx: PbxUnderTest) -> None:
        """In one call: new ones, the same one, one of nobody, and several for one person, of which the last stays."""
        pbx.host.users.apply([CreateUser(draft=draft(name)) for name in ("ada", "bob", "eve")])
        one = Photo(content=b"\xff\xd8one", content_type="image/jpeg", source_etag='W/"1"')
        two = Photo(content=b"\xff\xd8two", content_type="image/jpeg", source_etag='W/"2"')
        expect(pbx.host.users.set_photos([]), [])
        pbx.host.users.set_photo(link("bob"), one)
        wished = (("ada", one), ("bob", one), ("gone", one), ("eve", one), ("eve", two), ("eve", None), ("eve", two))
        changes = [PhotoChange(link=link(name), photo=photo) for name, photo in wished]
        results = pbx.host.users.set_photos(changes)
        expect([result.link for result in results], [change.link for change in changes])
        wanted = [_APPLIED, _UNCHANGED, _REFUSED, _APPLIED, _APPLIED, _APPLIED, _APPLIED]
        expect([result.status for result in results], wanted)
        for name, photo in (("ada", one), ("bob", one), ("eve", two)):
            user = pbx.host.users.find(link(name))
            assert user is not None
            expect((user.photo_sha256, user.photo_etag), (photo.sha256, photo.source_etag))
        pbx.host.users.set_photos([PhotoChange(link=link(name), photo=None) for name in ("ada", "bob", "eve")])
        expect([user.photo_sha256 for user in pbx.host.users.linked()], [None, None, None])
