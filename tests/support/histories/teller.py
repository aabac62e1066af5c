"""Tells histories by hand, to test the checks."""

from __future__ import annotations

from typing import Any

from tests.support.histories.events import TEST, Act, History, Row, Run, Sent

DEAD_S = 2.0


class Teller:
    """Tells a history, one row after another. Time passes by the row."""

    def __init__(self) -> None:
        self.history = History(dead_after_s=DEAD_S, goes_on_within_s=5.0)
        self.history.microsoft = {"t": {"user p": ("Ada", True)}}
        self.history.pbx = {"t": {"user p": ("Ada", True)}}
        self.at = 0.0
        self._last: dict[tuple[str, str], dict[str, Any]] = {}

    def row(self, writer: str, table: str, of: str, /, **changed: Any) -> None:
        """The columns that change; none: the row is deleted."""
        old = self._last.get((table, of))
        new = {**(old or {"id": of, "tenant_id": "t", "plugin": "p"}), **changed} if changed else None
        if new is None:
            del self._last[table, of]
        else:
            self._last[table, of] = new
        self.at += 0.01
        self.history.rows.append(
            Row(n=len(self.history.rows) + 1, at=self.at, writer=writer, table=table, old=old, new=new)
        )

    def start(self, *workers: str) -> None:
        for worker in workers:
            self.row(worker, "processes", f"id of {worker}", seen_at=self.at)

    def beat(self, *workers: str) -> None:
        self.start(*workers)

    def due(self, writer: str, **changed: Any) -> None:
        self.row(writer, "due", "t p", **changed)

    def take(self, worker: str, token: int) -> None:
        self.due(worker, lease_token=token, lease_until=1e9, lease_holder=f"id of {worker}")

    def run(self, worker: str, token: int) -> None:
        self.take(worker, token)
        self.row(worker, "runs", f"run {token}", status="running")
        self.write(worker)
        self.row(worker, "runs", f"run {token}", status="done")
        self.due(worker, lease_until=0.0)
        self.history.runs.append(
            Run(worker=worker, tenant_id="t", token=token, began_at=self.at - 0.03, ended_at=self.at)
        )

    def write(self, worker: str, number: str = "101", user: str = "u1") -> None:
        self.row(worker, "links", f"link of {user}", user_id=user, authority="d", subject=f"person {user}")
        self.row(worker, "users", user, extension_number=number)

    def put(self, mail: str = "m") -> None:
        self.history.put.add(mail)
        self.row(TEST, "outbox", mail, state="queued", attempt=0, n_unknown=0, holder="", reason="")

    def claim(self, worker: str, attempt: int, mail: str = "m") -> None:
        self.row(worker, "outbox", mail, state="attempt_started", attempt=attempt, holder=f"id of {worker}")

    def sent(self, worker: str, *, is_marked: bool = False, mail: str = "m") -> None:
        self.at += 0.01
        self.history.sent.append(Sent(mail_id=mail, at=self.at, worker=worker, is_marked=is_marked))

    def settle(self, worker: str, mail: str = "m") -> None:
        self.row(worker, "outbox", mail, state="sent", holder="")

    def doubt(self, writer: str, n_unknown: int = 1, mail: str = "m") -> None:
        self.row(writer, "outbox", mail, state="unknown", n_unknown=n_unknown, holder="", reason="?")

    def act(self, what: str, worker: str = "", lasts_s: float = 0.0) -> None:
        self.history.acts.append(Act(what=what, worker=worker, at=self.at, until=self.at + lasts_s))

    def wait(self, seconds: float) -> None:
        self.at += seconds


def a_night() -> Teller:
    told = Teller()
    told.start("a", "b")
    told.due(TEST, lease_token=0, lease_until=0.0, lease_holder="", next_due_at=1.0)
    told.run("a", 1)
    told.run("b", 2)
    return told


def a_takeover(silent_s: float) -> Teller:
    """Worker a is frozen in its run; b goes on after some silence."""
    told = a_night()
    told.take("a", 3)
    told.row("a", "runs", "run 3", status="running")
    told.act("freeze", "a", lasts_s=silent_s)
    told.wait(silent_s)
    told.beat("b")
    told.take("b", 4)
    told.row("b", "runs", "run 3", status="interrupted")
    told.row("b", "runs", "run 4", status="running")
    return told


def end(told: Teller, worker: str, token: int) -> Teller:
    told.row(worker, "runs", f"run {token}", status="done")
    told.due(worker, lease_until=0.0)
    return told


def a_mail() -> Teller:
    told = a_night()
    told.put()
    told.claim("a", 1)
    told.sent("a")
    return told
