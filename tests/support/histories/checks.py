"""What must hold for every history. Pure functions: each yields a sentence for everything that is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from tests.support.histories.events import TEST, History, Row
from tests.support.histories.life import Lives, count_beats

WRITTEN_BY_RUNS = ("users", "links", "numbers", "contacts", "contact_sources", "contact_numbers")
"""In a schedule nobody but a run writes these."""

_ANOTHER_DAY_S = 8 * 3600.0

Check = Callable[[History], Iterator[str]]


def find_differences(history: History) -> Iterator[str]:
    """Yield where the PBX is not as Microsoft is."""
    for tenant_id, wanted in history.microsoft.items():
        found = history.pbx.get(tenant_id, {})
        for key in sorted(wanted.keys() | found.keys()):
            if wanted.get(key) != found.get(key):
                yield f"{tenant_id}: {key} is {found.get(key)!r} in the PBX, and {wanted.get(key)!r} at Microsoft"


def find_numbers_given_twice(history: History) -> Iterator[str]:
    """Yield each extension number that two people had, at one time or one after the other."""
    people: dict[str, str] = {}
    for row in history.of("links"):
        people[row.get("user_id")] = f"{row.get('authority')} {row.get('subject')}"
    given: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in history.of("users"):
        if row.new is not None:
            user_id = row.new["id"]
            given[row.new["tenant_id"], row.new["extension_number"]].add(people.get(user_id, user_id))
    for (tenant_id, number), owners in sorted(given.items()):
        if len(owners) > 1:
            yield f"{tenant_id}: the number {number} was given to {len(owners)} people: {', '.join(sorted(owners))}"


def find_two_at_once(history: History) -> Iterator[str]:
    """Yield each run that began while another run of its tenant had the right to go on."""
    lives = Lives(history)
    for row in history.of("due"):
        if not row.new or not row.old or row.new["lease_token"] <= row.old["lease_token"]:
            continue
        holder, is_held = row.old["lease_holder"], row.old["lease_until"] > 0
        if lives.worker(holder) == row.writer and not _runs(history, row):
            continue  # the answer to its commit was lost: it never began
        if is_held and not lives.was_dead(holder, row) and not _has_ended_by_clock(history, row):
            silent_s = lives.silent_s(holder, row)
            yield (
                f"{row.get('tenant_id')}: {row.writer} took the lease {row.old['lease_token']} of "
                f"{lives.worker(holder) or holder}, which was alive ({silent_s:.2f} s silent)"
            )
    running: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in sorted(history.of("runs"), key=lambda row: row.n):
        here = running[row.get("tenant_id"), row.get("plugin")]
        if row.new is not None and row.new["status"] == "running":
            here.add(row.get("id"))
        else:
            here.discard(row.get("id"))
        if len(here) > 1:
            yield f"{row.get('tenant_id')}: the runs {', '.join(sorted(here))} are in progress at the same time"
    tokens: dict[tuple[str, int], str] = {}
    for run in history.runs:
        other = tokens.setdefault((run.tenant_id, run.token), run.worker)
        if other != run.worker:
            yield f"{run.tenant_id}: {other} and {run.worker} both ran with the fencing token {run.token}"


def _runs(history: History, row: Row) -> bool:
    """Whether a run goes on under the lease that a change takes."""
    tenant_id, token = row.get("tenant_id"), (row.old or {})["lease_token"]
    return any(
        run.tenant_id == tenant_id and run.token == token and (run.ended_at is None or run.ended_at > row.at)
        for run in history.runs
    )


def find_writes_after_fence(history: History) -> Iterator[str]:
    """Yield each write of a run whose lease another worker had taken by then, or that had no lease."""
    lives = Lives(history)
    leases: dict[str, Row] = {}
    for row in sorted(history.rows, key=lambda row: row.n):
        if row.table == "due" and row.new is not None:
            leases[row.get("tenant_id")] = row
        if row.writer == TEST:
            continue
        if row.table in WRITTEN_BY_RUNS and not _is_by_clock(history, row):
            lease = leases.get(row.get("tenant_id"))
            holder = "" if lease is None else lives.worker(_new(lease)["lease_holder"])
            if lease is None or not _new(lease)["lease_until"] or holder != row.writer:
                whose = f"the lease was {holder or 'nobody'}'s"
                yield f"{row.get('tenant_id')}: {row.writer} wrote {row.table}, and {whose}"
        elif row.table == "state" and row.new is not None and "token" in str(row.new.get("key")):
            lease = leases.get(row.get("tenant_id"))
            token = -1 if lease is None else _new(lease)["lease_token"]
            if int(str(row.new["value"]).strip('"')) != token:
                yield f"{row.get('tenant_id')}: a run wrote with the token {row.new['value']} when it was {token}"


def find_lost_mail(history: History) -> Iterator[str]:
    """Yield each mail that the queue accepted, and that was neither delivered nor left to a person as a doubt."""
    last: dict[str, Row] = {}
    for row in history.of("outbox"):
        last[row.get("id")] = row
    sent = {each.mail_id for each in history.sent}
    for mail_id in sorted(history.put):
        row = last.get(mail_id)
        if row is None or row.new is None:
            yield f"the mail {mail_id} is not in the queue any more"
            continue
        state = row.new["state"]
        if state not in ("sent", "held"):
            yield f"the mail {mail_id} ended as {state}: {row.new['reason']}"
        elif state == "sent" and mail_id not in sent:
            yield f"the mail {mail_id} counts as sent, and no service has it"


def find_bad_copies(history: History) -> Iterator[str]:
    """Yield each mail that went twice without a lost answer, or unmarked, or was marked for no reason."""
    lives = Lives(history)
    doubts: dict[str, list[Row]] = defaultdict(list)
    for row in history.of("outbox"):
        if row.old and row.new and row.new["n_unknown"] > row.old["n_unknown"]:
            doubts[row.get("id")].append(row)
            why = _explain_doubt(history, lives, row)
            if why:
                yield f"the mail {row.get('id')} counts as a doubt: {why}"
    by_mail: dict[str, list[Any]] = defaultdict(list)
    for each in sorted(history.sent, key=lambda each: each.at):
        by_mail[each.mail_id].append(each)
    for mail_id, copies in sorted(by_mail.items()):
        for before, copy in pairwise(copies):
            who = f"{before.worker or 'a worker'}, then {copy.worker or 'a worker'} {copy.at - before.at:.2f} s later"
            if not copy.is_marked:
                yield f"the mail {mail_id} went twice ({who}), and the second is not marked"
            if not any(row.at <= copy.at for row in doubts[mail_id]):
                yield f"the mail {mail_id} went twice ({who}), and no answer was lost"
        for each in copies:
            if each.is_marked and not any(row.at <= each.at for row in doubts[mail_id]):
                yield f"the mail {mail_id} was marked as a copy, and no answer was lost"


def _explain_doubt(history: History, lives: Lives, row: Row) -> str:
    """Return why nobody had a reason to doubt; empty if there was one."""
    old = row.old or {}
    holder = lives.worker(old["holder"])
    if row.writer != holder:  # another process ended the attempt
        if lives.was_dead(old["holder"], row) or _has_ended_by_clock(history, row):
            return ""
        return f"{row.writer} ended the attempt of {holder or old['holder']}, which was alive"
    if any(at <= row.at for at in history.lost_answers.get(row.get("id"), ())):
        return ""
    if any(act.worker in ("", holder) and act.at <= row.at for act in history.acts):
        return ""
    return f"{holder} had an answer, and nothing was done to it: {(row.new or {})['reason']}"


def find_unfinished(history: History) -> Iterator[str]:
    """Yield what did not come to its end after the faults."""
    if not history.is_calm:
        yield "after the faults it did not become calm"
    last: dict[str, Row] = {}
    for row in history.of("runs"):
        last[row.get("id")] = row
    for row in last.values():
        if row.new is not None and row.new["status"] == "running":
            yield f"{row.get('tenant_id')}: the run {row.get('id')} is still in progress"
    newest = {row.get("tenant_id"): row for row in history.of("due") if row.new is not None}
    for tenant_id in sorted(history.tenants()):
        row = newest.get(tenant_id)
        if row is not None and row.new is not None and row.new["lease_until"] > 0:
            yield f"{tenant_id}: the lease {row.new['lease_token']} was never released"


def find_slow_takeovers(history: History) -> Iterator[str]:
    """Yield each tenant of a killed worker that did not go on in time."""
    lives = Lives(history)
    for kill in history.acts:
        if kill.what != "kill":
            continue
        leases: dict[str, Row] = {}
        went_on: dict[str, float] = {}
        for row in history.of("due"):
            tenant_id = row.get("tenant_id")
            if row.at <= kill.at:
                leases[tenant_id] = row
            elif row.new and row.old and row.new["lease_token"] > row.old["lease_token"]:
                went_on.setdefault(tenant_id, row.at)
        for tenant_id, lease in sorted(leases.items()):
            new = _new(lease)
            if not new.get("lease_until") or lives.worker(new["lease_holder"]) != kill.worker:
                continue
            if (new.get("next_due_at") or 0.0) - history.ahead_s - kill.at > _ANOTHER_DAY_S:
                continue  # its run was over, and nobody has to go on
            late_s = went_on.get(tenant_id, float("inf")) - max(kill.at, _calm_at(history, kill.at))
            if late_s > history.goes_on_within_s:
                when = "never" if late_s == float("inf") else f"after {late_s:.1f} s"
                yield f"{tenant_id}: its worker {kill.worker} was killed, and it went on {when}"


def find_stopped_by_others(history: History) -> Iterator[str]:
    """Yield each mail that did not begin while a worker was frozen that had nothing to do with it."""
    for freeze in history.acts:
        if freeze.what != "freeze":
            continue
        waiting: dict[str, Row] = {}
        for row in history.of("outbox"):
            if row.new is None or row.at > freeze.until:
                continue
            if row.old is None:
                waiting[row.get("id")] = row
            elif row.new["attempt"] > row.old["attempt"]:
                waiting.pop(row.get("id"), None)
        for mail_id, row in waiting.items():
            since = max(row.at, freeze.at)
            waited_s = freeze.until - since
            had_s = history.beat_s * count_beats(history.of("processes"), freeze.worker, since, freeze.until)
            if had_s > history.begins_within_s or waited_s > history.begins_at_last_s:
                yield f"the mail {mail_id} waited for {waited_s:.1f} s while {freeze.worker} was frozen"


def find_postponed(history: History) -> Iterator[str]:
    """Yield each night that was put off to another day, although the run was not done."""
    status: dict[str, str] = {}
    for row in sorted(history.rows, key=lambda row: row.n):
        if row.table == "runs" and row.new is not None:
            status[row.get("tenant_id")] = row.new["status"]
        if row.table != "due" or row.writer == TEST or not row.new or not row.old:
            continue
        due_at, before = row.new.get("next_due_at"), row.old.get("next_due_at")
        late_s = (due_at or 0.0) - history.ahead_s - row.at
        if due_at != before and late_s > _ANOTHER_DAY_S and status.get(row.get("tenant_id")) != "done":
            how = status.get(row.get("tenant_id"), "never begun")
            if not _has_ended_by_clock(history, row):
                yield f"{row.get('tenant_id')}: {row.writer} put it off by {late_s / 3600:.0f} h; its run was {how}"


def _calm_at(history: History, after: float) -> float:
    """Return when the last fault after a moment was over: before it, nobody may be able to go on."""
    return max((act.until for act in history.acts if act.until >= after), default=after)


def _has_ended_by_clock(history: History, row: Row) -> bool:
    """Whether the machine's clock was moved before: leases and attempts may end early then, and the fence holds."""
    return any(act.what == "clock" and act.worker == "" and act.at <= row.at for act in history.acts)


def _is_by_clock(history: History, row: Row) -> bool:
    """Whether only times were moved, after the machine's clock was."""
    old, new = row.old or {}, row.new or {}
    changed = {name for name in new if new[name] != old.get(name)}
    return changed <= {"disabled_at", "free_since"} and _has_ended_by_clock(history, row)


def _new(row: Row) -> Any:
    return row.new or {}


CHECKS: tuple[Check, ...] = (
    find_differences,
    find_numbers_given_twice,
    find_two_at_once,
    find_writes_after_fence,
    find_lost_mail,
    find_bad_copies,
    find_unfinished,
    find_slow_takeovers,
    find_stopped_by_others,
    find_postponed,
)


def find_faults(history: History) -> list[str]:
    """Return everything that is wrong with a history."""
    return [f"{check.__name__}: {sentence}" for check in CHECKS for sentence in check(history)]
