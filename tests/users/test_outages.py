"""Seeded outages: whatever Microsoft answers while it is ill, nobody is disabled or removed who has not left.

Each seed makes a directory, policies and filters, lets a few people really leave, join and change, and then runs
nights, full resyncs, looks between the nights and photos under faults. 100 seeds here, 1,000 with
`pytest -m long tests/users/test_outages.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from pbx_plugin_api import TickStatus
from portsip_m365_plugin.config.guard import GuardConfig
from portsip_m365_plugin.config.leavers import LeaverPolicy, LeaversConfig
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.scope import ScopeConfig, WhichGroups
from portsip_m365_plugin.photos.run import run_photo_sync
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.sync_realm import SyncLab

PERMISSIONS = ("User.Read.All", "GroupMember.Read.All")
LISTING, DELTA, GROUP = r"GET /v1.0/users\?", "users/delta", "transitiveMembers"
NEVER_ASK = GuardConfig(removed_percent=100, removed_at_once=1_000_000, changed_percent=100)
"""So that the guard cannot hide a wrong removal."""


class Outage:
    """One directory under faults."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        pick = self.random.choice
        self.lab = SyncLab(
            users=pick([8, 60]), seed=seed % 7, cloud=pick(["GLOBAL", "CHINA"]), permissions=PERMISSIONS,
            photo_share=0.5, limits=NEVER_ASK,
            leavers=LeaversConfig(
                disabled_policy=pick(list(LeaverPolicy)), disabled_delete_after_days=pick([0, 1, 30]),
                deleted_policy=pick(list(LeaverPolicy)), deleted_delete_after_days=pick([0, 1, 30]),
                out_of_scope_policy=pick(list(LeaverPolicy)), out_of_scope_delete_after_days=pick([0, 1, 30]),
            ),
        )  # fmt: skip
        groups = [group for group in self.lab.microsoft.directory.groups.values() if len(group.members) > 2]
        if groups and self.random.random() < 0.5:
            chosen = Listed(name="A group", entra_object_id=pick(groups).id)
            self.lab.scope = ScopeConfig(which_groups=WhichGroups.ONLY, groups=NameList.of([chosen]))
        self.lab.realm.settings.max_page = pick([None, 5, 20])
        self.left: set[str] = set()
        self.lab.settle()

    # ------------------------------------------------------------------ what really happens

    def live_on(self) -> None:
        """A few people leave, come back, join and change."""
        if self.staying() and self.random.random() < 0.5:
            person = self.random.choice(self.staying())
            self.left.add(person.id)
            leave: Callable[[], None] = self.random.choice(
                [
                    lambda: self.lab.soft_delete(person),
                    lambda: self.lab.microsoft.directory.hard_delete(person),
                    lambda: self.lab.patch(person, accountEnabled=False),
                ]
            )
            leave()
        if self.staying() and self.random.random() < 0.5:
            self.lab.patch(self.random.choice(self.staying()), department=f"Team {self.random.random()}")
        if self.random.random() < 0.3:
            self.lab.hire(f"new{len(self.lab.microsoft.directory.order)}@contoso.example", accountEnabled=True)

    def staying(self) -> list[Person]:
        return [person for person in self.lab.people() if person.id not in self.left]

    def enabled(self) -> set[str]:
        return {user.link.subject for user in self.lab.host.users.linked() if user.enabled}

    # ------------------------------------------------------------------ what Microsoft seems to say

    def fall_ill(self) -> None:
        """One outage out of many, somewhere in the run to come."""
        self.random.choice(
            [
                self.say_nothing,
                self.say_half,
                self.fail,
                self.break_the_wire,
                self.lose_the_group,
                self.revoke,
                self.storm,
            ]
        )()

    def add(self, kind: str, match: str, **more: Any) -> None:
        skip, times = self.random.choice([0, 0, 1, 2]), self.random.choice([1, 2, 5, None])
        self.lab.realm.faults.add(Fault(kind, match=match, **{"skip": skip, "times": times, **more}))

    def where(self) -> str:
        return self.random.choice([LISTING, DELTA, GROUP, "users", "skiptoken", "batch", "."])

    def say_nothing(self) -> None:
        self.add("replace", self.where(), body=self.random.choice(['{"value": []}', "{}", "", '{"value": null}']))

    def say_half(self) -> None:
        """A list that ends too early, and looks whole."""
        synced = [person for person in self.staying() if person.id in self.enabled()]  # members, where there is a group
        shown = self.random.sample(synced, min(2, len(synced)))
        people = [{"id": person.id, **person.props} for person in shown]
        self.add("replace", self.random.choice([LISTING, GROUP]), body=json.dumps({"value": people}), times=1)

    def fail(self) -> None:
        self.add("status", self.where(), status=self.random.choice([500, 503, 504, 429, 403, 401, 410]))

    def break_the_wire(self) -> None:
        kind = self.random.choice(["truncate", "reset_before", "reset_during", "empty_page", "duplicates"])
        self.add(kind, self.where(), times=self.random.choice([1, 2, 5]))

    def lose_the_group(self) -> None:
        self.add("status", GROUP, status=self.random.choice([403, 404, 503]), times=None)

    def revoke(self) -> None:
        """Consent is taken away in the middle of a run."""
        at, asked = self.random.randint(1, 4), iter(range(1, 10_000))

        def meanwhile() -> None:
            if next(asked) == at:
                self.lab.tokens.permissions = self.random.choice([(), ("GroupMember.Read.All",)])
                self.lab.tokens.held = ""

        self.lab.wire.before_each = meanwhile

    def storm(self) -> None:
        self.add("status", "photo", status=404, times=None, code=self.random.choice(["", "ImageNotFound", "Strange"]))

    def recover(self) -> None:
        self.lab.realm.faults.clear()
        self.lab.wire.before_each = None
        self.lab.tokens.permissions = PERMISSIONS
        self.lab.tokens.held = ""

    # ------------------------------------------------------------------ runs

    def run(self) -> None:
        kind = self.random.choice(["night", "night", "full", "between"])
        self.lab.pass_days(self.random.choice([0.01, 1, 1, 7.5]))
        self.lab.run(full=kind == "full", between_nights=kind == "between")
        if self.random.random() < 0.3:
            lab = self.lab
            run_photo_sync(lab.host, lab.tenant, lab.tick(), lab.client(), lab.microsoft.id)


def suffer(seed: int) -> None:
    """Let one directory go through five bad days, and then a good one."""
    outage = Outage(seed)
    had = outage.enabled()
    for _ in range(5):
        outage.live_on()
        outage.fall_ill()
        outage.run()
        lost = had - outage.enabled() - outage.left
        assert not lost, f"seed {seed}: {lost} lost their telephone"
        had = outage.enabled()
        if outage.random.random() < 0.5:
            outage.recover()
    outage.recover()
    outage.lab.pass_days(1)  # so that no Retry-After is left
    report = outage.lab.run(full=True)
    assert report.status is TickStatus.DONE, (seed, report)
    assert not had - outage.enabled() - outage.left, f"seed {seed}"
    if not outage.lab.scope.has_groups:
        staying = {person.id for person in outage.staying()}
        assert staying <= outage.enabled(), f"seed {seed}: after the outage everybody has a telephone"


@pytest.mark.parametrize("seed", range(100))
def test_nobody_loses_a_telephone_in_an_outage(seed: int) -> None:
    suffer(seed)


@pytest.mark.long
def test_nobody_loses_a_telephone_in_a_thousand_outages() -> None:
    for seed in range(100, 1000):
        suffer(seed)


def test_the_places_of_the_faults_exist() -> None:
    """A pattern that matches nothing would make every run a quiet one."""
    outage = Outage(1)
    group = next(iter(outage.lab.microsoft.directory.groups.values()))
    listed = NameList.of([Listed(name="A group", entra_object_id=group.id)])
    outage.lab.scope = ScopeConfig(which_groups=WhichGroups.ONLY, groups=listed)
    outage.lab.realm.journal.reset()
    for full in (False, True, False):
        outage.lab.run(full=full)
    lab = outage.lab
    run_photo_sync(lab.host, lab.tenant, lab.tick(), lab.client(), lab.microsoft.id)
    lines = [f"{entry.method} {entry.target}" for entry in lab.realm.journal.entries()]
    for pattern in (LISTING, DELTA, GROUP, "batch"):
        assert any(re.search(pattern, line) for line in lines), pattern
