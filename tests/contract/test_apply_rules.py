"""The rules of `apply`: the decision about a change, and the sentence of a refusal. The conformance suites check that
hosts use them; here are the cases in which two hosts once differed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pbx_plugin_api import (
    SYNCED_FIELDS,
    AnyNumber,
    ApplyResult,
    ApplyStatus,
    ContactResult,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    DivergenceKind,
    DraftUser,
    DropContact,
    EnableUser,
    Fixed,
    FromStart,
    LinkUser,
    Phone,
    Photo,
    UpdateUser,
    UserChange,
)
from pbx_plugin_api.hosting.apply_rules import contacts as contact_rules
from pbx_plugin_api.hosting.apply_rules.contacts import Drop, Put, StoredContact
from pbx_plugin_api.hosting.apply_rules.numbers import first_number, refuse_number
from pbx_plugin_api.hosting.apply_rules.users import (
    Create,
    Link,
    Overwrite,
    PutPhoto,
    Remove,
    StoredUser,
    Switch,
    choose_username,
    decide,
    decide_photo,
    find_divergence,
    refuse_creation,
    refuse_link,
    synced_columns,
)
from pbx_plugin_api.testing.samples import draft, link, put

APPLIED, UNCHANGED, REFUSED = ApplyStatus.APPLIED, ApplyStatus.UNCHANGED, ApplyStatus.REFUSED
ADA = link("ada")


def stored(*, enabled: bool = True, reason: str | None = None, **fields: Any) -> StoredUser:
    columns = synced_columns(draft("ada", **fields))
    return StoredUser(
        user_id="u1",
        username="ada",
        extension_number="101",
        columns=columns,
        enabled=enabled,
        disabled_reason=reason,
    )


# ---------------------------------------------------------------------- users


@pytest.mark.parametrize(
    ("change", "user", "status"),
    [
        (CreateUser(draft=draft("ada")), stored(), UNCHANGED),
        (LinkUser(user_id="u1", draft=draft("ada")), stored(), UNCHANGED),
        (LinkUser(user_id="u2", draft=draft("ada")), stored(), REFUSED),
        (DeleteUser(link=ADA), None, UNCHANGED),
        (UpdateUser(draft=draft("ada"), fields=("email",)), None, REFUSED),
        (EnableUser(link=ADA), None, REFUSED),
        (DisableUser(link=ADA, reason=DisableReason.DEPARTED), None, REFUSED),
    ],
)
def test_nothing_is_written(change: UserChange, user: StoredUser | None, status: ApplyStatus) -> None:
    result = decide(change, user, is_linked=user is not None)
    assert isinstance(result, ApplyResult)
    assert (result.status, result.reason is not None) == (status, status is REFUSED)


def test_a_link_without_a_user_is_removed_or_gets_a_new_user() -> None:
    """The user was deleted in the PBX; the link stayed behind."""
    assert decide(DeleteUser(link=ADA), None, is_linked=True) == Remove(link=ADA)
    assert decide(CreateUser(draft=draft("ada")), None, is_linked=True) == Create(draft=draft("ada"))
    asked = LinkUser(user_id="u9", draft=draft("ada"))
    assert decide(asked, None, is_linked=True) == Link(user_id="u9", draft=asked.draft)


@pytest.mark.parametrize("field", SYNCED_FIELDS)
def test_an_update_is_a_change_where_a_named_field_differs(field: str) -> None:
    other = Phone(raw="12") if field.endswith("_phone") else "Other"
    for named, status in ((field, APPLIED), (next(f for f in SYNCED_FIELDS if f != field), UNCHANGED)):
        decision = decide(UpdateUser(draft=draft("ada", **{field: other}), fields=(named,)), stored(), is_linked=True)
        assert isinstance(decision, Overwrite)
        assert (decision.fields, decision.status) == ((named,), status)


def test_a_phone_differs_also_by_its_e164_form() -> None:
    change = UpdateUser(draft=draft("ada", work_phone=Phone(raw="030 12", e164="+493012")), fields=("work_phone",))
    assert getattr(decide(change, stored(work_phone=Phone(raw="030 12")), is_linked=True), "status", None) is APPLIED


DISABLE = {reason: DisableUser(link=ADA, reason=reason) for reason in DisableReason if reason != "by_admin"}


@pytest.mark.parametrize(
    ("change", "user", "status"),
    [
        (EnableUser(link=ADA), stored(), UNCHANGED),
        (EnableUser(link=ADA), stored(enabled=False, reason="departed"), APPLIED),
        (EnableUser(link=ADA), stored(enabled=False, reason="by_admin"), APPLIED),
        (DISABLE[DisableReason.DEPARTED], stored(), APPLIED),
        (DISABLE[DisableReason.DEPARTED], stored(enabled=False, reason="departed"), UNCHANGED),
        (DISABLE[DisableReason.DEPARTED], stored(enabled=False, reason="out_of_scope"), APPLIED),
        (DISABLE[DisableReason.DEPARTED], stored(enabled=False, reason="by_admin"), UNCHANGED),
        # Disabled directly in the database: without a reason it counts as an administrator's lock.
        (DISABLE[DisableReason.DEPARTED], stored(enabled=False, reason=None), UNCHANGED),
    ],
)
def test_a_switch(change: UserChange, user: StoredUser, status: ApplyStatus) -> None:
    decision = decide(change, user, is_linked=True)
    assert isinstance(decision, Switch)
    assert (decision.enabled, decision.status) == (isinstance(change, EnableUser), status)


def test_the_limit_of_users_counts_everybody() -> None:
    assert refuse_creation(10_000, None) is None
    assert refuse_creation(1, 2) is None
    assert (refuse_creation(2, 2) or "").startswith("the tenant's limit of 2 users is reached; ")


def test_a_username_is_the_first_free_wish_or_the_first_with_a_number() -> None:
    assert choose_username(("Ada", "ada.l"), {"ada"}.__contains__) == "ada.l"
    assert choose_username(("Ada",), {"ada", "ada-2"}.__contains__) == "Ada-3"
    long = "a" * 64
    assert choose_username((long,), {long}.__contains__) == "a" * 62 + "-2"
    taken = {long, *("a" * 62 + f"-{n}" for n in range(2, 10))}
    assert choose_username((long,), taken.__contains__) == "a" * 61 + "-10"


def test_who_can_be_linked() -> None:
    assert refuse_link("ada", is_linked=False, is_linkable=True) is None
    assert refuse_link(None, is_linked=False, is_linkable=False) == "the user to be linked is gone"
    assert refuse_link("ada", is_linked=True, is_linkable=True) == "ada belongs to another person already"
    assert refuse_link("boss", is_linked=False, is_linkable=False) == "boss is an administrator and cannot be linked"


@pytest.mark.parametrize(("enabled", "applied_enabled"), list(itertools.product((True, False), repeat=2)))
def test_divergence(enabled: bool, applied_enabled: bool) -> None:
    def found(shown: DraftUser | None, applied: DraftUser) -> DivergenceKind | None:
        return find_divergence(
            shown and synced_columns(shown),
            synced_columns(applied),
            enabled=enabled,
            applied_enabled=applied_enabled,
        )

    ada, renamed = draft("ada", work_phone=Phone(raw="12", e164="+12")), draft("ada", display_name="A. L.")
    assert found(ada, renamed) is DivergenceKind.EDITED
    assert found(None, ada) is DivergenceKind.DELETED
    was_unlocked = enabled and not applied_enabled
    assert found(ada, ada) is (DivergenceKind.EDITED if was_unlocked else None)
    same_as_written = draft("ada", work_phone=Phone(raw="12"))
    assert found(same_as_written, ada) is found(ada, ada), "an administrator types a number, not its E.164 form"


def test_a_photo_is_kept_by_content_and_mark() -> None:
    photo = Photo(content=b"x", content_type="image/png", source_etag="1")

    def decided(photo: Photo | None, sha256: str | None, etag: str | None) -> bool | ApplyStatus:
        decision = decide_photo(ADA, photo, stored_sha256=sha256, stored_etag=etag)
        return decision.is_new_picture if isinstance(decision, PutPhoto) else decision.status

    assert decided(photo, None, None) is True
    assert decided(photo, photo.sha256, "0") is False
    assert decided(photo, photo.sha256, "1") is UNCHANGED
    assert decided(None, photo.sha256, "1") is True
    assert decided(None, None, None) is UNCHANGED


# ---------------------------------------------------------------------- numbers


def test_a_search_begins_at_the_wish() -> None:
    assert (first_number(FromStart(start="8000")), first_number(AnyNumber())) == (8000, 101)
    assert first_number(Fixed(number="0123")) == 101


def test_a_number_that_is_held_is_named_as_held_first() -> None:
    assert refuse_number("123", is_held=False, service=None, is_resting=False) is None
    why = refuse_number("123", is_held=True, service="queue", is_resting=True)
    assert why == "extension number 123 is taken; wish for another"
    why = refuse_number("123", is_held=False, service="queue", is_resting=True)
    assert why == "extension number 123 belongs to a service (queue); wish for another"
    why = refuse_number("123", is_held=False, service=None, is_resting=True)
    assert why == "extension number 123 is kept for the person who had it until now; wish for another"


# ---------------------------------------------------------------------- contacts


def test_a_book_without_its_owner_takes_nothing_and_lets_go() -> None:
    """Also in one batch. The reference host used to refuse the drops of a mixed batch."""
    refused = contact_rules.decide(put("a"), "A", None, has_owner=False)
    assert isinstance(refused, ContactResult)
    assert (refused.status, refused.reason is None) == (REFUSED, False)
    kept = StoredContact(shown="A", applied="A", is_deleted=False, sources=put("a").sources)
    assert contact_rules.decide(DropContact(external_id="a"), None, kept, has_owner=False) == Drop(external_id="a")


@pytest.mark.parametrize(
    ("shown", "is_deleted", "mailbox", "writes"),
    [
        ("A", False, "m1", (False, False)),
        ("edited", False, "m1", (True, False)),
        ("A", True, "m1", (True, False)),
        ("A", False, "m2", (False, True)),
    ],
)
def test_a_contact_is_written_where_it_differs(
    shown: str, is_deleted: bool, mailbox: str, writes: tuple[bool, bool]
) -> None:
    had = put("a", mailbox=mailbox).sources
    now = StoredContact(shown=shown, applied="A", is_deleted=is_deleted, sources=had)
    decision = contact_rules.decide(put("a", mailbox="m1"), "A", now, has_owner=True)
    assert isinstance(decision, Put)
    assert (decision.writes_fields, decision.writes_sources) == writes
    assert decision.status is (APPLIED if any(writes) else UNCHANGED)
