"""What one run would do, as a value: it can be counted, printed, approved and applied. It is spooled, not in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pbx_plugin_api import (
    Counts,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    EnableUser,
    ExtensionWish,
    FieldChange,
    LinkUser,
    PlanAction,
    PlanRow,
    Problem,
    UpdateUser,
    UserChange,
    UserLink,
)
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.texts import unpack
from portsip_m365_plugin.users.decide import Decision, Phase
from portsip_m365_plugin.users.spool import Kind, Spool, build_draft, unpack_fields, unpack_name


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One change for one person."""

    change: UserChange
    phase: Phase
    guarded: bool
    upn: str | None = None
    """Display text, for a problem line."""


class SyncPlan:
    """The plan of one run, spooled. It can be iterated more than once."""

    def __init__(self, spool: Spool, rules: MappingRules) -> None:
        self._spool, self._rules = spool, rules
        self.unchanged = 0
        self.skipped = 0

    def add(self, oid: str, decision: Decision, upn: str | None) -> None:
        """Add what was decided about one person."""
        for step in decision.steps:
            phase, detail, place = step.phase, step.detail, ""
            if phase is Phase.CREATE:
                # Who was deleted in the PBX gets their own number back, and is not linked to another user.
                if not detail["is_return"]:
                    doubt = self._spool.first("SELECT reason, detail, doubt FROM doubtful WHERE oid = ?", (oid,))
                    if doubt is not None:
                        self._spool.run("INSERT OR REPLACE INTO without_user VALUES (?, ?, ?, ?)", (oid, *doubt))
                        self._note_problem(oid, upn, *doubt[:2])
                        self.skipped += 1
                        return
                    match = self._spool.first("SELECT user_id FROM matched WHERE oid = ?", (oid,))
                    if match is not None:
                        phase, detail = Phase.LINK, {"user_id": match[0]}
                if phase is Phase.CREATE:
                    place = self._place(oid, upn)
            packed = json.dumps(detail, ensure_ascii=False, separators=(",", ":")) if detail else ""
            row = (phase, oid, packed, step.guarded, place)
            self._spool.run("INSERT OR REPLACE INTO plan VALUES (?, ?, ?, ?, 0, ?)", row)
        if decision.problem is not None:
            self._note_problem(oid, upn, *decision.problem)
        if decision.is_skip:
            self.skipped += 1
        elif not decision.steps:
            self.unchanged += 1

    def _place(self, oid: str, upn: str | None) -> str:
        """New people get their numbers in the order of their names, those with a number of their own first.

        It is said once that the directory names no number: not again while the person waits.
        """
        row = self._spool.first("SELECT fields, wish, wish_note FROM pulled WHERE oid = ?", (oid,))
        if row is None:
            return ""
        fields, wish, wish_note = row
        if wish_note and not self._spool.first("SELECT 1 FROM waiting WHERE oid = ? AND is_restored", (oid,)):
            self._note_problem(oid, upn, "no_extension_named", wish_note)
        return ("0" if wish else "1") + unpack_name(fields).casefold() if fields else ""

    def _note_problem(self, oid: str, upn: str | None, reason: str, detail: str) -> None:
        self._spool.run("INSERT INTO problem VALUES (?, ?, ?, ?)", (oid, upn, reason, detail))

    def count(self, phase: Phase) -> int:
        """Return how many people one action is planned for."""
        return self._spool.count(f"plan WHERE phase = {int(phase)}")

    @property
    def changes(self) -> int:
        """How many changes there are; 0: nothing to do."""
        return self._spool.count("plan")

    @property
    def free(self) -> int:
        """How many changes are not held back."""
        return self._spool.count("plan WHERE held = 0")

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

    def hold_removals(self) -> None:
        """Hold back the guarded changes until an admin approves them."""
        self._spool.run("UPDATE plan SET held = 1 WHERE guarded = 1")

    def hold(self, *phases: Phase) -> None:
        """Hold back whole actions, and make them part of what is approved."""
        chosen = ((int(phase),) for phase in phases)
        self._spool.run_many("UPDATE plan SET guarded = 1, held = 1 WHERE phase = ?", chosen)

    def drop_free(self) -> None:
        """Forget the changes that are not held back, after they have been applied."""
        self._spool.run("DELETE FROM plan WHERE held = 0")

    def leave_to_night(self, pairs: Iterable[tuple[str, str]], *, has_new_scope: bool, has_new_mapping: bool) -> None:
        """Forget what a look between the nights may not do, because the night asks about it.

        Args:
            pairs: Object id and action of what waits for approval already; what is approved stays.
            has_new_scope: No finished run has followed the settings for who is synced: nobody joins or leaves by them.
            has_new_mapping: The same for how fields are mapped: nobody is changed by them.
        """
        self._spool.run_many(
            "DELETE FROM plan WHERE oid = ?1 AND phase = ?2"
            " AND NOT EXISTS (SELECT 1 FROM approved WHERE approved.oid = ?1 AND approved.phase = ?2)",
            ((oid, int(Phase[word.upper()])) for oid, word in pairs),
        )
        if has_new_scope:
            self._spool.run(
                "DELETE FROM plan WHERE phase IN (?, ?) OR (phase IN (?, ?) AND json_extract(detail, '$.reason') = ?)",
                (Phase.CREATE, Phase.LINK, Phase.DISABLE, Phase.DELETE, DisableReason.OUT_OF_SCOPE.value),
            )
        if has_new_mapping:
            self._spool.run("DELETE FROM plan WHERE phase = ?", (Phase.UPDATE,))

    def count_unapproved(self, *phases: Phase) -> int:
        """Return how many changes (of these actions, or all guarded ones) an admin has not approved."""
        chosen = f"phase IN ({', '.join(str(int(phase)) for phase in phases)})" if phases else "guarded = 1"
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
        """Yield the changes that are not held back, in the order of doing."""
        rows = self._spool.rows(
            "SELECT plan.phase, plan.oid, plan.detail, plan.guarded, pulled.usernames, pulled.fields, pulled.upn,"
            " pulled.wish"
            " FROM plan LEFT JOIN pulled USING (oid) WHERE plan.held = 0 ORDER BY plan.phase, plan.place, plan.oid"
        )
        for number, oid, packed, guarded, usernames, fields, upn, wish in rows:
            phase = Phase(number)
            change = self._build(phase, oid, json.loads(packed) if packed else {}, usernames, fields, wish)
            yield PlannedChange(change=change, phase=phase, guarded=bool(guarded), upn=upn)

    def problems(self) -> Iterator[Problem]:
        """Yield people who are left out or left as they are, with the reason, and values that were lost."""
        rows = self._spool.rows(
            "SELECT oid, upn, reason, detail FROM problem"
            " UNION ALL SELECT oid, upn, 'value_lost', notes FROM pulled WHERE notes IS NOT NULL AND kind = ?",
            (int(Kind.DRAFT),),
        )
        for oid, upn, reason, detail in rows:
            yield Problem(reason=reason, subject=oid, login_name=upn, detail=unpack(detail))

    def new_people(self) -> Iterator[tuple[UserLink, ExtensionWish]]:
        """Yield who would be created, in the order of doing, with the extension that is wished for."""
        rows = self._spool.rows(
            "SELECT plan.oid, pulled.wish FROM plan LEFT JOIN pulled USING (oid) WHERE plan.phase = ?"
            " ORDER BY plan.place, plan.oid",
            (int(Phase.CREATE),),
        )
        for oid, wish in rows:
            yield UserLink(authority=self._rules.entra_tenant_id, subject=oid), self._rules.wish_for(wish)

    def rows(self, numbers: Iterator[str | None] | None = None) -> Iterator[PlanRow]:
        """Yield the plan for printing: the changes in the order of doing, then the problems.

        Args:
            numbers: The extension number of each of `new_people`, in the same order.
        """
        given = numbers if numbers is not None else iter(())
        rows = self._spool.rows(
            "SELECT plan.phase, plan.oid, plan.detail, pulled.upn, pulled.fields"
            " FROM plan LEFT JOIN pulled USING (oid) ORDER BY plan.phase, plan.place, plan.oid"
        )
        for number, oid, packed, upn, fields in rows:
            detail = json.loads(packed) if packed else {}
            changes: dict[str, list[str | None]] = detail.get("changes", {})
            yield PlanRow(
                action=PlanAction(Phase(number).word),
                subject=oid,
                display_name=unpack_name(fields) if fields else detail.get("name"),
                login_name=upn,
                changes=tuple(
                    FieldChange(field=name, before=before, after=after) for name, (before, after) in changes.items()
                ),
                extension_number=next(given, None) if number == Phase.CREATE else None,
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
        self,
        phase: Phase,
        oid: str,
        detail: dict[str, Any],
        usernames: str | None,
        fields: str | None,
        wish: str | None,
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
        draft = build_draft(link, usernames, fields, self._rules.wish_for(wish))
        if phase is Phase.LINK:
            return LinkUser(user_id=detail["user_id"], draft=draft, fields=self._rules.fields)
        if "kept" in detail:
            as_is = unpack_fields(detail["as_is"])
            draft = replace(draft, **{name: as_is[name] for name in detail["kept"]})
        if phase is Phase.UPDATE:
            return UpdateUser(draft=draft, fields=tuple(detail["fields"]))
        return CreateUser(draft=draft)
