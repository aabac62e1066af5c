"""Any order of events on both sides and on the wire: in the end the PBX shows what the directory says.

Graph client, simulator and sync are the real ones; only the sockets between them are left out
(`tests.support.sync_realm`), and the PBX is the contract's fake host.
200 examples here, 2,000 with `pytest -m long tests/users/test_sync_machine.py`.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pbx_plugin_api import DeleteUser, DisableReason, DisableUser, DraftUser, TickReport, TickStatus, UserLink
from pbx_plugin_api.testing.user_rows import ADMIN_ROLE
from portsip_m365_plugin.mapping.users import map_user
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.users.waiting import count_waiting
from tests.support.sync_realm import SyncLab

PICK = st.integers(0, 5)
"""Few, so that the same people are met again and again."""
TEXTS = st.sampled_from(["Ann", "Bob", "王", "אבי", "🐙", "x" * 200, "", None])
MAILS = st.sampled_from(["info@contoso.example", "a@contoso.example", "b@contoso.example", None])
LICENCE = [{"skuId": "x", "disabledPlans": []}]
CHANGES = st.one_of(
    st.fixed_dictionaries({"displayName": TEXTS}),
    st.fixed_dictionaries({"givenName": TEXTS, "surname": TEXTS}),
    st.fixed_dictionaries({"department": TEXTS}),
    st.fixed_dictionaries({"mail": MAILS}),
    st.fixed_dictionaries({"mobilePhone": st.sampled_from(["+1 412 555 0109", "nine", "", None])}),
    st.fixed_dictionaries({"businessPhones": st.sampled_from([[], ["020 7946 0018"], ["1"]])}),
    st.fixed_dictionaries({"accountEnabled": st.booleans()}),
    st.fixed_dictionaries({"assignedLicenses": st.sampled_from([[], LICENCE]), "assignedPlans": st.just([])}),
    st.fixed_dictionaries({"userType": st.sampled_from(["Member", "Guest"])}),
)
FAULTS = st.one_of(
    st.builds(
        Fault,
        st.just("status"),
        status=st.sampled_from([429, 503, 504, 500]),
        retry_after=st.sampled_from([None, "1", "7", "date:3", "2000"]),
        skip=st.integers(0, 3),
        times=st.sampled_from([1, 2, 3, 10]),
    ),
    st.builds(
        Fault,
        st.sampled_from(["truncate", "reset_before", "reset_lost", "reset_during", "empty_page", "duplicates"]),
        skip=st.integers(0, 3),
        times=st.sampled_from([1, 2, 6]),
    ),
    st.builds(
        Fault,
        st.just("replace"),
        body=st.sampled_from(["<html>", "", "{}", '{"value": null}', "[]"]),
        content_type=st.sampled_from(["text/html", "application/json"]),
        skip=st.integers(0, 2),
        times=st.sampled_from([1, 5]),
    ),
)


class SyncMachine(RuleBasedStateMachine):
    """Microsoft, the PBX and the network do as they please; the sync runs now and then."""

    @initialize(
        page=st.sampled_from([None, 2, 5]),
        replays=st.sampled_from([0, 3, 50]),
        form=st.booleans(),
        is_settled=st.booleans(),
    )
    def begin(self, page: int | None, replays: int, form: bool, is_settled: bool) -> None:
        self.lab = SyncLab(users=8)
        cloud = self.lab.realm.settings
        cloud.max_page, cloud.delta_page, cloud.delta_replays = page, page or 200, replays
        cloud.expired_token_form = "gone" if form else "too_old"
        self.hired = 0
        self.locked: set[str] = set()
        self.cuts: list[Fault] = []
        self.number_of: dict[str, tuple[str, datetime]] = {}
        if is_settled:
            self.lab.settle()

    # ------------------------------------------------------------------ Microsoft's side

    def person(self, pick: int, *, listed: bool = True) -> Person | None:
        people = [
            person for person in self.lab.microsoft.directory.order if person.listed == listed and not person.gone
        ]
        return people[pick % len(people)] if people else None

    @rule(changes=CHANGES)
    def hire(self, changes: dict[str, Any]) -> None:
        if self.person(0) is not None:
            self.hired += 1
            oid = f"{(self.hired * 7919) % 65536:08x}-0000-4000-8000-{self.hired:012x}"
            self.lab.hire(f"new{self.hired % 3}@contoso.example", oid=oid, **changes)

    @rule(pick=PICK, changes=CHANGES)
    def change(self, pick: int, changes: dict[str, Any]) -> None:
        person = self.person(pick)
        if person is not None:
            self.lab.patch(person, **changes)

    @rule(one=PICK, two=PICK)
    def swap_names(self, one: int, two: int) -> None:
        a, b = self.person(one), self.person(two)
        if a is not None and b is not None:
            upns = a.props["userPrincipalName"], b.props["userPrincipalName"]
            self.lab.patch(a, userPrincipalName=upns[1])
            self.lab.patch(b, userPrincipalName=upns[0])

    @rule(pick=PICK)
    def soft_delete(self, pick: int) -> None:
        person = self.person(pick)
        if person is not None and len(self.lab.people()) > 3:
            self.lab.soft_delete(person)

    @rule(pick=PICK)
    def restore(self, pick: int) -> None:
        person = self.person(pick, listed=False)
        if person is not None:
            self.lab.microsoft.directory.restore(person)

    @rule(pick=PICK, listed=st.booleans())
    def hard_delete(self, pick: int, listed: bool) -> None:
        person = self.person(pick, listed=listed)
        if person is not None and len(self.lab.people()) > 3:
            self.lab.microsoft.directory.hard_delete(person)

    @rule(pick=PICK)
    def replay(self, pick: int) -> None:
        person = self.person(pick)
        if person is not None:
            self.lab.microsoft.directory.touch(person)

    @rule()
    def lose_the_token(self) -> None:
        self.lab.microsoft.delta_generation += 1

    @rule(days=st.sampled_from([0.1, 1, 6.5, 8, 31]))
    def pass_days(self, days: float) -> None:
        self.lab.pass_days(days)

    # ------------------------------------------------------------------ the wire

    @rule(fault=FAULTS)
    def break_something(self, fault: Fault) -> None:
        fault.hits = fault._seen = 0  # hypothesis may hand out one object twice
        self.lab.realm.faults.add(fault)

    @rule(pick=PICK)
    def cut_a_listing_short(self, pick: int) -> None:
        person = self.person(pick)
        if person is not None:
            body = json.dumps({"value": [_as_graph_sends(person)]})
            self.cuts.append(self.lab.realm.faults.add(Fault("replace", match=r"GET /v1.0/users\?", body=body)))

    @rule()
    def mend_everything(self) -> None:
        self.lab.realm.faults.clear()

    @rule(empty=st.sampled_from([0, 2, 3]), duplicate=st.sampled_from([0, 1, 2]))
    def change_habits(self, empty: int, duplicate: int) -> None:
        self.lab.realm.settings.empty_page_every, self.lab.realm.settings.duplicate_every = empty, duplicate

    # ------------------------------------------------------------------ the PBX's side

    def linked(self, pick: int) -> UserLink | None:
        links = [user.link for user in self.lab.host.users.linked()]
        return links[pick % len(links)] if links else None

    @rule(pick=PICK, values=st.sampled_from([{"display_name": "Boss"}, {"email": None}, {"work_phone": "1"}]))
    def edit_by_hand(self, pick: int, values: dict[str, Any]) -> None:
        link = self.linked(pick)
        if link is not None:
            self.lab.host.users.edit_by_hand(link, **values)

    @rule(pick=PICK, on=st.booleans())
    def switch_by_hand(self, pick: int, on: bool) -> None:
        link = self.linked(pick)
        if link is not None:
            self.lab.host.users.edit_by_hand(link, enabled=on)
            (self.locked.discard if on else self.locked.add)(link.subject)

    @rule(pick=PICK)
    def enable_somebody_disabled(self, pick: int) -> None:
        links = [user.link for user in self.lab.host.users.linked() if not user.enabled]
        if links:
            link = links[pick % len(links)]
            self.lab.host.users.edit_by_hand(link, enabled=True)
            self.locked.discard(link.subject)

    @rule(pick=PICK)
    def delete_by_hand(self, pick: int) -> None:
        link = self.linked(pick)
        if link is not None:
            self.lab.host.users.delete_by_hand(link)
            self.locked.discard(link.subject)

    @rule(mail=MAILS)
    def add_by_hand(self, mail: str | None) -> None:
        self.lab.host.users.add_by_hand(f"hand{len(self.lab.host.users.rows)}-{self.lab.runs}-{self.hired}", email=mail)

    @rule(room=st.sampled_from([None, 0, 1]))
    def limit_users(self, room: int | None) -> None:
        rows = self.lab.host.users.rows
        self.lab.host.users.user_limit = None if room is None else len(rows) + room

    # ------------------------------------------------------------------ runs

    @rule(confirm=st.booleans(), full=st.sampled_from([False, False, True]), approve=st.booleans())
    def run(self, confirm: bool, full: bool, approve: bool) -> None:
        self.go(confirm=confirm, full=full, approve=approve)

    @rule(asks=st.integers(0, 8))
    def run_and_stop(self, asks: int) -> None:
        progress = self.lab.host.progress
        progress.asks, progress.stop_after_asks = 0, asks
        try:
            self.go(confirm=True, full=False, approve=True)
        finally:
            progress.stop_after_asks = None

    @precondition(lambda self: self.lab.microsoft.directory.replication_lag_s == 0)
    @rule(pick=PICK, changes=CHANGES, leave=st.sampled_from(["change", "delete", "restore"]), full=st.booleans())
    def run_while_a_change_is_not_replicated_yet(
        self, pick: int, changes: dict[str, Any], leave: str, full: bool
    ) -> None:
        directory = self.lab.microsoft.directory
        directory.replication_lag_s = 1e9
        person = self.person(pick, listed=leave != "restore")
        if person is not None:
            if leave == "restore":
                directory.restore(person)
            elif leave == "delete" and len(self.lab.people()) > 3:
                self.lab.soft_delete(person)
            else:
                self.lab.patch(person, **changes)
        self.go(confirm=True, full=full, approve=True)
        directory.replication_lag_s = 0
        directory._stale.clear()  # by the next run it has arrived everywhere

    @rule(pick=PICK, changes=CHANGES, at=st.integers(1, 5), leaves=st.booleans(), full=st.booleans())
    def run_while_somebody_changes(self, pick: int, changes: dict[str, Any], at: int, leaves: bool, full: bool) -> None:
        asked = count(1)

        def meanwhile() -> None:
            person = self.person(pick)
            if next(asked) == at and person is not None:
                if leaves and len(self.lab.people()) > 3:
                    self.lab.soft_delete(person)
                else:
                    self.lab.patch(person, **changes)

        self.lab.wire.before_each = meanwhile
        try:
            self.go(confirm=True, full=full, approve=False)
        finally:
            self.lab.wire.before_each = None

    def go(self, *, confirm: bool, full: bool, approve: bool) -> TickReport:
        report = self.lab.run(confirm=confirm, full=full)
        if report.status is TickStatus.FAILED:
            assert self.lab.host.users.applied == [], report
        if report.status is TickStatus.NEEDS_APPROVAL and approve:
            self.lab.approve(report)
            report = self.lab.run(full=full)
        self.look_at_numbers()
        return report

    def look_at_numbers(self) -> None:
        """No number twice; and nobody who is back within the rest has another one."""
        rows = list(self.lab.host.users.rows.values())
        assert len({row.extension_number for row in rows}) == len(rows)
        now = self.lab.host.clock.now_utc()
        for user in self.lab.host.users.linked():
            oid = user.link.subject
            if oid in self.number_of:
                number, seen = self.number_of[oid]
                assert user.extension_number == number or now - seen > timedelta(days=29), oid
            self.number_of[oid] = (user.extension_number, now)

    # ------------------------------------------------------------------ the end

    def teardown(self) -> None:
        if not hasattr(self, "lab"):
            return
        self.mend_everything()
        self.lab.host.users.user_limit = None
        # Whom a listing hid that looked whole, only another one brings in.
        is_uncertain = any(cut.hits for cut in self.cuts) or bool(count_waiting(self.lab.host))
        report = self.go(confirm=True, full=is_uncertain, approve=True)
        assert report.status is TickStatus.DONE, report
        self.compare()
        for _ in range(3):
            report = self.go(confirm=False, full=False, approve=True)
            assert report.status is TickStatus.DONE, report
            self.compare()
            late = [
                change
                for change in self.lab.host.users.applied
                # A person locked by an admin is disabled again and again: only the host knows what it heard before.
                if not (isinstance(change, DisableUser) and change.link.subject in self.locked)
            ]
            if not late:
                return
            # A replay may still tell that somebody, missed in a listing meanwhile, is gone for good.
            assert all(isinstance(change, DeleteUser) for change in late), late
        raise AssertionError("the sync does not come to rest")

    def is_in_doubt(self, person: Person) -> bool:
        """Whether somebody made by hand could be this person, and it is not certain."""
        linked = {user.user_id for user in self.lab.host.users.linked()}
        by_hand = [row for row in self.lab.host.users.rows.values() if row.email and row.user_id not in linked]
        same = [row for row in by_hand if row.email.casefold() in addresses_of(person)]
        others = [one for one in self.lab.microsoft.directory.order if one.listed and one.id != person.id]
        is_shared = any(row.email.casefold() in addresses_of(one) for one in others for row in same)
        return len(same) > 1 or (bool(same) and is_shared) or any(row.role == ADMIN_ROLE for row in same)

    def compare(self) -> None:
        """The PBX equals the directory."""
        left = {user.link.subject: user for user in self.lab.host.users.linked()}
        unmended = {divergence.link.subject for divergence in self.lab.host.users.diverged()}
        for person in self.lab.microsoft.directory.order:
            user = left.pop(person.id, None)
            by_admin = user is not None and user.disabled_reason is DisableReason.BY_ADMIN
            assert by_admin == (user is not None and person.id in self.locked), (person, user)
            if not person.listed:
                assert user is None or by_admin or user.disabled_reason is DisableReason.DEPARTED, (person, user)
                continue
            assert person.id not in unmended, (person, user)
            wanted = map_user(_as_graph_sends(person), self.lab.rules)
            draft = wanted if isinstance(wanted, DraftUser) else wanted.draft
            assert draft is not None
            if isinstance(wanted, DraftUser):
                assert user is not None or self.is_in_doubt(person), person
                assert user is None or user.enabled or by_admin, (person, user)
            elif user is not None and wanted.reason != "no_name":
                scope = DisableReason.OUT_OF_SCOPE
                reason = DisableReason.ACCOUNT_DISABLED if wanted.reason == "account_disabled" else scope
                assert by_admin or user.disabled_reason is reason, (person, user)
            if user is not None:
                shown = (user.display_name, user.email, user.mobile_phone, user.work_phone, user.department)
                assert shown == (
                    draft.display_name, draft.email, draft.mobile_phone, draft.work_phone, draft.department,
                ), (person, user)  # fmt: skip
        assert left == {}, "nobody else is linked"


def addresses_of(person: Person) -> set[str]:
    proxies = [proxy.partition(":")[2] for proxy in person.props.get("proxyAddresses") or ()]
    return {text.casefold() for text in (person.props["mail"], person.props["userPrincipalName"], *proxies) if text}


def _as_graph_sends(person: Person) -> dict[str, Any]:
    return {**person.props, "id": person.id}


CI = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class TestSyncMachine(SyncMachine.TestCase):  # type: ignore[misc,name-defined]
    settings = CI


@pytest.mark.long
class TestSyncMachineLong(SyncMachine.TestCase):  # type: ignore[misc,name-defined]
    settings = settings(CI, max_examples=2_000, stateful_step_count=60)
