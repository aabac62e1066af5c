"""Who joins the PBX, and how: linked to a user made by hand, created, or made to wait. Never two users for one."""

from __future__ import annotations

import pytest

from pbx_plugin_api import ExtensionWish, TickStatus
from pbx_plugin_api.testing import FakeHost
from pbx_plugin_api.testing.numbers import NumberTakenError
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.users.waiting import count_waiting
from tests.support.sync_realm import SyncLab


def night(cloud: str = "GLOBAL", *, settled: bool) -> SyncLab:
    lab = SyncLab(cloud=cloud)
    if settled:
        lab.settle()
    return lab


def reasons(lab: SyncLab) -> dict[str | None, str]:
    return {problem.login_name: problem.reason for problem in lab.host.progress.problems}


# ---------------------------------------------------------------------- linked without doubt


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("by", ["userPrincipalName", "mail", "proxyAddresses"])
def test_one_user_made_by_hand_is_linked_by_any_address(cloud: str, settled: bool, by: str) -> None:
    lab = night(cloud, settled=settled)
    props = {"userPrincipalName": "ann@contoso.example", "mail": "ann.b@contoso.example"}
    aliases = ["SMTP:ann.b@contoso.example", "smtp:boss@contoso.example", "X500:/o=x", "SIP:sip@contoso.example"]
    address = {**props, "proxyAddresses": "boss@contoso.example"}[by]
    row = lab.host.users.add_by_hand("boss", email=address.upper())
    person = lab.hire("ann@contoso.example", mail=props["mail"], proxyAddresses=aliases)
    report = lab.run(confirm=True)
    assert report.counts.linked == 1
    user = lab.must_have(person)
    assert (user.user_id, user.extension_number, user.username) == (row.user_id, row.extension_number, "boss")
    assert user.display_name == person.props["displayName"]
    if settled:
        assert report.requests == 1 + 3, "the round, and who else has the address"
    assert reasons(lab).get("ann@contoso.example") is None


def test_what_is_no_mail_address_links_nobody() -> None:
    lab = SyncLab()
    lab.host.users.add_by_hand("phone", email="sip@contoso.example")
    person = lab.hire("ann@contoso.example", proxyAddresses=["SIP:sip@contoso.example", "SMTP:ann@contoso.example"])
    lab.run(confirm=True)
    assert lab.must_have(person).username == "ann"


# ---------------------------------------------------------------------- doubt: no second user


@pytest.mark.parametrize("settled", [False, True])
def test_two_people_for_one_user_wait_until_the_doubt_is_gone(settled: bool) -> None:
    lab = night(settled=settled)
    one, two = lab.hire("one@contoso.example"), lab.hire("two@contoso.example")
    for person in (one, two):
        lab.patch(person, mail="info@contoso.example")
    row = lab.host.users.add_by_hand("info", email="info@contoso.example")
    for _ in range(2):
        report = lab.run(confirm=True)
        assert report.problem_counts["ambiguous_match"] == 2
        assert (lab.user(one), lab.user(two)) == (None, None)
    assert lab.run().requests == 1, "the same doubt costs nothing"
    assert [notice.key for notice in lab.host.notices].count("m365.users.waiting.ambiguous_match") == 1
    lab.host.users.edit_by_hand("info", email="nobody@contoso.example")
    report = lab.run()
    assert (report.requests, report.counts.created, count_waiting(lab.host)) == (1, 2, {})
    assert row.user_id not in {lab.must_have(one).user_id, lab.must_have(two).user_id}


def test_an_alias_of_somebody_who_is_synced_casts_doubt_at_night() -> None:
    lab = night(settled=True)
    other = lab.people()[0]
    lab.patch(other, proxyAddresses=[*other.props["proxyAddresses"], "smtp:info@contoso.example"])
    lab.run()
    lab.host.users.add_by_hand("info", email="info@contoso.example")
    hired = lab.hire("new@contoso.example", mail="info@contoso.example")
    assert lab.run().problem_counts == {"ambiguous_match": 1}
    assert lab.user(hired) is None
    lab.patch(other, proxyAddresses=[f"SMTP:{other.props['mail']}"])
    lab.patch(hired, jobTitle="Asked again")
    lab.patch(hired, department="Asked again")
    assert lab.run().counts.linked == 1
    assert lab.must_have(hired).username == "info"


@pytest.mark.parametrize("settled", [False, True])
def test_two_users_for_one_person(settled: bool) -> None:
    lab = night(settled=settled)
    person = lab.hire("ann@contoso.example", mail="ann.b@contoso.example")
    for name in ("ann", "ann.b"):
        lab.host.users.add_by_hand(name, email=f"{name}@contoso.example")
    assert lab.run(confirm=True).problem_counts["ambiguous_match"] == 1
    assert lab.user(person) is None
    (found,) = [one for one in lab.host.progress.problems if one.subject == person.id]
    assert "ann, ann.b" in found.detail
    lab.host.users.delete_by_hand("ann.b")
    lab.run()
    assert lab.must_have(person).username == "ann"


@pytest.mark.parametrize("settled", [False, True])
def test_an_administrator_is_never_linked_and_never_doubled(settled: bool) -> None:
    lab = night(settled=settled)
    person = lab.hire("boss@contoso.example")
    lab.host.users.add_by_hand("root.user", email="boss@contoso.example", is_admin=True)
    assert lab.run(confirm=True).problem_counts["administrator_match"] == 1
    assert lab.user(person) is None
    lab.host.users.edit_by_hand("root.user", email=None)
    lab.run()
    assert lab.must_have(person).username == "boss"


def test_people_left_out_are_never_linked_and_still_cast_doubt() -> None:
    lab = SyncLab()
    guest, person = lab.people("guest")[0], lab.hire("ann@contoso.example")
    lab.host.users.add_by_hand("visitor", email=guest.props["mail"])
    lab.run(confirm=True)
    assert lab.user(guest) is None
    lab.patch(person, mail=guest.props["mail"])
    second = lab.hire("bob@contoso.example", mail=guest.props["mail"])
    assert lab.run().problem_counts["ambiguous_match"] == 1
    assert lab.user(second) is None


def test_if_microsoft_does_not_say_who_has_the_address_one_person_waits() -> None:
    lab = night(settled=True)
    lab.host.users.add_by_hand("boss", email="boss@contoso.example")
    person, other = lab.hire("boss@contoso.example"), lab.hire("other@contoso.example")
    lab.realm.faults.add(Fault("status", match=r"filter", times=None, status=400, code="Request_UnsupportedQuery"))
    report = lab.run()
    assert (report.status, report.problem_counts) == (TickStatus.DONE, {"ambiguous_match": 1})
    assert (lab.user(person), lab.must_have(other).enabled) == (None, True)
    lab.realm.faults.clear()
    assert lab.run().counts.linked == 1


def test_many_matches_in_one_night_are_asked_about_in_parts() -> None:
    lab = night(settled=True)
    for number in range(105):
        lab.host.users.add_by_hand(f"hand{number}", email=f"new{number}@contoso.example")
        lab.hire(f"new{number}@contoso.example")
    lab.approve(lab.run())
    first = lab.run()
    assert (first.counts.linked, first.problem_counts) == (100, {"ambiguous_match": 5})
    assert lab.run().counts.linked == 5


# ---------------------------------------------------------------------- waiting


def test_a_pool_of_numbers_that_runs_out_names_everybody_and_notifies_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = night(settled=True)
    full = "number_pool: no number from 200 to 299 is free: widen the pool or delete a user"

    def refuse(_: ExtensionWish) -> str:
        raise NumberTakenError(full)

    people = [lab.hire(f"{name}@contoso.example") for name in ("one", "two", "three")]
    with monkeypatch.context() as patched:
        patched.setattr(lab.host.users.numbers, "allocate", refuse)
        for _ in range(3):
            report = lab.run()
            assert (report.status, report.problem_counts) == (TickStatus.DONE, {"number_pool": 3})
        assert report.requests == 1
        assert {problem.subject for problem in lab.host.progress.problems} == {person.id for person in people}
    (notice,) = lab.host.notices
    assert "3 people have no user of the PBX yet" in notice.text
    assert "widen the pool" in notice.text
    assert lab.run().counts.created == 3


def test_who_waits_is_not_asked_about_their_mailbox_every_night() -> None:
    lab = SyncLab(host=FakeHost(user_limit=45), permissions=("User.Read.All", "MailboxSettings.Read"))
    lab.settle()
    lab.run()
    report = lab.run()
    assert report.requests == 1
    assert report.problem_counts["user_limit"] > 0


def test_who_waits_is_notified_once_and_kept_by_a_full_listing() -> None:
    lab = SyncLab(host=FakeHost(user_limit=45))
    lab.settle()
    for _ in range(3):
        lab.pass_days(1)
        report = lab.run()
        assert (report.requests, report.problem_counts) == (1, {"user_limit": 6})
    lab.run(full=True)
    assert count_waiting(lab.host) == {"user_limit": 6}
    assert [notice.key for notice in lab.host.notices] == ["m365.users.waiting.user_limit"]
    lab.host.users.user_limit = 49
    assert (lab.run().counts.created, count_waiting(lab.host)) == (4, {"user_limit": 2})
    lab.host.users.user_limit = None
    assert (lab.run().counts.created, count_waiting(lab.host)) == (2, {})
    assert lab.host.open_notices() == []
    lab.host.users.user_limit = lab.host.users.counts().linked
    lab.pass_days(1)
    lab.hire("late@contoso.example")
    lab.run()
    assert [notice.key for notice in lab.host.notices] == ["m365.users.waiting.user_limit"] * 2
    assert [notice.is_open for notice in lab.host.notices] == [False, True]


def test_who_waits_and_changes_becomes_a_user_as_they_are_now() -> None:
    lab = night(settled=True)
    lab.host.users.user_limit = lab.host.users.counts().linked
    gone, renamed = lab.hire("gone@contoso.example"), lab.hire("renamed@contoso.example")
    lab.run()
    lab.soft_delete(gone)
    lab.patch(renamed, displayName="Renamed Person")
    lab.host.users.user_limit = None
    report = lab.run()
    assert (report.status, report.counts.created) == (TickStatus.DONE, 1)
    assert lab.user(gone) is None
    assert lab.must_have(renamed).display_name == "Renamed Person"


def test_if_the_list_of_who_waits_is_lost_everybody_is_listed() -> None:
    lab = night(settled=True)
    lab.host.users.user_limit = lab.host.users.counts().linked
    lab.hire("late@contoso.example")
    lab.run()
    record = lab.host.state.get("users.waiting")
    assert record is not None
    assert isinstance(record.value, dict)
    lab.host.state.put("users.waiting", {**record.value, "blob": "expired"})
    lab.host.users.user_limit = None
    lab.realm.journal.reset()
    assert lab.run().counts.created == 1
    assert "GET /users 200" in lab.realm.journal.counts()


def test_new_people_get_their_numbers_in_the_order_of_their_names() -> None:
    lab = SyncLab()
    lab.run(confirm=True)
    users = sorted(lab.host.users.linked(), key=lambda user: int(user.extension_number))
    keys = [(user.display_name.casefold(), user.link.subject) for user in users]
    assert keys == sorted(keys)
