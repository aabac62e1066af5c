"""What is older than its retention goes, once a day and in small transactions; what is still needed stays."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from pbx_devhost.core import Pbx
from pbx_devhost.runs.upkeep import Upkeep
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.sql.schema import audit, blobs, erasures, notices, outbox, problems, runs
from pbx_devhost.store.upkeep.retention import KEEP_DAYS, RetentionError
from pbx_devhost.store.work.chores import ChoreStore
from tests.support.devhost_cli import Cli
from tests.support.devhost_pbx import KEY, DevPbx
from tests.support.mail_samples import make_note

DAY_S = 86_400.0


def count(dev: DevPbx, table: Any, *where: Any) -> int:
    with dev.stores.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def add_run(dev: DevPbx, run_id: str, age_days: float, *, status: str = "done", n_problems: int = 1) -> None:
    at = dev.clock() - age_days * DAY_S
    row = {"id": run_id, "tenant_id": dev.tenant.pbx_tenant_id, "plugin": "sample", "reason": "due", "status": status}
    found = [{"run_id": run_id, "reason": "r", "detail": str(n)} for n in range(n_problems)]
    with dev.stores.database.write() as connection:
        connection.execute(insert(runs).values(row | {"started_at": at, "finished_at": at}))
        connection.execute(insert(problems), found)


def test_each_subject_ends_at_its_own_age(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    with dev.stores.database.write() as connection:
        connection.execute(update(runs).values(status="done"))  # those that the fixture began
    for run_id, age in (("young", 360), ("old", 370), ("older", 1_000)):
        add_run(dev, run_id, age, n_problems=700)
    add_run(dev, "hanging", 900, status="running")
    now = dev.clock()
    with dev.stores.database.write() as connection:
        for age in (364, 366, 729, 731):
            at = now - age * DAY_S
            line = {"tenant_id": tid, "actor": "a", "event": f"{age}", "outcome": "ok", "subject": "", "detail": ""}
            connection.execute(insert(audit).values(line | {"at": at}))
            notice = {"tenant_id": tid, "key": f"{age}", "severity": "bad", "subject": "s", "text": "t"}
            connection.execute(insert(notices).values(notice | {"at": now - 800 * DAY_S, "ended_at": at}))
        connection.execute(insert(notices).values(notice | {"key": "lasts", "at": now - 800 * DAY_S}))
    for age, state in ((364, "sent"), (366, "sent"), (366, "held"), (366, "dead"), (366, "queued")):
        mail_id = f"{age}-{state}"
        dev.stores.outbox.put(tid, make_note(notification_id=mail_id))
        values: dict[str, Any] = {"state": state, "waiting": int(state == "queued")}
        values |= {"finished_at": None if state == "queued" else now - age * DAY_S}
        with dev.stores.database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.id == mail_id).values(values))
    gone = dev.stores.retention.apply()
    assert gone == {"problems": 1_401, "runs": 2, "notices": 3, "audit": 1, "erasures": 0, "mail": 2}
    assert count(dev, runs, runs.c.id.in_(("young", "hanging"))) == 2
    assert count(dev, problems) == 700
    assert count(dev, notices) == 2, "one whose cause lasts stays"
    assert count(dev, audit, audit.c.event == "729") == 1
    left = {row.id for row in dev.stores.outbox.rows(tid)}
    assert left == {"364-sent", "366-held", "366-queued"}
    assert dev.stores.retention.apply() == dict.fromkeys(gone, 0)


def test_the_newest_run_stays_however_old_it_is(dev: DevPbx) -> None:
    """The settings page and the plugin look at the last run."""
    with dev.stores.database.write() as connection:
        connection.execute(runs.delete())
    add_run(dev, "last", 5_000)
    add_run(dev, "before", 5_001)
    dev.stores.retention.apply()
    assert dev.stores.runs.get("last") is not None
    assert dev.stores.runs.get("before") is None


def test_it_can_be_ended_between_two_transactions(dev: DevPbx) -> None:
    add_run(dev, "newer", 400)
    add_run(dev, "old", 1_000, n_problems=1_600)
    turns = iter((False, False, True))
    dev.stores.retention.apply(should_stop=lambda: next(turns, True))
    assert count(dev, problems) == 601, "1,000 of both runs, in any order"
    assert dev.stores.runs.get("old") is not None
    dev.stores.retention.apply()
    assert count(dev, problems, problems.c.run_id == "old") == 0


def test_expired_files_go_even_if_no_other_is_written(dev: DevPbx) -> None:
    for _ in range(3):
        dev.host.blobs.put(iter([b"x"]), content_type="text/plain", keep_s=60)
    dev.move_clock(3_600)
    dev.stores.retention.apply()
    assert count(dev, blobs) == 0


def test_one_of_many_processes_does_a_chore_once_a_day(any_pbx: DevPbx) -> None:
    chores, other = any_pbx.stores.chores, ChoreStore(any_pbx.stores.database)
    assert [chores.claim("c", every_s=DAY_S), other.claim("c", every_s=DAY_S)] == [True, False]
    any_pbx.move_clock(DAY_S - 60)
    assert not other.claim("c", every_s=DAY_S)
    any_pbx.move_clock(120)
    assert [other.claim("c", every_s=DAY_S), chores.claim("c", every_s=DAY_S)] == [True, False]
    # The clock was a day ahead, and is set right: the chore does not wait for two days.
    any_pbx.move_clock(-DAY_S - 120)
    assert chores.claim("c", every_s=DAY_S)


def test_the_clock_applies_it_and_erases(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(KEY).decode())
    pbx = Pbx(dev.url, now=dev.clock)
    upkeep = Upkeep(pbx)
    try:
        add_run(dev, "newer", 400)
        add_run(dev, "old", 1_000)
        failing = iter([True])

        def apply(**_: object) -> dict[str, int]:
            if next(failing, False):
                raise RuntimeError("the disk is full")
            return original(should_stop=lambda: False)

        original = pbx.stores.retention.apply
        monkeypatch.setattr(type(pbx.stores.retention), "apply", lambda _self, **more: apply(**more))
        dev.add_user("alice")
        dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, "alice")
        upkeep.work()
        assert dev.stores.runs.get("old") is not None, "it failed"
        assert len(dev.stores.erasures.waiting()) == 1, "a run of the tenant is in progress"
        dev.move_clock(3_700)
        upkeep.work()
        assert dev.stores.runs.get("old") is None, "and is tried again within the hour"
        assert dev.stores.erasures.waiting() == []
        assert dev.stores.users.find_by_username(dev.tenant.pbx_tenant_id, "alice") is None
    finally:
        pbx.close()


def test_the_operator_chooses(cli: Cli) -> None:
    shown = cli.json("retention")
    assert {name: each["keep_days"] for name, each in shown.items()} == dict(KEEP_DAYS)
    assert KEEP_DAYS == {"runs": 365, "problems": 365, "notices": 365, "audit": 730, "mail": 365}
    assert cli.json("retention", "set", "mail=30", "problems=90")["mail"] == {"keep_days": 30, "default_days": 365}
    assert cli.ok("retention").out == "runs=365\nproblems=90\nnotices=365\naudit=730\nmail=30\n"
    for wrong, sentence in (
        ("mails=3", "mails: nothing of this name has a retention; there are: runs, problems, notices, audit, mail"),
        ("mail=0", "mail: '0' is not a number of days from 1 to 36,500"),
        ("mail=1.5", "mail: '1.5' is not a number of days from 1 to 36,500"),
        ("runs=30", "problems: 90 is more than the days of runs (30)"),
    ):
        assert sentence in cli("retention", "set", wrong).err
    assert cli.json("retention")["runs"]["keep_days"] == 365
    assert cli.json("retention", "apply") == {"deleted": dict.fromkeys((*KEEP_DAYS, "erasures"), 0)}


def test_wrong_days_are_refused_all_together(dev: DevPbx) -> None:
    with pytest.raises(RetentionError, match="audit: 'x'"):
        dev.stores.retention.set_days({"mail": "10", "audit": "x"})
    with pytest.raises(RetentionError, match="is not a number of days"):
        dev.stores.retention.set_days({"mail": "00000000" + "9" * 30})
    assert dev.stores.retention.days() == dict(KEEP_DAYS)


def test_a_person_is_erased_by_a_command(cli: Cli) -> None:
    cli.ok("user", "add", "Contoso", "alice", "--display-name", "Alice Adair", "--email", "alice@c.example")
    assert next(line["subject"] for line in cli.json("audit", "Contoso")) == "alice"
    done = cli.json("erase", "Contoso", "alice")
    assert done["done"] is True
    assert done["remains"] == []
    lines = cli.json("audit", "Contoso")
    assert [(line["event"], line["subject"]) for line in lines][:2] == [
        ("person.erase", done["id"]),
        ("user.add", "[erased]"),
    ]
    assert cli.json("users", "Contoso") == []
    assert "nobody is known as 'alice'" in cli("erase", "Contoso", "alice").err
    assert cli.json("erase", "Contoso", "alice", "--also", "Alice Adair")["changed"] == 0


def test_twenty_thousand_problems_go_quickly(dev: DevPbx) -> None:
    add_run(dev, "newer", 400)
    add_run(dev, "old", 1_000, n_problems=20_000)
    started = time.process_time()
    dev.stores.retention.apply()
    took_s = time.process_time() - started
    assert count(dev, problems, problems.c.run_id == "old") == 0
    assert took_s < 10.0, f"{took_s:.1f} s for 20,000"


def test_an_erasure_that_fails_keeps_nobody_elses_name(dev: DevPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(KEY).decode())
    pbx = Pbx(dev.url, now=dev.clock)
    try:
        tid = dev.tenant.pbx_tenant_id
        for name in ("alice", "bob"):
            dev.add_user(name)
        broken = dev.stores.erasures.ask(tid, "alice")
        dev.move_clock(3_700)  # the leases of the tenant's runs are over
        dev.stores.erasures.ask(tid, "bob")
        with dev.stores.database.write() as connection:
            connection.execute(update(erasures).where(erasures.c.id == broken).values(sealed=b"of another key" * 4))
        Upkeep(pbx).work()
        assert dev.stores.erasures.waiting() == [broken], "it is tried again"
        assert dev.stores.users.find_by_username(tid, "bob") is None
    finally:
        pbx.close()
