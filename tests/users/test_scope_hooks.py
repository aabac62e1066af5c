"""Who is synced, through the hooks, in both clouds: what is saved, what a night does, and one person alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pbx_plugin_api import (
    DisableReason,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Saved,
    SaveRefused,
    TickReason,
    TickStatus,
    UserLink,
)
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.conftest import MakeLab
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand

CLOUDS = ("GLOBAL", "CHINA")


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    return make_lab(clouds=CLOUDS)


def hand_in(lab: Lab, cloud: str, *more: str) -> Hand:
    lab.register(cloud=cloud, permissions=(*PERMISSIONS, *more))
    hand = Hand()
    hand.set_up(lab.settings(cloud), shared_key_pair())
    return hand


def ordinary(lab: Lab, cloud: str = "GLOBAL") -> list[Person]:
    return [each for each in lab.tenant(cloud).directory.order if each.kind == "ordinary" and each.listed]


def sync(hand: Hand) -> TickStatus:
    return hand.tick(TickReason.FORCED, confirm_first_plan=True).status


def names(hand: Hand) -> set[str]:
    return {user.link.subject for user in hand.host.users.linked() if user.enabled}


def refusals(outcome: object) -> dict[str, str]:
    assert isinstance(outcome, SaveRefused), outcome
    fields = {error.field for error in outcome.errors}
    return {field: " ".join(error.message for error in outcome.errors if error.field == field) for field in fields}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_only_these_users_by_upn_address_and_object_id(lab: Lab, cloud: str) -> None:
    hand = hand_in(lab, cloud)
    by_upn, by_mail, by_id = ordinary(lab, cloud)[:3]
    lab.admin(cloud).change_user(by_mail.id, mail="other.name@contoso.example",
                                 proxyAddresses=["SMTP:other.name@contoso.example"])  # fmt: skip
    lines = [by_upn.props["userPrincipalName"], "other.name@contoso.example", by_id.id]
    assert isinstance(hand.save(sync_users_mode="only", sync_users="\n".join(lines)), Saved)
    people = zip(lines, (by_upn, by_mail, by_id), strict=True)
    kept = hand.host.settings.read().values["sync_users"]
    assert kept == [{"name": name, "entra_object_id": person.id} for name, person in people]
    assert sync(hand) is TickStatus.DONE
    assert names(hand) == {by_upn.id, by_mail.id, by_id.id}
    lab.admin(cloud).change_user(by_upn.id, userPrincipalName="renamed@contoso.example")
    assert sync(hand) is TickStatus.DONE
    assert names(hand) == {by_upn.id, by_mail.id, by_id.id}, "a renamed person stays the same person"


@pytest.mark.parametrize("cloud", CLOUDS)
def test_all_except_these_and_a_change_of_the_list(lab: Lab, cloud: str) -> None:
    hand = hand_in(lab, cloud)
    one, two = ordinary(lab, cloud)[:2]
    hand.save(sync_users_mode="except", sync_users=one.id)
    sync(hand)
    everybody = names(hand)
    assert one.id not in everybody
    hand.save(sync_users=two.id)
    report = hand.tick(TickReason.FORCED)
    assert (report.counts.created, report.counts.disabled) == (1, 1)
    assert names(hand) == (everybody | {one.id}) - {two.id}
    user = hand.host.users.find(UserLink(authority=lab.tenant(cloud).id, subject=two.id))
    assert user is not None
    assert user.disabled_reason is DisableReason.OUT_OF_SCOPE


@pytest.mark.parametrize("cloud", CLOUDS)
def test_guests_agents_sister_companies_and_people_without_a_plan(lab: Lab, cloud: str) -> None:
    hand, admin = hand_in(lab, cloud), lab.admin(cloud)
    common = {"givenName": "Ann", "surname": "Lee"}
    guest = admin.create_user(userPrincipalName="g_x.example#EXT#@contoso.example", userType="Guest", **common)
    sister = admin.create_user(userPrincipalName="ann_fabrikam.example#EXT#@contoso.example", **common)
    agent = admin.create_user(identityParentId="8d1ec700-0000-4000-8000-00000000beef", **common)
    bare = admin.create_user(assignedLicenses=[], assignedPlans=[], **common)
    report = hand.tick(TickReason.FORCED, confirm_first_plan=True)
    assert report.problem_counts["agent"] == 1
    assert {sister.id, bare.id} <= names(hand)
    assert not {guest.id, agent.id} & names(hand)
    hand.save(sync_guest_users="true", sync_unlicensed="false")
    report = hand.tick(TickReason.FORCED)
    assert report.counts.disabled == 3, "the person without a plan, and two more of the directory"
    assert report.problem_counts["no_plan"] >= 1
    assert {sister.id, guest.id} <= names(hand)
    assert not {bare.id, agent.id} & names(hand)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_only_these_groups_by_name_and_id(lab: Lab, cloud: str) -> None:
    hand, admin = hand_in(lab, cloud, "GroupMember.Read.All"), lab.admin(cloud)
    outer, inner = admin.create_group("Helpdesk & Co"), admin.create_group("Night shift")
    one, two, three = ordinary(lab, cloud)[:3]
    admin.set_member(outer.id, inner.id)
    for group, person in ((outer, one), (inner, two)):
        admin.set_member(group.id, person.id)
    assert isinstance(hand.save(sync_groups_mode="only", sync_groups=f"helpdesk & co\n{inner.id}"), Saved)
    kept = hand.host.settings.read().values["sync_groups"]
    assert kept == [
        {"name": "helpdesk & co", "entra_object_id": outer.id},
        {"name": inner.id, "entra_object_id": inner.id},
    ]
    sync(hand)
    assert names(hand) == {one.id, two.id}
    sync(hand)
    admin.set_member(inner.id, three.id)
    report = hand.tick(TickReason.FORCED)
    assert (report.counts.created, names(hand)) == (1, {one.id, two.id, three.id})
    lab.realm(cloud).journal.reset()
    assert hand.tick(TickReason.FORCED).requests == 3
    templates = [entry.template for entry in lab.realm(cloud).journal.entries() if "v1.0" in entry.target]
    assert sorted(templates) == ["/groups/{id}/transitiveMembers/microsoft.graph.user"] * 2 + ["/users/delta"]


def test_filters_combine(lab: Lab) -> None:
    hand, admin = hand_in(lab, "GLOBAL", "GroupMember.Read.All"), lab.admin()
    group = admin.create_group("Everyone here")
    one, two = ordinary(lab)[:2]
    guest = admin.create_user(userType="Guest", givenName="Gus")
    for person in (one, two, guest):
        admin.set_member(group.id, person.id)
    hand.save(sync_groups_mode="only", sync_groups=group.id, sync_users_mode="except", sync_users=two.id)
    sync(hand)
    assert names(hand) == {one.id}
    hand.save(sync_guest_users="true")
    sync(hand)
    assert names(hand) == {one.id, guest.id}


class TestWhatCannotBeSaved:
    def test_only_with_an_empty_list(self, lab: Lab) -> None:
        hand = hand_in(lab, "GLOBAL", "GroupMember.Read.All")
        told = refusals(hand.save(sync_users_mode="only", sync_groups_mode="only", sync_groups="\n"))
        assert set(told) == {"sync_users", "sync_groups"}
        assert "nobody would be synced" in told["sync_users"]
        assert isinstance(hand.save(sync_users_mode="except", sync_users=""), Saved)
        hand.save(sync_users_mode="only", sync_users=ordinary(lab)[0].id)
        assert set(refusals(hand.save(sync_users=""))) == {"sync_users"}
        assert isinstance(hand.save(sync_time="03:00"), Saved), "other settings can be saved"

    def test_a_group_that_does_not_exist_or_exists_twice(self, lab: Lab) -> None:
        hand, admin = hand_in(lab, "GLOBAL", "GroupMember.Read.All"), lab.admin()
        one, two = admin.create_group("O'Neil's team"), admin.create_group("O'Neil's team")
        told = refusals(hand.save(sync_groups_mode="only", sync_groups="O'Neil's team\nNo such group"))["sync_groups"]
        assert one.id in told
        assert two.id in told
        faults = hand.save(sync_groups=f"No such group\n{'0' * 8}-0000-4000-8000-000000000000")
        assert [error.field for error in faults.errors] == ["sync_groups", "sync_groups"]
        assert "No such group: no group has this name" in faults.errors[0].message
        assert isinstance(hand.save(sync_groups_mode="only", sync_groups=one.id), Saved)
        assert isinstance(hand.save(sync_groups=f"{one.id}\nSales"), Saved)
        before = hand.host.settings.read().values["sync_groups"]
        admin.delete_group(one.id)
        assert isinstance(hand.save(sync_groups=f"{one.id}\nSales"), Saved), "a line that was saved is kept"
        assert hand.host.settings.read().values["sync_groups"] == before

    def test_without_the_permission_the_field_says_so(self, lab: Lab) -> None:
        hand = hand_in(lab, "GLOBAL")
        told = refusals(hand.save(sync_groups_mode="only", sync_groups="Sales"))
        assert set(told) == {"sync_groups"}
        assert "GroupMember.Read.All" in told["sync_groups"]
        assert hand.host.settings.read().values.get("sync_groups_mode") is None, "nothing half-applied"

    def test_more_groups_than_a_night_can_read(self, lab: Lab) -> None:
        hand = hand_in(lab, "GLOBAL", "GroupMember.Read.All")
        told = refusals(hand.save(sync_groups="\n".join(f"Group {n}" for n in range(201))))
        assert "at most 200" in told["sync_groups"]


def test_the_test_of_the_connection_tries_the_permission_for_groups(lab: Lab) -> None:
    hand = hand_in(lab, "GLOBAL", "GroupMember.Read.All")

    def said() -> str:
        return next(fact.value for fact in hand.press("test_connection").facts if fact.label == "GroupMember.Read.All")

    assert said() == "Not checked. Nothing that is on uses it."
    hand.save(sync_groups_mode="only", sync_groups="Sales")
    assert said() == "OK. It works: read the members of the group Sales."
    revoke(lab)
    assert said().startswith("Not well. The app registration lacks the permission GroupMember.Read.All")


def test_contacts_follow_the_scope_of_users(lab: Lab) -> None:
    hand, (one, two) = hand_in(lab, "GLOBAL"), ordinary(lab)[:2]
    hand.save(contact_personal="true")
    sync(hand)
    hand.save(sync_users_mode="except", sync_users=one.id)
    lab.realm().journal.reset()
    hand.tick(TickReason.FORCED)
    asked = " ".join(entry.target for entry in lab.realm().journal.entries() if "ontact" in entry.target)
    assert two.id in asked
    assert one.id not in asked, "the contacts of somebody who left the scope are not read any more"


def revoke(lab: Lab) -> None:
    lab.register(permissions=PERMISSIONS)
    lab.realm().tokens.expire_all()


def test_consent_that_is_taken_back_takes_nobody_and_is_named(lab: Lab) -> None:
    hand, admin = hand_in(lab, "GLOBAL", "GroupMember.Read.All"), lab.admin()
    group, one, two = admin.create_group("Helpdesk"), *ordinary(lab)[:2]
    admin.set_member(group.id, one.id)
    hand.save(sync_groups_mode="only", sync_groups=group.id)
    sync(hand)
    revoke(lab)
    admin.set_member(group.id, two.id)
    report = hand.tick(TickReason.FORCED)
    assert (report.status, names(hand)) == (TickStatus.DONE, {one.id})
    assert report.problem_counts["group_unreadable"] == 1
    fact = hand.fact(f"Group {group.id}")
    assert "GroupMember.Read.All" in fact.value
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    lab.realm().tokens.expire_all()
    hand.tick(TickReason.FORCED)
    assert names(hand) == {one.id, two.id}
    assert hand.fact(f"Group {group.id}").value == "2 members"


@pytest.mark.parametrize("cloud", CLOUDS)
class TestOnePersonAlone:
    """First sign-in, and picked by an administrator: by the same scope, with no more permissions than for people."""

    @pytest.fixture
    def ask(self, lab: Lab, cloud: str) -> Callable[..., object]:
        hand, admin = hand_in(lab, cloud, "GroupMember.Read.All"), lab.admin(cloud)
        group = admin.create_group("Helpdesk")
        admin.set_member(group.id, ordinary(lab, cloud)[0].id)
        hand.save(sync_groups_mode="only", sync_groups="Helpdesk")
        lab.register(cloud=cloud, permissions=PERMISSIONS)
        lab.realm(cloud).tokens.expire_all()

        def ask(person: Person, reason: ProvisionReason = ProvisionReason.ADMIN) -> object:
            if reason is ProvisionReason.ADMIN:
                return hand.provision(ProvisionRequest(reason=reason, typed=person.id))
            link = UserLink(authority=lab.tenant(cloud).id, subject=person.id)
            return hand.provision(ProvisionRequest(reason=reason, link=link))

        return ask

    def test_a_member_comes_and_a_stranger_is_refused(self, lab: Lab, cloud: str, ask: Callable[..., object]) -> None:
        member, stranger = ordinary(lab, cloud)[:2]
        assert isinstance(ask(member), Provisioned)
        assert isinstance(ask(member, ProvisionReason.FIRST_SIGN_IN), Provisioned)
        refused = ask(stranger)
        assert isinstance(refused, ProvisionRefused)
        assert (refused.reason, refused.sentence.startswith("Not in group Helpdesk.")) == ("out_of_scope", True)
        refused = ask(stranger, ProvisionReason.FIRST_SIGN_IN)
        assert isinstance(refused, ProvisionRefused)
        assert "Ask your administrator" in refused.sentence
        assert "Helpdesk" not in refused.sentence

    def test_an_outage_is_no_stranger(self, lab: Lab, cloud: str, ask: Callable[..., object]) -> None:
        lab.realm(cloud).faults.add(Fault("status", match="checkMemberGroups", status=503, times=None))
        refused = ask(ordinary(lab, cloud)[0])
        assert isinstance(refused, ProvisionRefused)
        assert refused.reason == "not_reachable"
