"""What one run would do, as a value: it can be counted, printed, approved and applied, and never stands in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import (
    Counts,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    DivergenceKind,
    EnableUser,
    FieldChange,
    Host,
    LinkedUser,
    LinkUser,
    PlanAction,
    PlanRow,
    Problem,
    UpdateUser,
    UserChange,
    UserLink,
)
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.decide import Decision, Phase, decide
from portsip_m365_plugin.users.match import find_matches
from portsip_m365_plugin.users.pull import Listing
from portsip_m365_plugin.users.spool import Kind, PulledRow, Spool, build_draft, unpack_fields

__all__ = ["HostOrderError", "PlannedChange", "SyncPlan", "make_plan", "settle_absent"]

_FIND_MAX_PEOPLE: Final = 200
_DOUBT: Final = (
    "Several people, or several hand-made PBX users, share this mail address, so that none was linked and a new user"
    " was made. Make the addresses differ, or delete the user that is too many."
)


class HostOrderError(Exception):
    """The host's stream of linked users is not in the promised order: absence could not be told. A bug of the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One change for one person."""

    change: UserChange
    phase: Phase
    guarded: bool
    upn: str | None = None
    """Display text, for a problem line."""


class SyncPlan:
    """The plan of one run, spooled. Iterating it anew begins anew."""

    def __init__(self, spool: Spool, rules: MappingRules) -> None:
        self._spool, self._rules = spool, rules
        self.unchanged = 0
        self.skipped = 0

    def add(self, oid: str, decision: Decision, upn: str | None) -> None:
        """Write down what was decided about one person."""
        for step in decision.steps:
            phase, detail = step.phase, step.detail
            if phase is Phase.CREATE and not detail["is_return"]:  # who was deleted in the PBX gets their own number
                match = self._spool.first("SELECT user_id FROM matched WHERE oid = ?", (oid,))
                if match:
                    phase, detail = Phase.LINK, {"user_id": match[0]}
                elif self._spool.first("SELECT 1 FROM doubtful WHERE oid = ?", (oid,)):
                    self._note_problem(oid, upn, "ambiguous_match", _DOUBT)
            told = json.dumps(detail, ensure_ascii=False, separators=(",", ":")) if detail else ""
            self._spool.run("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?)", (phase, oid, told, step.guarded))
        if decision.problem is not None:
            self._note_problem(oid, upn, *decision.problem)
        if decision.is_skip:
            self.skipped += 1
        elif not decision.steps:
            self.unchanged += 1

    def _note_problem(self, oid: str, upn: str | None, reason: str, detail: str) -> None:
        self._spool.run("INSERT INTO problem VALUES (?, ?, ?, ?)", (oid, upn, reason, detail))

    def count(self, phase: Phase) -> int:
        """Return how many people one action is planned for."""
        return self._spool.count(f"plan WHERE phase = {int(phase)}")

    @property
    def changes(self) -> int:
        """How many changes there are; 0 means that nothing is to be done."""
        return self._spool.count("plan")

    @property
    def guarded(self) -> int:
        """How many changes an approval would be about."""
        return self._spool.count("plan WHERE guarded = 1")

    @property
    def counts(self) -> Counts:
        """People by what would be done about them."""
        return Counts(
            created=self.count(Phase.CREATE),
            updated=self.count(Phase.UPDATE),
            disabled=self.count(Phase.DISABLE),
            enabled=self.count(Phase.ENABLE),
            deleted=self.count(Phase.DELETE),
            linked=self.count(Phase.LINK),
            unchanged=self.unchanged,
            skipped=self.skipped,
        )

    def guard(self, *phases: Phase) -> None:
        """Make whole actions part of what is approved."""
        self._spool.run_many("UPDATE plan SET guarded = 1 WHERE phase = ?", ((int(phase),) for phase in phases))

    def count_unapproved(self, phase: Phase | None = None) -> int:
        """Return how many changes (of one action, or all guarded ones) are not among what an admin approved."""
        chosen = "guarded = 1" if phase is None else f"phase = {int(phase)}"
        return self._spool.count(
            f"plan WHERE {chosen} AND NOT EXISTS"  # noqa: S608 - our own text
            " (SELECT 1 FROM approved WHERE approved.oid = plan.oid AND approved.phase = plan.phase)"
        )

    def guarded_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield object id and action of every guarded change, by object id."""
        rows = self._spool.rows("SELECT oid, phase FROM plan WHERE guarded = 1 ORDER BY oid, phase")
        return ((oid, Phase(phase).word) for oid, phase in rows)

    @property
    def checksum(self) -> str:
        """SHA-256 over the guarded pairs: the same people and the same actions have the same checksum, any day."""
        digest = hashlib.sha256()
        for oid, action in self.guarded_pairs():
            digest.update(f"{oid} {action}\n".encode())
        return digest.hexdigest()

    def __iter__(self) -> Iterator[PlannedChange]:
        """Yield the changes in the order of doing."""
        rows = self._spool.rows(
            "SELECT plan.phase, plan.oid, plan.detail, plan.guarded, pulled.usernames, pulled.fields, pulled.upn"
            " FROM plan LEFT JOIN pulled USING (oid) ORDER BY plan.phase, plan.oid"
        )
        for number, oid, told, guarded, usernames, fields, upn in rows:
            phase = Phase(number)
            change = self._build(phase, oid, json.loads(told) if told else {}, usernames, fields)
            yield PlannedChange(change=change, phase=phase, guarded=bool(guarded), upn=upn)

    def problems(self) -> Iterator[Problem]:
        """Yield whoever is left out or left alone, and why, and what of somebody's values was lost."""
        rows = self._spool.rows(
            "SELECT oid, upn, reason, detail FROM problem"
            " UNION ALL SELECT oid, upn, 'value_lost', notes FROM pulled WHERE notes IS NOT NULL AND kind = ?",
            (int(Kind.DRAFT),),
        )
        for oid, upn, reason, detail in rows:
            yield Problem(reason=reason, subject=oid, login_name=upn, detail=detail)

    def rows(self) -> Iterator[PlanRow]:
        """Yield the plan for printing: the changes in the order of doing, then the problems."""
        rows = self._spool.rows(
            "SELECT plan.phase, plan.oid, plan.detail, pulled.upn, pulled.fields"
            " FROM plan LEFT JOIN pulled USING (oid) ORDER BY plan.phase, plan.oid"
        )
        for number, oid, told, upn, fields in rows:
            detail = json.loads(told) if told else {}
            changes: dict[str, list[str | None]] = detail.get("changes", {})
            yield PlanRow(
                action=PlanAction(Phase(number).word),
                subject=oid,
                display_name=unpack_fields(fields)["display_name"] if fields else detail.get("name"),
                login_name=upn,
                changes=tuple(
                    FieldChange(field=name, before=before, after=after) for name, (before, after) in changes.items()
                ),
                reason=detail.get("reason"),
            )
        for problem in self.problems():
            yield PlanRow(
                action=PlanAction.PROBLEM,
                subject=problem.subject,
                login_name=problem.login_name,
                reason=problem.reason,
                detail=problem.detail,
            )

    def _build(
        self, phase: Phase, oid: str, detail: dict[str, Any], usernames: str | None, fields: str | None
    ) -> UserChange:
        link = UserLink(authority=self._rules.entra_tenant_id, subject=oid)
        if phase in (Phase.FORGET, Phase.DELETE):
            return DeleteUser(link=link)
        if phase is Phase.DISABLE:
            return DisableUser(link=link, reason=DisableReason(detail["reason"]))
        if phase is Phase.ENABLE:
            return EnableUser(link=link)
        if usernames is None or fields is None:
            raise AssertionError(f"a plan to {phase.word} {oid} without a draft")
        draft = build_draft(link, usernames, fields, self._rules.extension)
        if phase is Phase.LINK:
            return LinkUser(user_id=detail["user_id"], draft=draft)
        if phase is Phase.UPDATE:
            return UpdateUser(draft=draft, fields=tuple(detail["fields"]))
        return CreateUser(draft=draft)


def make_plan(host: Host, spool: Spool, rules: MappingRules, listing: Listing, now_utc: datetime) -> SyncPlan:
    """Compare what was pulled with what the PBX has.

    Somebody linked and not pulled is absent only if the listing proves it. Where something would follow from that they
    are written into the table `absent`, and decided about by `settle_absent` once they have been asked for by id.

    Raises:
        HostOrderError: The host broke its promise about the order of linked users.
    """
    plan = SyncPlan(spool, rules)
    find_matches(host, spool, is_full=listing.is_full)
    diverged = spool.count("diverged") > 0
    for oid, row, linked in _pair_up(host, spool, rules, is_full=listing.is_full):
        if row is None and not listing.proves_absence:
            plan.unchanged += 1
            continue
        decision = decide(row, linked, _divergence(spool, oid) if diverged else None, now_utc)
        if row is None and decision.steps:
            spool.run("INSERT INTO absent VALUES (?)", (oid,))
        else:
            plan.add(oid, decision, row.upn if row else None)
    if listing.proves_absence and diverged:
        # Deleted here and absent there: dead on both sides.
        spool.run(
            "INSERT OR IGNORE INTO absent SELECT oid FROM diverged"
            " WHERE kind = 'deleted' AND oid NOT IN (SELECT oid FROM pulled)"
        )
    return plan


def settle_absent(host: Host, spool: Spool, rules: MappingRules, plan: SyncPlan, now_utc: datetime) -> None:
    """Decide about those who were absent from the listing, with what reading them by id has brought."""
    for (oid,) in spool.rows("SELECT oid FROM absent ORDER BY oid"):
        row = spool.find_pulled(oid)
        linked = host.users.find(UserLink(authority=rules.entra_tenant_id, subject=oid))
        plan.add(oid, decide(row, linked, _divergence(spool, oid), now_utc), row.upn if row else None)


def _divergence(spool: Spool, oid: str) -> DivergenceKind | None:
    found = spool.first("SELECT kind FROM diverged WHERE oid = ?", (oid,))
    return DivergenceKind(found[0]) if found else None


def _pair_up(
    host: Host, spool: Spool, rules: MappingRules, *, is_full: bool
) -> Iterator[tuple[str, PulledRow | None, LinkedUser | None]]:
    """Yield everybody pulled with their linked user; after a full listing also the linked who were not pulled."""
    if not is_full and spool.count("pulled") <= _FIND_MAX_PEOPLE:
        for row in spool.pulled():
            link = UserLink(authority=rules.entra_tenant_id, subject=row.oid)
            yield row.oid, row, host.users.find(link)
        return
    linked_users = _in_order(host, rules)
    linked = next(linked_users, None)
    for row in spool.pulled():
        while linked is not None and linked.link.subject < row.oid:
            if is_full:
                yield linked.link.subject, None, linked
            linked = next(linked_users, None)
        if linked is not None and linked.link.subject == row.oid:
            yield row.oid, row, linked
            linked = next(linked_users, None)
        else:
            yield row.oid, row, None
    while is_full and linked is not None:
        yield linked.link.subject, None, linked
        linked = next(linked_users, None)


def _in_order(host: Host, rules: MappingRules) -> Iterator[LinkedUser]:
    """Yield the linked users of this directory, and check the order the merge depends on."""
    before = ""
    for linked in host.users.linked():
        if linked.link.authority != rules.entra_tenant_id:
            continue
        oid = linked.link.subject
        if oid <= before:
            raise HostOrderError(f"linked users are not ordered by object id: {oid} came after {before}")
        before = oid
        yield linked
