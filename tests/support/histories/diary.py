"""The plugin `diary`: a small sync and a small mail service, which write down what they did.

"Microsoft" is a file for each tenant. The log has one JSON line an event; a killed process loses none that it wrote.
"""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from pbx_plugin_api import (
    CompanyBook,
    ContactSource,
    CreateUser,
    DeleteUser,
    DeliveryReceipt,
    DeliveryStatus,
    DisableReason,
    DisableUser,
    DraftContact,
    DraftUser,
    DropContact,
    EnableUser,
    Host,
    LinkedUser,
    Notification,
    PutContact,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    UpdateUser,
    UserChange,
    UserLink,
    hookimpl,
)

PBX_API_VERSION = (2, 0)
NAME = "diary"
LOG = "DIARY_LOG"
MICROSOFT = "DIARY_MICROSOFT"
WORKER = "DIARY_WORKER"
TRIP_S = 0.03
"""A round trip to Microsoft."""
POST_S = 0.06
"""From the request of a mail until it is accepted, and from there until the answer is here."""
LOST = "the answer goes lost"
"""A mail whose subject says so is accepted, and its first answer does not arrive."""


def install(site: Path) -> None:
    """Write what pip would."""
    info = site / f"{NAME}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[portsip_pbx]\n{NAME} = {__name__}\n")


def read_log(log: Path) -> list[dict[str, Any]]:
    """Return the events, oldest first."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@hookimpl
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    token = host.progress.fencing_token
    _note("begin", tenant=tenant.pbx_tenant_id, token=token)
    try:
        return _run(host, tenant, tick, token)
    finally:
        _note("end", tenant=tenant.pbx_tenant_id, token=token)


def _run(host: Host, tenant: Tenant, tick: Tick, token: int) -> TickReport:
    there = json.loads(Path(os.environ[MICROSOFT], tenant.pbx_tenant_id).read_text())
    linked = {user.link.subject: user for user in host.users.linked()}
    changes = [change for change in _plan(tenant, there["people"], linked) if change is not None]
    for start in range(0, len(changes), 2):
        time.sleep(TRIP_S)
        if _stops(host, "users", start):
            return TickReport(status=TickStatus.STOPPED, resumable=True)
        host.users.apply(changes[start : start + 2])
        host.state.put("token", token)
    time.sleep(TRIP_S)
    if _stops(host, "contacts", 0):
        return TickReport(status=TickStatus.STOPPED, resumable=True)
    _sync_contacts(host, there["contacts"])
    host.state.put("token", token)
    return TickReport(status=TickStatus.DONE, next_due_at_utc=tick.now_utc + timedelta(days=1))


def _stops(host: Host, stage: str, done: int) -> bool:
    host.progress.report(stage, done)
    return host.progress.should_stop()


def _plan(tenant: Tenant, people: dict[str, Any], linked: dict[str, LinkedUser]) -> list[UserChange | None]:
    changes: list[UserChange | None] = []
    for subject in sorted(people.keys() | linked.keys()):
        link, user = UserLink(authority=tenant.pbx_tenant_id, subject=subject), linked.get(subject)
        if subject not in people:
            changes.append(DeleteUser(link=link))
            continue
        name, is_enabled = people[subject]
        draft = DraftUser(link=link, usernames=(subject, f"{subject}.2"), display_name=name)
        if user is None:
            changes.append(CreateUser(draft=draft))
        elif user.display_name != name:
            changes.append(UpdateUser(draft=draft, fields=("display_name",)))
        if is_enabled and user is not None and not user.enabled:
            changes.append(EnableUser(link=link))
        elif not is_enabled and (user is None or user.enabled):
            changes.append(DisableUser(link=link, reason=DisableReason.ACCOUNT_DISABLED))
    return changes


def _sync_contacts(host: Host, contacts: dict[str, str]) -> None:
    book = CompanyBook()
    there = {each.external_id: each.draft.name for each in host.contacts.synced(book)}
    changes: list[Any] = [DropContact(external_id=each) for each in sorted(there.keys() - contacts.keys())]
    for each, name in sorted(contacts.items()):
        if there.get(each) != name:
            source = ContactSource(mailbox_id="m", folder_id="f", contact_id=each)
            changes.append(PutContact(external_id=each, draft=DraftContact(name=name), sources=(source,)))
    host.contacts.apply(book, changes)


@hookimpl
def on_send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    if not Path(os.environ[MICROSOFT], tenant.pbx_tenant_id).exists():
        return None  # a tenant of another plugin
    mail_id, is_marked = notification.notification_id, notification.previous_outcome_unknown
    _note("try", mail=mail_id)
    time.sleep(POST_S)
    if host.progress.should_stop():
        return DeliveryReceipt(status=DeliveryStatus.DEFERRED, reason="Another worker has it.")
    _note("sent", mail=mail_id, is_marked=is_marked)
    time.sleep(POST_S)
    if LOST in notification.subject and notification.attempt == 1:
        _note("lost", mail=mail_id)
        return DeliveryReceipt(status=DeliveryStatus.UNKNOWN, reason="The answer was lost.")
    return DeliveryReceipt(status=DeliveryStatus.ACCEPTED)


def _note(event: str, **values: object) -> None:
    whole = {"at": time.monotonic(), "worker": os.environ[WORKER], "event": event, **values}
    # One write at the end of the file: whole even if the process is killed in the next moment.
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(log, f"{json.dumps(whole)}\n".encode())
    finally:
        os.close(log)
