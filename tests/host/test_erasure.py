"""A person who is erased is named nowhere in the database, and every count stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, Text, func, insert, select, update

from pbx_devhost.store.erasure.identity import ERASED, Identity
from pbx_devhost.store.erasure.places import OWN_STEPS, PLACES, WITHOUT_PEOPLE, WITHOUT_PEOPLE_IN_PLACES
from pbx_devhost.store.erasure.store import ErasureError
from pbx_devhost.store.outbox.queue import MailState, OutboxError
from pbx_devhost.store.sql.engine import DatabaseBusyError
from pbx_devhost.store.sql.schema import audit, metadata, outbox, problems, runs, state
from pbx_devhost.store.work.leases import LeaseStore
from pbx_plugin_api import (
    PLAN_ROWS_CONTENT_TYPE,
    Catalogue,
    Counts,
    DraftContact,
    Notification,
    NotificationKind,
    PersonalBook,
    PlanAction,
    PlanRef,
    PlanRow,
    Problem,
    RejectedRecipient,
    Severity,
    TickReport,
    TickStatus,
    VersionConflictError,
    dump,
    read_plan_rows,
    write_plan_rows,
)
from tests.support.database_dump import dump_text
from tests.support.devhost_pbx import DevPbx, link
from tests.support.zoe import E164, MAIL, NAME, OID, PHONE, TRACES, UPN, add_zoe, release_leases


def note(mail_id: str, *to: str, **more: Any) -> Notification:
    now = datetime.now(timezone.utc)
    values = {"notification_id": mail_id, "kind": NotificationKind.VOICEMAIL, "to": to, "subject": "s"}
    return Notification(**{**values, "created_at_utc": now, **more})


def leave_traces(dev: DevPbx) -> dict[str, str]:
    """Let the person be named wherever the PBX or a plugin can write a name. Return ids that the test looks at."""
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    run_id = stores.runs.begin(tid, "sample", "due", None)
    rows = [
        PlanRow(action=PlanAction.UPDATE, subject=OID, display_name=NAME, login_name=UPN),
        PlanRow(action=PlanAction.UPDATE, subject="anna", display_name="Zo Quist"),
    ]
    plan_blob = dev.host.blobs.put(write_plan_rows(rows), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=1_000_000)
    lines = [json.dumps([OID, UPN, NAME]).encode() + b"\n", json.dumps(["anna", "a@c.example"]).encode() + b"\n"]
    line_blob = dev.host.blobs.put(iter(lines), content_type="application/x-ndjson", keep_s=1_000_000)
    with stores.database.write() as connection:
        found = [
            Problem(reason="no_licence", subject=OID, login_name=UPN, detail=f"{NAME} has no licence; see {PHONE}."),
            Problem(reason="no_licence", subject="anna", login_name="anna@c.example", detail="zo quist has none."),
        ]
        stores.runs.add_problems(connection, run_id, found)
    plan = PlanRef(
        checksum="c1", made_at_utc=datetime.now(timezone.utc), counts=Counts(), why=f"{NAME} goes.", rows_blob=plan_blob
    )
    report = TickReport(
        status=TickStatus.NEEDS_APPROVAL, message=f"{UPN.lower()} waits.", counts=Counts(updated=2), plan=plan
    )
    stores.runs.finish(run_id, report)
    stores.audit.record(tid, "zquist", "signin", subject="zquist", detail=f"{UPN} from {E164}")
    with stores.database.write() as connection:
        connection.execute(update(audit).values(address="192.0.2.77", changes=json.dumps([["name", "Z", NAME]])))
    dev.host.notify_admin("k1", f"{NAME} waits", f"Ask {MAIL}.", severity=Severity.WARNING)
    stores.notices.begin(tid, f"k2:{OID}", "s", "t", Severity.BAD, values={"who": NAME})
    dev.host.state.put("members", {"ids": [OID, "anna"], OID: {"since": 1}, "last": f"asked {UPN}"})
    dev.host.state.put(f"person.{OID}", 1)
    stores.contacts.add(tid, PersonalBook(owner=link(OID)), DraftContact(name="Grandmother"))
    for mail_id, to in (("only", (MAIL,)), ("both", (MAIL, "anna@c.example")), ("gone", (MAIL,)), ("dead", (MAIL,))):
        stores.outbox.put(tid, note(mail_id, *to, subject=f"For {NAME}", text=f"Dear {NAME}, call {PHONE}"))
    _end_mail(dev, "gone", MailState.SENT)
    _end_mail(dev, "dead", MailState.DEAD)
    stores.sessions.begin(tid, user_id=dev.user_id(link(OID)), session_hint=UPN)
    return {"run": run_id, "plan": plan_blob, "lines": line_blob}


def _end_mail(dev: DevPbx, mail_id: str, state: MailState) -> None:
    """Let one mail end, whatever is before it in the queue."""
    with dev.stores.database.write() as connection:
        seq = connection.execute(select(outbox.c.seq).where(outbox.c.id == mail_id)).scalar_one()
        values = {"state": MailState.ATTEMPT_STARTED, "waiting": 0, "attempt": 1}
        connection.execute(update(outbox).where(outbox.c.seq == seq).values(values))
        row = connection.execute(select(outbox).where(outbox.c.seq == seq)).one()
    from pbx_devhost.store.outbox.queue import Claimed

    claimed = Claimed(
        seq=row.seq, tenant_id=row.tenant_id, notification=replace(note(mail_id, MAIL), attempt=1), n_unknown=0,
        refused=(), fault=None, by_fallback=False,
    )  # fmt: skip
    refused = (RejectedRecipient(address=MAIL, reason=f"{MAIL} does not exist."),)
    dev.stores.outbox.settle(claimed, state, refused=refused, reason=f"{MAIL} refused", detail=UPN)


def counts_of(dev: DevPbx) -> dict[str, int]:
    with dev.stores.database.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (runs, problems, audit, outbox)
        }


def test_a_person_is_named_nowhere_afterwards(any_pbx: DevPbx) -> None:
    dev, tid = any_pbx, any_pbx.tenant.pbx_tenant_id
    add_zoe(dev)
    ids = leave_traces(dev)
    stores, before = dev.stores, counts_of(dev)
    dumped = dump_text(stores).casefold()
    assert all(trace.casefold() in dumped for trace in TRACES if "\\" not in trace), "the test leaves too few traces"
    dev.stores.leases.release(dev.lease)
    second = stores.leases.take(tid, "second")
    assert second is None, "a run of the other plugin is in progress"
    erasure = stores.erasures.ask(tid, "zquist", also=(UPN,))
    assert not stores.erasures.work(erasure).is_done, "it must not race with a run"
    release_leases(dev)
    done = stores.erasures.work(erasure)
    assert done.is_done
    assert done.remains == ()
    left = dump_text(stores).casefold()
    for trace in TRACES:
        lines = [line for line in left.splitlines() if trace.casefold() in line]
        assert lines == [], trace
    # Counts stay, and other people do.
    assert counts_of(dev) == before
    assert stores.users.find_by_username(tid, "zquist") is None
    anna = stores.users.find_by_username(tid, "anna")
    assert anna is not None
    assert anna.display_name == "Zo Quist"
    assert "zo quist has none." in left
    run = stores.runs.get(ids["run"])
    assert json.loads(run.counts)["updated"] == 2
    with stores.blobs(tid).open(ids["plan"]) as file:
        kept = list(read_plan_rows(file))
    assert [row.display_name for row in kept] == [ERASED, "Zo Quist"]
    with stores.blobs(tid).open(ids["lines"]) as file:
        assert file.read() == b'["anna", "a@c.example"]\n'
    assert stores.erasures.waiting() == []
    assert stores.erasures.work(erasure).n_changed == 0


def test_mail_that_waits_goes_to_the_others_only(dev: DevPbx) -> None:
    add_zoe(dev)
    leave_traces(dev)
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    release_leases(dev)
    dev.clock.offset_s = 0.0
    assert stores.erasures.work(stores.erasures.ask(tid, MAIL, also=(UPN,))).is_done
    states = {row.id: (row.state, json.loads(row.recipients)) for row in stores.outbox.rows(tid)}
    assert states["only"] == ("dead", [ERASED])
    assert states["both"] == ("queued", ["anna@c.example"])
    assert states["gone"] == ("sent", [ERASED])
    claimed = stores.outbox.claim()
    assert claimed is not None
    assert claimed.notification.to == ("anna@c.example",)
    assert claimed.notification.text == f"Dear {ERASED}, call {ERASED}"
    assert stores.outbox.claim() is None
    with pytest.raises(OutboxError, match="erased"):
        stores.outbox.send_again(tid, "dead")


def test_who_has_left_long_ago_can_be_erased_by_address(dev: DevPbx) -> None:
    """A problem line names somebody who never had a user."""
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    run_id = stores.runs.begin(tid, "sample", "due", None)
    with stores.database.write() as connection:
        found = [Problem(reason="no_licence", subject=OID, login_name=UPN, detail="No licence is free.")]
        stores.runs.add_problems(connection, run_id, found)
    release_leases(dev)
    erasure = stores.erasures.ask(tid, UPN.upper())
    assert stores.erasures.work(erasure).is_done
    assert OID not in dump_text(stores), "the id that the same line gives belongs to them"
    with pytest.raises(ErasureError, match="nobody is known as 'nobody@x'"):
        stores.erasures.ask(tid, "nobody@x")


@pytest.mark.parametrize("step", ["clear_tables", "clear_files", "clear_mail"])
def test_an_erasure_that_is_cut_off_goes_on(dev: DevPbx, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    add_zoe(dev)
    leave_traces(dev)
    stores = dev.stores
    release_leases(dev)
    erasure = stores.erasures.ask(dev.tenant.pbx_tenant_id, OID, also=(UPN,))

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"pbx_devhost.store.erasure.store.{step}", killed)
    with pytest.raises(KeyboardInterrupt):
        stores.erasures.work(erasure)
    assert stores.erasures.waiting() == [erasure]
    monkeypatch.undo()
    assert stores.erasures.work(erasure).is_done
    left = dump_text(stores).casefold()
    assert [trace for trace in TRACES if trace.casefold() in left] == []


def test_a_plugin_notices_that_its_memory_was_changed(dev: DevPbx) -> None:
    add_zoe(dev)
    version = dev.host.state.put("members", {"ids": [OID, "anna"]})
    release_leases(dev)
    assert dev.stores.erasures.work(dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, OID)).is_done
    lease = dev.take_lease("sample", dev.tenant)
    host = dev.bound("sample", dev.tenant, lease)
    record = host.state.get("members")
    assert record is not None
    assert record.value == {"ids": ["anna"]}
    with pytest.raises(VersionConflictError):
        host.state.put("members", {"ids": [OID]}, expected_version=version)


def test_a_user_name_that_is_a_word_of_programs_breaks_nothing(dev: DevPbx) -> None:
    """Somebody may be called `update`, `created` or `ids`: plans, counts and memories can still be read."""
    tid, stores = dev.tenant.pbx_tenant_id, dev.stores
    for name in ("update", "created", "ids", "done"):
        dev.add_user(name)
    row = PlanRow(action=PlanAction.UPDATE, subject="anna", display_name="created", detail="update of update")
    blob = dev.host.blobs.put(write_plan_rows([row]), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=1_000_000)
    dev.host.state.put("memory", {"ids": ["anna"], "status": "done"})
    run_id = stores.runs.begin(tid, "sample", "due", None)
    stores.runs.finish(run_id, TickReport(status=TickStatus.DONE, message="created", counts=Counts(created=2)))
    release_leases(dev)
    for name in ("UPDATE", "created", "ids", "done"):
        assert stores.erasures.work(stores.erasures.ask(tid, name)).is_done
    run = stores.runs.get(run_id)
    assert (run.status, json.loads(run.counts)["created"], run.message) == ("done", 2, ERASED)
    with stores.blobs(tid).open(blob) as file:
        [kept] = read_plan_rows(file)
    assert (kept.action, kept.display_name, kept.detail) == (PlanAction.UPDATE, ERASED, f"{ERASED} of {ERASED}")
    with dev.stores.database.read() as connection:
        value = connection.execute(select(state.c.value).where(state.c.key == "memory")).scalar_one()
    assert json.loads(value) == {"ids": ["anna"], "status": "done"}


def test_a_person_is_taken_out_of_the_values_of_texts_alone(dev: DevPbx) -> None:
    """A sentence of the catalogue may name its value `{name}`, and somebody's user name may be `name`."""
    dev.add_user("name")
    detail = Catalogue("some_plugin").say("{name} was left out.", name="name")
    row = PlanRow(action=PlanAction.PROBLEM, subject="anna", detail=detail)
    blob = dev.host.blobs.put(write_plan_rows([row]), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=1_000_000)
    release_leases(dev)
    assert dev.stores.erasures.work(dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, "name")).is_done
    with dev.stores.blobs(dev.tenant.pbx_tenant_id).open(blob) as file:
        [kept] = read_plan_rows(file)
    assert dump(kept.detail) == {**dump(detail), "values": {"name": ERASED}}
    who = Identity(names=("name",), addresses=())
    cleared = json.loads(who.clear_json(json.dumps({"subject": dump(detail)}), keeps_entries=True))
    assert cleared == {"subject": dump(kept.detail)}


def test_another_tenant_is_not_touched(dev: DevPbx) -> None:
    add_zoe(dev)
    dev.stores.audit.record(dev.other.pbx_tenant_id, "admin", "note", subject=NAME)
    release_leases(dev)
    assert dev.stores.erasures.work(dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, OID)).is_done
    [line] = dev.stores.audit.lines(dev.other.pbx_tenant_id)
    assert line.subject == NAME


def test_a_change_of_the_key_keeps_who_is_to_be_erased(dev: DevPbx) -> None:
    add_zoe(dev)
    erasure = dev.stores.erasures.ask(dev.tenant.pbx_tenant_id, OID)
    dev.stores.vault.rotate()
    release_leases(dev)
    assert dev.stores.erasures.work(erasure).is_done
    assert dev.stores.users.find_by_username(dev.tenant.pbx_tenant_id, "zquist") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Voicemail from +1 206 555 0190.", "Voicemail from [erased]."),
        ("+1 (206) 555-0190, 12065550190 and +1206555 0190", "[erased], [erased] and [erased]"),
        ("12065550190", "[erased]"),
        ("+12065550191, 4+12065550190 and 120655501901", "+12065550191, 4+12065550190 and 120655501901"),
        ("extension 123456 is not 123 456", "extension [erased] is not 123 456"),
    ],
)
def test_a_number_is_found_in_any_spelling(text: str, left: str) -> None:
    who = Identity(names=(), addresses=("+1206555 0190", "123456"))
    assert who.clear(text) == left
    assert json.loads(who.clear_json(json.dumps(["+1 206-555-0190", "a"]), keeps_entries=False)) == ["a"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("bank of Anywhere, Bank of Anywhere", "[erased] of Anywhere, Bank of Anywhere"),
        ("bank.holiday and x@bank and databank", "bank.holiday and x@bank and databank"),
        ("Mail TO A.B@Example.org.", "Mail TO [erased]."),
        ("xa.b@example.org and a.b@example.org.uk", "xa.b@example.org and a.b@example.org.uk"),
        ("Li went to Lima; Li", "Li went to Lima; Li"),
        ("li", "[erased]"),
        ("call +491234 or +4912345", "call [erased] or +4912345"),
    ],
)
def test_texts_are_cleared_at_word_boundaries(text: str, left: str) -> None:
    who = Identity(names=("bank", "Li"), addresses=("a.b@example.org", "+491234"))
    assert who.clear(text) == left


def test_every_column_of_text_was_decided_about() -> None:
    """A new table or column fails here, until it is known whether it can name a person."""
    searched = {place.table.name: set(place.columns) for place in PLACES}
    for table in metadata.sorted_tables:
        if table.name in WITHOUT_PEOPLE or table.name in OWN_STEPS:
            continue
        assert table.name in searched, f"can {table.name} name a person? Decide in store/erasure/places.py"
        texts = {column.name for column in table.columns if isinstance(column.type, String | Text | LargeBinary)}
        missed = texts - searched[table.name] - WITHOUT_PEOPLE_IN_PLACES - {"key" if table.name == "state" else ""}
        assert missed == set(), f"{table.name}: decide in store/erasure/places.py"


def test_rows_beyond_one_batch_are_cleared(dev: DevPbx) -> None:
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    lines = [
        {
            "tenant_id": tid,
            "at": 1.0,
            "actor": "a",
            "event": "e",
            "outcome": "ok",
            "subject": f"{UPN} {n}",
            "detail": "",
        }
        for n in range(1_203)
    ]
    with stores.database.write() as connection:
        connection.execute(insert(audit), lines)
    release_leases(dev)
    done = stores.erasures.work(stores.erasures.ask(tid, UPN, also=(NAME,)))
    assert done.n_changed == 1_203
    assert UPN not in dump_text(stores)


def test_an_erasure_that_does_not_get_a_lease_lets_go_of_the_others(
    dev: DevPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the tenant would have no run for 17 minutes: the process that holds its lease is alive."""
    add_zoe(dev)
    release_leases(dev)
    stores, tid = dev.stores, dev.tenant.pbx_tenant_id
    erasure = stores.erasures.ask(tid, OID)
    taken: list[str] = []
    really = LeaseStore.take

    def take(self: LeaseStore, tenant_id: str, plugin: str, **more: Any) -> Any:
        if taken:
            raise DatabaseBusyError("others have it")
        taken.append(plugin)
        return really(self, tenant_id, plugin, **more)

    monkeypatch.setattr(LeaseStore, "take", take)
    with pytest.raises(DatabaseBusyError):
        stores.erasures.work(erasure)
    assert len(taken) == 1
    assert not stores.leases.is_held(tid, taken[0])
