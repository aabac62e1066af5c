"""A plugin that does what its settings say, good or bad. Tests install it as a distribution."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pbx_plugin_api import (
    Action,
    ActionOutcome,
    ActionRequest,
    Choice,
    CompanyBook,
    ContactSource,
    Counts,
    CreateUser,
    Done,
    Download,
    DraftContact,
    DraftUser,
    Fact,
    Field,
    FieldError,
    FieldKind,
    Host,
    HostRefusedError,
    LoginProvider,
    Problem,
    PutContact,
    Refused,
    Saved,
    SaveOutcome,
    SaveRefused,
    SettingsPage,
    Started,
    Step,
    StepState,
    Tab,
    Table,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
    Viewer,
    hookimpl,
)

PBX_API_VERSION = (2, 0)
KEPT: list[Host] = []
STREAMS: list[Any] = []
THREAD_ERRORS: list[BaseException] = []
TURNS: list[str] = []
RELEASE = threading.Event()

_MODES = ("fine", "raise", "wrong", "sleep", "thread", "keep", "again", "for ever", "until stopped", "approval", "exit")


def install(site: Path, *, version: str = "1.2.3") -> None:
    """Write what pip would: a distribution in `site` with an entry point to this module."""
    info = site / f"rogue-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: rogue\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[portsip_pbx]\nrogue = {__name__}\n")


def forget() -> None:
    for kept in (KEPT, STREAMS, THREAD_ERRORS, TURNS):
        kept.clear()
    RELEASE.clear()


@hookimpl
def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
    stored = host.settings.read()
    values = stored.values
    if values.get("mode") == "raise":
        raise RuntimeError("rogue: not today")

    def save(new: Mapping[str, str], expected_version: int) -> SaveOutcome:
        errors = []
        if "people" in new and not new["people"].isdigit():
            errors.append(FieldError(field="people", message="Type a whole number."))
        if new.get("mode", "fine") not in _MODES:
            errors.append(FieldError(field="mode", message="Choose one of the list."))
        if errors:
            return SaveRefused(errors=tuple(errors))
        written = host.settings.write({**values, **new}, expected_version=expected_version)
        return Saved(version=written.version, message="Kept.", next_due_at_utc=host.clock.now_utc())

    def run(request: ActionRequest) -> ActionOutcome:
        if request.action == "shout":
            table = Table(title="T", columns=("a", "b"), rows=(("1", "2"),))
            return Done(
                message=f"{request.values.get('what', 'HO')}!", facts=(Fact(label="L", value="V"),), tables=(table,)
            )
        if request.action == "file":
            return Download(filename="cert.pem", content=b"PEM", message="Here.")
        if request.action == "long":
            return Started(job="long", message="Begun.")
        if request.action == "boom":
            raise RuntimeError("rogue: boom")
        return Refused(message="No.", remedy="Ask nicely.")

    fields = (
        Field(
            name="mode",
            label="Mode",
            kind=FieldKind.CHOICE,
            value=str(values.get("mode", "fine")),
            choices=tuple(Choice(value=mode, label=mode) for mode in _MODES),
        ),
        Field(name="people", label="People", value=str(values.get("people", "3"))),
    )
    actions = [Action(name=name, label=name.title()) for name in ("shout", "file", "long", "boom", "beg")]
    actions.append(Action(name="never", label="Never", enabled=False, why_disabled="It is too late."))
    steps = (
        Step(name="count", title="Count", state=StepState.DONE),
        Step(
            name="ask",
            title="Ask",
            state=StepState.FAILED,
            detail="Nobody answered.",
            remedy="Ask again.",
            actions=("beg",),
            is_next=True,
        ),
    )
    facts = (Fact(label="F", value="f"),)
    tab = Tab(name="main", label="Main", steps=steps, fields=fields, actions=tuple(actions), facts=facts)
    return SettingsPage(title="Rogue", version=stored.version, tabs=(tab,), save=save, run=run)


@hookimpl
def on_login_providers(host: Host, tenant: Tenant) -> list[LoginProvider] | None:
    return None


@hookimpl
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    values = host.settings.read().values
    mode = str(values.get("mode", "fine"))
    TURNS.append(f"{tick.reason.value}:{tick.job or ''}:{mode}")
    if tick.job == "long":
        return TickReport(status=TickStatus.DONE, message="The long job is done.", requests=7)
    return _MODE_OF.get(mode, _be_fine)(host, tick, values)


def _be_fine(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    people = [f"p{n}" for n in range(int(str(values.get("people", "3"))))]
    results = host.users.apply([CreateUser(draft=_draft(name)) for name in people])
    created = sum(result.status == "applied" for result in results)
    source = ContactSource(mailbox_id="m", folder_id="f", contact_id="c")
    put = PutContact(external_id="c", draft=DraftContact(name="Zoë"), sources=(source,))
    host.contacts.apply(CompanyBook(), [put])
    for n in range(450):
        host.progress.problem(
            Problem(reason="guest", subject=f"g{n:03}", login_name=f"g{n}@x.example", detail="A guest.")
        )
    host.progress.report("people", len(people), len(people))
    return TickReport(
        status=TickStatus.DONE,
        message=f"{created} made.",
        counts=Counts(created=created, unchanged=len(people) - created, skipped=450),
        problem_counts={"guest": 450},
        requests=12,
        next_due_at_utc=host.clock.now_utc() + timedelta(days=1),
    )


def _raise(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    raise RuntimeError("rogue: not tonight")


def _exit(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    raise SystemExit(0)


def _be_wrong(host: Host, tick: Tick, values: Mapping[str, Any]) -> Any:
    return "done"


def _sleep(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    RELEASE.wait(30)
    try:
        host.state.put("late", True)
    except HostRefusedError as error:
        THREAD_ERRORS.append(error)
    return TickReport(status=TickStatus.DONE)


def _wake_up_late(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    RELEASE.wait(30)
    host.state.put("late", True)
    return TickReport(status=TickStatus.DONE)


def _write_from_a_thread(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    def write() -> None:
        try:
            host.state.put("thread", True)
        except HostRefusedError as error:
            THREAD_ERRORS.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    return TickReport(status=TickStatus.DONE)


def _keep(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    KEPT.append(host)
    stream = host.users.linked()
    next(stream, None)
    STREAMS.append(stream)
    return TickReport(status=TickStatus.DONE)


def _go_on_twice(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    if len(TURNS) < 3:
        return TickReport(status=TickStatus.STOPPED, message="There is more.", resumable=True)
    due = host.clock.now_utc() + timedelta(days=1)
    return TickReport(status=TickStatus.DONE, message="All done.", next_due_at_utc=due)


def _go_on_for_ever(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    return TickReport(status=TickStatus.STOPPED, message="There is more.", resumable=True)


def _work_until_stopped(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    for n in range(600):
        host.progress.report("waiting", n)
        if host.progress.should_stop():
            return TickReport(status=TickStatus.STOPPED, message="Stopped.", resumable=True)
        time.sleep(0.05)
    return TickReport(status=TickStatus.FAILED, message="Nobody asked.")


def _ask(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    if tick.confirm_first_plan:
        return TickReport(status=TickStatus.DONE, message="Confirmed beforehand.")
    return TickReport(status=TickStatus.NEEDS_APPROVAL, message="Approve the plan.")


def _be_quiet(host: Host, tick: Tick, values: Mapping[str, Any]) -> TickReport:
    host.progress.problem(Problem(reason="user_limit", subject="g1"))
    due_at_utc = tick.now_utc + timedelta(minutes=5)
    return TickReport(
        status=TickStatus.DONE, message="Nothing new.", quiet=True, requests=1, next_due_at_utc=due_at_utc
    )


_MODE_OF: dict[str, Any] = {
    "raise": _raise,
    "quiet": _be_quiet,
    "exit": _exit,
    "wrong": _be_wrong,
    "sleep": _sleep,
    "late": _wake_up_late,
    "thread": _write_from_a_thread,
    "keep": _keep,
    "again": _go_on_twice,
    "for ever": _go_on_for_ever,
    "until stopped": _work_until_stopped,
    "approval": _ask,
}


def _draft(name: str) -> DraftUser:
    link = UserLink(authority="rogue", subject=name)
    return DraftUser(link=link, usernames=(name,), display_name=name.upper(), email=f"{name}@contoso.example")
