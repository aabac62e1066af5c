"""What to do about one person: a pure function of what was pulled and what the PBX has.

- In scope: create them; update the fields that differ; enable them if the sync (never an admin) had disabled them.
- Account disabled, gone, or out of the rules' scope: the policy for that decides (`config.leavers`). Keep: leave them
  enabled. Disable: disable them, keep the number, keep the fields up to date. Delete: the same at once, and delete them
  when they have been disabled for that reason for so many days.
- A user whom an administrator of the PBX has locked is never deleted.
- Not understood, or suddenly without a name: leave them as they are, and report a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from pbx_plugin_api import SYNCED_FIELDS, DisableReason, DivergenceKind, LinkedUser, Phone
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.users.spool import Kind, PulledRow, pack_fields, unpack_fields

OUR_REASONS: Final = (DisableReason.ACCOUNT_DISABLED, DisableReason.DEPARTED, DisableReason.OUT_OF_SCOPE)
"""The reasons for which the sync disables a user, and may enable one again."""


class Phase(IntEnum):
    """What to do, in this order: people leave first, so that licences and names are free for new people."""

    FORGET = 0
    """Drop a link that is dead on both sides. Nobody loses anything."""
    DELETE = 1
    DISABLE = 2
    LINK = 3
    UPDATE = 4
    ENABLE = 5
    CREATE = 6

    @property
    def word(self) -> str:
        """The action's name in rows, checksums and reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do for one person."""

    phase: Phase
    detail: Mapping[str, Any] = field(default_factory=dict)
    guarded: bool = False
    """Whether somebody loses their telephone."""


@dataclass(frozen=True, slots=True)
class Decision:
    """All that is to do for one person; no steps if everything is as it should be."""

    steps: tuple[Step, ...] = ()
    problem: tuple[str, str] | None = None
    """Reason and detail, if the person is left out or left as they are."""
    is_skip: bool = False
    """The person exists at Microsoft, has no user here and gets none."""


def decide(
    row: PulledRow | None,
    linked: LinkedUser | None,
    divergence: DivergenceKind | None,
    now_utc: datetime,
    leavers: LeaversConfig,
    synced_fields: tuple[str, ...] = SYNCED_FIELDS,
) -> Decision:
    """Decide about one person.

    Args:
        row: What was pulled; None means certainly absent from a complete listing.
        linked: What the PBX has.
        divergence: Whether the PBX changed the user by itself since the last apply.
        now_utc: For the days until a leaver is deleted.
        leavers: The policies.
        synced_fields: Those of `SYNCED_FIELDS` that come from Microsoft.
    """
    if linked is None:
        return _decide_unlinked(row, divergence)
    leaver = _Leaver(linked, is_edited=divergence is DivergenceKind.EDITED, now_utc=now_utc, leavers=leavers)
    if row is None or row.kind in (Kind.REMOVED, Kind.DELETED):
        return Decision(leaver.leave(DisableReason.DEPARTED, fields=None))
    if row.kind == Kind.INVALID:
        return Decision(problem=(row.reason or "invalid", row.detail or ""))
    edited = divergence is DivergenceKind.EDITED
    steps = _correct_fields(row.fields, linked, synced_fields, restamp=edited) if row.fields else ()
    if row.kind == Kind.DRAFT:
        if linked.enabled:
            # Enabling an enabled user after an edit: the PBX then knows that this is what was meant.
            return Decision((*steps, Step(Phase.ENABLE))) if edited else Decision(steps)
        return Decision((*steps, Step(Phase.ENABLE))) if linked.disabled_reason in OUR_REASONS else Decision(steps)
    if row.reason == "no_name":
        # Somebody cleared the names by mistake: no reason to silence a telephone. But no days may run.
        if linked.disabled_reason is DisableReason.DEPARTED:
            steps = (_disable(linked, DisableReason.OUT_OF_SCOPE), *steps)
        return Decision(steps, problem=(row.reason, row.detail or ""))
    wanted = DisableReason.ACCOUNT_DISABLED if row.reason == "account_disabled" else DisableReason.OUT_OF_SCOPE
    left = leaver.leave(wanted, fields=steps)
    if wanted is DisableReason.OUT_OF_SCOPE and any(step.phase is Phase.DISABLE for step in left):
        return Decision(left, problem=(row.reason or "", row.detail or ""))  # there are several: report which
    return Decision(left)


def _decide_unlinked(row: PulledRow | None, divergence: DivergenceKind | None) -> Decision:
    dead = (Step(Phase.FORGET),) if divergence is DivergenceKind.DELETED else ()
    if row is None or row.kind in (Kind.REMOVED, Kind.DELETED):
        return Decision(dead)
    if row.kind == Kind.DRAFT:
        return Decision((Step(Phase.CREATE, {"is_return": divergence is DivergenceKind.DELETED}),))
    if row.kind == Kind.INVALID:
        return Decision(problem=(row.reason or "invalid", row.detail or ""), is_skip=True)
    return Decision(dead, problem=(row.reason or "", row.detail or ""), is_skip=True)


@dataclass(frozen=True, slots=True)
class _Leaver:
    """A user whose person has left, in whatever way."""

    linked: LinkedUser
    is_edited: bool
    now_utc: datetime
    leavers: LeaversConfig

    def leave(self, reason: DisableReason, fields: tuple[Step, ...] | None) -> tuple[Step, ...]:
        """Return what to do.

        Args:
            reason: The way of leaving.
            fields: Corrections of the fields; None where the account is gone, so that nothing is known.
        """
        linked, rule = self.linked, self.leavers.rule(reason)
        if linked.enabled and rule.is_keep:
            # As after an edit in `decide`: the PBX knows that this user is meant to be enabled.
            return (*(fields or ()), *((Step(Phase.ENABLE),) if self.is_edited else ()))
        if linked.enabled or linked.disabled_reason is not reason or (self.is_edited and fields is not None):
            if rule.is_keep and linked.disabled_reason is DisableReason.BY_ADMIN:
                return fields or ()
            # Also if an admin has locked the user: the lock stays, and the PBX knows that unlocking contradicts
            # Microsoft. A user who was disabled for another reason is disabled for this one: the days begin again.
            return (_disable(linked, reason), *(fields or ()))
        if rule.is_over(linked.disabled_at_utc, self.now_utc):
            detail = {"reason": reason.value, "name": linked.display_name}
            return (Step(Phase.DELETE, detail, guarded=True),)
        return fields or ()


def _disable(linked: LinkedUser, reason: DisableReason) -> Step:
    detail = {"reason": reason.value, "name": linked.display_name}
    return Step(Phase.DISABLE, detail, guarded=linked.enabled)


def _correct_fields(
    packed: str, linked: LinkedUser, synced_fields: tuple[str, ...], *, restamp: bool
) -> tuple[Step, ...]:
    changes: dict[str, list[str | None]] = {}
    if packed != pack_fields(linked):
        before = {name: getattr(linked, name) for name in SYNCED_FIELDS}
        wanted = unpack_fields(packed)
        changes = {
            name: [_show(before[name]), _show(wanted[name])] for name in synced_fields if before[name] != wanted[name]
        }
    if not changes and not restamp:
        return ()
    # After an edit in the PBX all fields are written, so that the PBX knows again what was applied.
    fields = SYNCED_FIELDS if restamp else tuple(changes)
    detail: dict[str, Any] = {"fields": fields, "changes": changes}
    kept = [name for name in fields if name not in synced_fields]
    if kept:  # these are written as the PBX has them
        detail |= {"kept": kept, "as_is": pack_fields(linked)}
    return (Step(Phase.UPDATE, detail),)


def _show(value: str | Phone | None) -> str | None:
    return value.raw if isinstance(value, Phone) else value
