"""The fake host passes the conformance suite for hosts, and the suite cannot be weakened."""

from __future__ import annotations

from typing import Any

import pytest

from pbx_plugin_api import (
    AnyNumber,
    BookRef,
    DraftContact,
    ExtensionWish,
    Tenant,
    UserLink,
)
from pbx_plugin_api.testing import FakeHost
from pbx_plugin_api.testing.host_conformance import HostConformance, PbxUnderTest
from pbx_plugin_api.testing.suite import Suite


class FakePbxUnderTest:
    """Changes the PBX of a fake host."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.other_plugin = FakeHost(beside=self.host)
        other = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
        self.other_tenant = FakeHost(other, clock=self.host.clock)

    def move_clock(self, seconds: float) -> None:
        self.host.clock.move(seconds=seconds)

    def lose_lease(self) -> None:
        self.host.lease.lose()

    def set_user_limit(self, limit: int | None) -> None:
        self.host.users.user_limit = limit

    def add_user(
        self,
        username: str,
        *,
        email: str | None = None,
        is_admin: bool = False,
        extension: ExtensionWish = AnyNumber(),
    ) -> str:
        return self.host.users.add_by_hand(username, email=email, is_admin=is_admin, extension=extension).user_id

    def edit_user(self, link: UserLink, **fields: str | bool) -> None:
        self.host.users.edit_by_hand(link, **fields)

    def delete_user(self, link: UserLink) -> None:
        self.host.users.delete_by_hand(link)

    def sign_in(self, link: UserLink) -> None:
        row = self.host.users.row_of(link)
        assert row is not None
        row.sessions += 1

    def is_signed_in(self, link: UserLink) -> bool:
        row = self.host.users.row_of(link)
        return row is not None and row.sessions > 0

    def add_contact(self, book: BookRef, name: str) -> None:
        self.host.contacts.add_by_hand(book, DraftContact(name=name))

    def rename_contact(self, book: BookRef, name: str, new_name: str) -> None:
        self.host.contacts.edit_by_hand(book, self._id_of(book, name), DraftContact(name=new_name))

    def delete_contact(self, book: BookRef, name: str) -> None:
        self.host.contacts.delete_by_hand(book, self._id_of(book, name))

    def contact_names(self, book: BookRef) -> list[str]:
        return [draft.name for draft in self.host.contacts.shown(book)]

    def landing_of(self, state: str) -> tuple[str, str] | None:
        return self.host.landing_of(state)

    def notices(self) -> list[str]:
        return [notice.subject for notice in self.host.notices]

    def shown_notices(self) -> list[str]:
        return [notice.subject for notice in self.host.notices if notice.is_shown]

    def dismiss_notice(self, key: str) -> None:
        self.host.dismiss_notice(key)

    def audit_events(self) -> list[str]:
        return [line.event for line in self.host.audit.lines]

    def _id_of(self, book: BookRef, name: str) -> str:
        return next(one.external_id for one in self.host.contacts.synced(book) if one.draft.name == name)


class TestFakeHost(HostConformance):
    @pytest.fixture
    def pbx(self) -> PbxUnderTest:
        return FakePbxUnderTest()


def test_a_replaced_standard_test_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="Weak replaces standard tests of its suite: test_counts_are_of_linked_users"):

        class Weak(HostConformance):
            def test_counts_are_of_linked_users(self, pbx: PbxUnderTest) -> None:  # type: ignore[override]
                pass


def test_a_standard_test_cannot_be_switched_off_either() -> None:
    with pytest.raises(TypeError, match="test_books_are_apart"):
        type("Weak", (HostConformance,), {"test_books_are_apart": None})

    class Mixin:
        def test_books_are_apart(self) -> None:
            pass

    with pytest.raises(TypeError, match="test_books_are_apart"):
        type("Weak", (Mixin, HostConformance), {})

    class Later(HostConformance):
        pass

    Later().test_no_standard_test_is_replaced()
    Later.__test__ = False
    with pytest.raises(AssertionError):
        Later().test_no_standard_test_is_replaced()
    Later.__test__ = True
    Later.test_books_are_apart = lambda self, pbx: None
    with pytest.raises(TypeError, match="test_books_are_apart"):
        Later().test_no_standard_test_is_replaced()


class Sloppy(FakePbxUnderTest):
    """A PBX with a fault. The suite must find it."""

    def __init__(self, part: str, **methods: Any) -> None:
        super().__init__()
        for name, method in methods.items():
            target = getattr(self.host, part)
            setattr(target, name, method.__get__(target))


@pytest.mark.parametrize(
    ("part", "methods", "test"),
    [
        ("users", {"linked": lambda self: reversed(list(type(self).linked(self)))}, "test_linked_users_come_in_code"),
        ("users", {"diverged": lambda self: iter(())}, "test_a_deleted_user_diverges_until_made_again"),
        ("secrets", {"put": lambda self, name, value: None}, "test_secrets_come_back_as_put"),
        ("rate_budget", {"take": lambda self, bucket, amount, limits: None}, "test_a_budget_is_kept_over_any_window"),
        ("settings", {"write": lambda self, values, *, expected_version: self.read()}, "test_settings_are_versioned"),
    ],
)
def test_the_suite_finds_a_host_that_breaks_a_rule(part: str, methods: dict[str, Any], test: str) -> None:
    name = next(name for name in dir(HostConformance) if name.startswith(test))
    with pytest.raises((AssertionError, ValueError)):
        getattr(TestFakeHost(), name)(Sloppy(part, **methods))


def test_two_rooms_of_a_suite_may_not_share_a_name() -> None:
    class One(Suite):
        def test_x(self) -> None: ...

    class Two(Suite):
        def test_x(self) -> None: ...

    with pytest.raises(TypeError, match="two standard tests of one name: test_x"):
        type("Both", (One, Two), {}, is_standard=True)
