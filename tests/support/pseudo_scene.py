"""A PBX with something of each kind on every page, and a reader who notes what its pages have from no catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import update

from pbx_devhost.store.sql.schema import outbox
from pbx_plugin_api import (
    PLAN_ROWS_CONTENT_TYPE,
    ActionRequest,
    Chart,
    ChartSeries,
    CompanyBook,
    ContactPhone,
    Counts,
    CreateUser,
    DisableReason,
    DisableUser,
    DraftContact,
    FieldChange,
    HostPart,
    LookedUp,
    LookUpResult,
    Notification,
    NotificationKind,
    PlanAction,
    PlanRef,
    PlanRow,
    Problem,
    Severity,
    Step,
    StepState,
    TickReport,
    TickStatus,
    write_plan_rows,
)
from tests.support.portal_plugin import EVIL, TENANT_GUID, Script, draft, link
from tests.support.portal_world import SBC, WEB, Browser, World
from tests.support.pseudo_pages import LANGUAGE, find_english

SPEAKS = {"Accept-Language": LANGUAGE}
DATA = {
    *("PBX", "PortSIP ONE", "contoso.example", "Contoso", "admin", "root", "system", "Europe/Berlin", WEB, SBC),
    *("adele@contoso.com", "7K3MPQ2X", "example.pbx.local", "Deutsch", "m365", "scripted", "MAIN", "OTHER", "Scripted"),
    *("About.", "Name", "Note", "Level", "Low", "High", "Switched on", "Fixed", "Settled at installation.", "Address"),
    *(
        "State",
        "good",
        "Ping",
        "Whom",
        "Add",
        "Wipe",
        "Get key",
        "Long work",
        "Try",
        "Off",
        "Not now.",
        "Agree",
        "Rows",
    ),
    *("Elsewhere", EVIL, "Sign in with Microsoft", "Did it", "Chart", "One", "pieces", "Summed up", "First step"),
    *("Second step", "Do this", "people", "Person", "ann@x.example", "x.example", "Subject", "It may have gone"),
    *("Nobody consented", "Grant consent", "Ann", "Acme", "Give them one", "Department", "no_plan", "no plan", "long"),
    *(
        "smtp",
        TENANT_GUID,
        "Pong to",
        "Took",
        "ms",
        "Hops",
        "Hop",
        "one",
        "It cannot be wiped",
        "Unplug it",
        "Really wipe?",
        "Really",
    ),
    *("Too short", "Microsoft did not sign you in", "Consent is here", "Fabrikam", "fabrikam", "fabrikam.pbx.local"),
}
"""What a page may show as it is: names, addresses, what the scripted plugin says, and examples in empty fields."""


def install(world: World) -> Script:
    """Install a plugin that uses all that a page can have, with users."""
    steps = (
        Step(name="one", title="First step", state=StepState.PROVEN, proven_at_utc=now(), fields=("name",), link=None),
        Step(
            name="two",
            title="Second step",
            state=StepState.FAILED,
            detail="Do this.",
            remedy="Do this.",
            is_next=True,
            actions=("ping",),
        ),
    )
    chart = Chart(
        title="Chart",
        labels=("2026-11-25", "2026-11-26"),
        series=(ChartSeries(label="One", values=(1.0, 2.5), unit="pieces"),),
        summary="Summed up.",
    )
    script = Script(steps=steps, charts=(chart,), host_parts=tuple(HostPart))
    script.found = LookUpResult(found=(LookedUp(value="p1@x.example", label="Person 1", detail="Ann"),), has_more=True)
    script.install(world)
    world.apply(*(CreateUser(draft=draft(n, department="Department")) for n in (1, 2, 3)))
    world.apply(DisableUser(link=link(2), reason=DisableReason.DEPARTED))
    return script


@dataclass
class Reader:
    """A browser that notes what it could not have from the catalogue."""

    world: World
    browser: Browser
    found: list[str] = field(default_factory=list)
    data: set[str] = field(default_factory=set)
    """What else a page may show as it is."""

    def get(self, path: str, **more: Any) -> Any:
        return self._note(f"GET {path}", self.browser.get(path, headers=SPEAKS, **more))

    def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        answer = self._note(f"POST {path}", self.browser.post(path, data, headers=SPEAKS))
        if answer.status_code == 303 and "note=" in answer.location:
            return self.get(answer.location.partition("#")[0])
        return answer

    def _note(self, where: str, answer: Any) -> Any:
        assert answer.status_code != 500, (where, answer.text)  # 502: a plugin failed
        if answer.mimetype == "text/html" and not answer.location:
            data = DATA | self.data | ids_of(self.world)
            where = re.sub(r"[0-9a-f]{32}|\?note=.*", "…", where)
            self.found += [f"{where}: {each}" for each in find_english(answer.text, data)]
        return answer


def ids_of(world: World) -> set[str]:
    rows = world.users().values()
    return {
        str(value) for row in rows for name, value in row._mapping.items() if name not in ("role", "disabled_reason")
    }


def now() -> datetime:
    return datetime.now(timezone.utc)


def check(*readers: Reader) -> None:
    found = list(dict.fromkeys(each for reader in readers for each in reader.found))
    assert not found, "\n" + "\n".join(found)


def fill(world: World) -> list[str]:
    """Put something of each kind on the pages. Return the paths of runs."""
    stores = world.pbx.stores
    for key, level in (("a", 0), ("b", 0), ("c", 0), ("d", 1)):
        stores.notices.begin(world.tenant_id, key, "Do this", "Do this.", Severity.WARNING, level=level)
    ids = [kept.id for kept in stores.notices.shown(world.tenant_id)]
    stores.notices.dismiss(world.tenant_id, ids[0], "admin")
    stores.notices.end(world.tenant_id, "b")
    stores.notices.begin(world.tenant_id, "c", "Do this", "Do this.", Severity.BAD, level=2)
    for n in range(4):
        to = tuple(f"p{each}@x.example" for each in range(1 + 4 * (n == 3)))
        mail = Notification(
            notification_id=f"n{n}",
            kind=list(NotificationKind)[n],
            created_at_utc=now(),
            to=to,
            subject="Subject",
            text="x",
        )
        stores.outbox.put(world.tenant_id, mail)
    with stores.database.write() as connection:
        held = {
            "state": "held",
            "waiting": 0,
            "finished_at": 1.0,
            "reason": "It may have gone.",
            "channel": "smtp",
            "attempt": 2,
        }
        connection.execute(update(outbox).where(outbox.c.id == "n1").values(held))
        connection.execute(update(outbox).where(outbox.c.id == "n2").values(held | {"state": "dead", "attempt": 1}))
        connection.execute(update(outbox).where(outbox.c.id == "n3").values({"attempt": 1, "state": "deferred"}))
    stores.outbox.lanes.note_fault(
        world.tenant_id, channel="m365", cause="consent", reason="Nobody consented.", remedy="Grant consent.",
        not_before=None, is_probe=False, fallback_after_s=60.0,
    )  # fmt: skip
    number = ContactPhone(raw="+4930123", e164="+4930123")
    contact = DraftContact(name="Ann", company="Acme", business=number, mobile_phone=number, email="ann@x.example")
    stores.contacts.add(world.tenant_id, CompanyBook(), contact)
    changes = (FieldChange(field="email", before="a@x.example", after="b@x.example"), FieldChange(field="department"))
    rows = [
        PlanRow(action=action, subject="8a1f", display_name="Ann", changes=changes, extension_number="101")
        for action in PlanAction
        if action is not PlanAction.PROBLEM
    ]
    rows.append(PlanRow(action=PlanAction.PROBLEM, login_name="g@x.example", reason="no_plan", detail="Give them one."))
    blob = stores.blobs(world.tenant_id).put(write_plan_rows(rows), content_type=PLAN_ROWS_CONTENT_TYPE, keep_s=3600)
    agree = ActionRequest(action="agree", values={"sum": "abc", "of": "people"})
    counts = Counts(**{name: n for n, name in enumerate(Counts().as_dict(), 1)})
    plan = PlanRef(checksum="abc", made_at_utc=now(), counts=counts, rows_blob=blob, approve=agree, why="Do this.")
    paths = []
    for status, reason, job in (
        (TickStatus.NEEDS_APPROVAL, "due", None), (TickStatus.DONE, "job", "long"), (TickStatus.FAILED, "forced", None),
        (TickStatus.STOPPED, "resumed", None), (None, "due", None),
    ):  # fmt: skip
        run_id = stores.runs.begin(world.tenant_id, "m365", reason, job)
        paths += [f"/runs/{run_id}"]
        if status is None:
            stores.runs.report(run_id, "photos", 30, 120)
            continue
        problem = Problem(reason="no_plan", login_name="g@x.example", detail="Give them one.")
        with stores.database.write() as connection:
            stores.runs.add_problems(connection, run_id, [problem])
        kept = plan if status in (TickStatus.NEEDS_APPROVAL, TickStatus.DONE) else None
        report = TickReport(status=status, message="Did it.", counts=counts, problem_counts={"no_plan": 1}, plan=kept)
        stores.runs.finish(run_id, report)
    return [*paths, f"{paths[0]}/plan"]
