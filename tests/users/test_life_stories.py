"""More than forty life stories of one person each: what happens at Microsoft and in the PBX, and the PBX's answer.

Each story goes through the plugin's hooks against a simulated Microsoft 365. The answer is what the PBX shows in the
end: `on` or `off` with the reason, whether it is still the same user (number, voicemail and all) or another one with
the number kept for the person, or nobody; and after a `?` why she was last left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pbx_plugin_api import LinkedUser, Problem, TickReason, TickReport, TickStatus, UserLink
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.lab import PERMISSIONS, Lab, shared_key_pair
from tests.support.pbx_hand import Hand

UPN = "she@contoso.example"
ALIAS = "nickname@contoso.example"
FRESH = "new"
"""A story that begins with this word is about somebody who is not in the directory yet."""
IN_SALES = {"sync_groups_mode": "only", "sync_groups": "Sales"}
LICENSED = {"sync_unlicensed": "false"}
ONLY_HER = {"sync_users_mode": "only", "sync_users": UPN}
ALL_BUT_HER = {"sync_users_mode": "except", "sync_users": UPN}


def policy(way: str, what: str, days: int = 30) -> dict[str, str]:
    return {f"leaver_{way}_policy": what, f"leaver_{way}_delete_after_days": str(days)}


STORIES: dict[str, tuple[dict[str, str], str, str]] = {
    # -- everyday life
    "hired": ({}, "new hire night", "on, same user"),
    "renamed and moved": ({}, "rename night", "on, same user"),
    "another sign-in name": ({}, "newname night", "on, same user"),
    "names cleared by mistake": ({}, "clearname night", "on, same user ?no_name"),
    "hired without a name": ({}, "new hire clearname night", "nobody ?no_name"),
    "hired disabled": ({}, "new hire disable night", "nobody ?account_disabled"),
    "hired disabled, enabled on her first day": ({}, "new hire disable night enable night", "on, same user"),
    # -- disabled at Microsoft
    "disabled": ({}, "disable night", "off account_disabled, same user"),
    "disabled for a year": ({}, "disable night days:370", "off account_disabled, same user"),
    "back from leave": ({}, "disable night days:200 enable night", "on, same user"),
    "disabled, policy keep": (policy("disabled", "keep"), "disable night full night", "on, same user"),
    "disabled, policy delete": (
        policy("disabled", "delete", 7), "disable night days:6", "off account_disabled, same user",
    ),
    "disabled, policy delete, after its days": (policy("disabled", "delete", 7), "disable night days:7", "nobody"),
    "back after her user was deleted": (
        policy("disabled", "delete", 7), "disable night days:8 enable night", "on, same number",
    ),
    "disabled, seen between the nights": (
        {"sync_every_minutes": "5"}, "disable look", "off account_disabled, same user",
    ),
    "disabled and deleted later: the days begin with the deletion": (
        {}, "disable night days:40 delete night days:20", "off departed, same user",
    ),
    # -- deleted at Microsoft
    "deleted": ({}, "delete night", "off departed, same user"),
    "deleted and restored on day 29": ({}, "delete night days:29 restore night", "on, same user"),
    "deleted for 29 days": ({}, "delete night days:29", "off departed, same user"),
    "deleted for 30 days": ({}, "delete night days:30", "nobody"),
    "deleted for good on the first day": ({}, "purge night", "off departed, same user"),
    "deleted for good, after 30 days": ({}, "purge night days:30", "nobody"),
    "deleted, policy keep": (policy("deleted", "keep"), "delete night full days:60 full", "on, same user"),
    "deleted, policy disable": (
        policy("deleted", "disable"), "delete night purge days:400 full", "off departed, same user",
    ),
    "deleted, 90 days, purged by Microsoft after 30": (
        policy("deleted", "delete", 90), "delete night days:30 purge night days:50", "off departed, same user",
    ),
    "re-hired under her old name as a new account": ({}, "delete night rehire night", "on, new user"),
    "re-hired as a new account while her old number rests": ({}, "delete night days:30 rehire days:10", "on, new user"),
    "deleted and restored between two nights": ({}, "delete restore night", "on, same user"),
    # -- guests and licences
    "became a guest": ({}, "guest night", "off out_of_scope, same user ?guest"),
    "became a guest, policy keep": (policy("out_of_scope", "keep"), "guest night full", "on, same user"),
    "became a guest and a member again": ({}, "guest night days:100 member night", "on, same user"),
    "a guest where guests are synced": ({"sync_guest_users": "true"}, "new hire guest night", "on, same user"),
    "a member of a sister company": ({}, "new hire:she_sister.example#EXT#@contoso.example night", "on, same user"),
    "lost her licence": ({}, "unlicense night", "on, same user"),
    "lost her licence where one is needed": (LICENSED, "unlicense night", "off out_of_scope, same user ?no_plan"),
    "lost her licence, policy delete": (
        LICENSED | policy("out_of_scope", "delete", 3), "unlicense night days:3", "nobody",
    ),
    "got her licence back": (LICENSED, "unlicense night license night", "on, same user"),
    # -- lists and groups
    "the only one on the list": (ONLY_HER, "night", "on, same user"),
    "taken off the list": ({}, "set:except night", "off out_of_scope, same user ?out_of_scope"),
    "left her group": (IN_SALES, "leave night", "off out_of_scope, same user ?out_of_scope"),
    "left her group and came back": (IN_SALES, "leave night join night", "on, same user"),
    "left her group between the nights": (IN_SALES | {"sync_every_minutes": "5"}, "leave look", "on, same user"),
    "her group is suddenly empty": (IN_SALES, "empty night full", "on, same user"),
    "her group was deleted": (IN_SALES, "nogroup night full", "on, same user"),
    "the permission for groups was taken away": (IN_SALES, "nopermission night full", "on, same user"),
    "deleted while her group was empty": (IN_SALES, "empty night delete night", "off departed, same user"),
    "hired into the group, seen between the nights": (
        IN_SALES | {"sync_every_minutes": "5"}, "new hire join look", "on, same user",
    ),
    # -- the PBX's own hand
    "locked by an administrator": ({}, "lock night", "off by_admin, same user"),
    "locked, and left for good": ({}, "lock delete night days:60 full", "off by_admin, same user"),
    "unlocked by hand after she left": ({}, "delete night unlock night", "off departed, same user"),
    "edited by hand": ({}, "edit night", "on, same user"),
    "deleted by hand": ({}, "drop night", "on, same number"),
    "deleted by hand and at Microsoft": ({}, "drop delete night", "nobody"),
    "a user made by hand with her alias": ({}, "new hand hire night", "on, linked"),
}  # fmt: skip


@dataclass
class Life:
    """One person, her directory and her PBX."""

    lab: Lab
    hand: Hand
    she: Person | None = None
    first: LinkedUser | None = None
    hand_made: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def person(self) -> Person:
        assert self.she is not None
        return self.she

    @property
    def link(self) -> UserLink:
        return UserLink(authority=self.lab.tenant().id, subject=self.person.id)

    @property
    def user(self) -> LinkedUser | None:
        return self.hand.host.users.find(self.link)

    def live(self, step: str) -> None:
        """One word of a story."""
        verb, _, value = step.partition(":")
        getattr(self, f"do_{verb}")(*([value] if value else []))

    # ------------------------------------------------------------------ runs

    def run(self, reason: TickReason, job: str | None = None) -> TickReport:
        self.hand.host.progress.problems.clear()
        report = self.hand.tick(reason, job=job)
        assert report.status is TickStatus.DONE, report
        self.problems = [problem for problem in self.hand.host.progress.problems if problem.subject == self.person.id]
        self.first = self.first or self.user
        return report

    def do_night(self) -> None:
        self.hand.host.clock.move(days=1)
        self.run(TickReason.DUE)

    def do_look(self) -> None:
        self.hand.host.clock.move(minutes=5)
        assert self.run(TickReason.DUE).requests <= 2, "one round, and who she is in her groups"

    def do_full(self) -> None:
        self.run(TickReason.JOB, "full_resync")

    def do_days(self, days: str) -> None:
        """So many days after the last night, all of them quiet."""
        self.hand.host.clock.move(days=int(days))
        self.run(TickReason.DUE)

    # ------------------------------------------------------------------ at Microsoft

    def change(self, **props: object) -> None:
        self.lab.tenant().directory.patch(self.person, props)

    def do_new(self) -> None:
        """See `FRESH`."""

    def do_hire(self, upn: str = UPN) -> None:
        names = {"displayName": "She Herself", "givenName": "She", "surname": "Herself"}
        self.she = self.lab.admin().create_user(userPrincipalName=upn, **names)
        if self.hand_made:
            self.change(proxyAddresses=[f"SMTP:{upn}", f"smtp:{ALIAS}"])

    def do_rehire(self) -> None:
        self.do_hire()

    def do_rename(self) -> None:
        self.change(surname="Married", displayName="She Married", department="Elsewhere")

    def do_newname(self) -> None:
        self.change(userPrincipalName="she.married@contoso.example", mail="she.married@contoso.example")

    def do_clearname(self) -> None:
        self.change(givenName=None, surname=None)

    def do_disable(self) -> None:
        self.change(accountEnabled=False)

    def do_enable(self) -> None:
        self.change(accountEnabled=True)

    def do_delete(self) -> None:
        self.lab.admin().delete_user(self.person.id)

    def do_restore(self) -> None:
        self.lab.admin().restore_user(self.person.id)

    def do_purge(self) -> None:
        self.lab.admin().purge_user(self.person.id)

    def do_guest(self) -> None:
        self.change(userType="Guest")

    def do_member(self) -> None:
        self.change(userType="Member")

    def do_unlicense(self) -> None:
        self.change(assignedLicenses=[], assignedPlans=[])

    def do_license(self) -> None:
        self.change(assignedLicenses=[{"skuId": "x", "disabledPlans": []}])

    def sales(self) -> str:
        groups = self.lab.tenant().directory.groups.values()
        return next(group.id for group in groups if group.props["displayName"] == "Sales")

    def do_join(self) -> None:
        self.lab.admin().set_member(self.sales(), self.person.id)

    def do_leave(self) -> None:
        self.lab.admin().set_member(self.sales(), self.person.id, member=False)

    def do_empty(self) -> None:
        for oid in list(self.lab.admin().group(self.sales()).members):
            self.lab.admin().set_member(self.sales(), oid, member=False)

    def do_nogroup(self) -> None:
        self.lab.admin().delete_group(self.sales())

    def do_nopermission(self) -> None:
        self.lab.register(permissions=PERMISSIONS)

    # ------------------------------------------------------------------ in the PBX

    def do_set(self, mode: str) -> None:
        self.hand.save(sync_users_mode=mode, sync_users=UPN)

    def do_lock(self) -> None:
        self.hand.host.users.edit_by_hand(self.link, enabled=False)

    def do_unlock(self) -> None:
        self.hand.host.users.edit_by_hand(self.link, enabled=True)

    def do_edit(self) -> None:
        self.hand.host.users.edit_by_hand(self.link, display_name="Boss", email=None)

    def do_drop(self) -> None:
        self.hand.host.users.delete_by_hand(self.link)

    def do_hand(self) -> None:
        self.hand_made = self.hand.host.users.add_by_hand("nickname", email=ALIAS).user_id

    # ------------------------------------------------------------------ the end

    def tell(self) -> str:
        """The PBX's answer."""
        user = self.user
        if user is None:
            answer = "nobody"
        else:
            state = "on" if user.enabled else f"off {user.disabled_reason}"
            answer = f"{state}, {self.compare(user)}"
            assert user.enabled or not self.hand.host.users.rows[user.user_id].sessions
        return f"{answer} ?{self.problems[-1].reason}" if self.problems else answer

    def compare(self, user: LinkedUser) -> str:
        if user.user_id == self.hand_made:
            return "linked"
        assert self.first is not None
        if user.user_id == self.first.user_id:
            assert user.extension_number == self.first.extension_number
            return "same user"
        return "same number" if user.extension_number == self.first.extension_number else "new user"


def begin(lab: Lab, settings: dict[str, str], story: str) -> Life:
    """A directory in which she is, unless the story says otherwise, and a PBX that has settled."""
    lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All"))
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    life = Life(lab, hand)
    if story.split()[0] != FRESH:
        life.do_hire()
        if "sync_groups" in settings:
            life.do_join()
    hand.save(**settings)
    for confirm in (True, False):
        assert hand.tick(TickReason.FORCED, confirm_first_plan=confirm).status is TickStatus.DONE
    if life.she is not None:
        life.first = life.user
        assert life.first is not None
        hand.host.users.rows[life.first.user_id].sessions = 1
    return life


@pytest.mark.parametrize("story", STORIES)
def test_life_story(lab: Lab, story: str) -> None:
    settings, steps, expected = STORIES[story]
    life = begin(lab, settings, steps)
    others = {user.link.subject for user in life.hand.host.users.linked() if user.enabled}
    for step in steps.split():
        life.live(step)
    assert life.tell() == expected
    enabled = {user.link.subject for user in life.hand.host.users.linked() if user.enabled}
    changed = (others ^ enabled) - {person.id for person in lab.tenant().directory.order if person.kind == "created"}
    assert changed == set(), "what happens to her happens to nobody else"
