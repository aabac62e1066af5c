"""Outages of a whole tenant, through the plugin manager and against the simulator.

A machine draws what happens: a fault begins or ends, mails arrive, an administrator acts, a process is killed.
Whatever it draws, each mail that the queue accepted is delivered or visibly waits. A copy is made only of a mail whose
answer was lost, and is marked.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from pbx_devhost.core import Pbx
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.smtp import store_smtp
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.sql.schema import outbox
from pbx_plugin_api import ActionRequest, Done, NotificationKind, Priority, Viewer
from portsip_m365_plugin.mapping.messages import COPY_HEADER, ID_HEADER
from portsip_m365_plugin.simulator.faults import Fault
from tests.conftest import MakeLab
from tests.support.lab import PERMISSIONS, Lab, forget_microsoft
from tests.support.mail_lab import Post, open_post, shared_mailbox
from tests.support.mail_samples import make_note
from tests.support.smtp_server import Postbox, run_smtp_server

ADMIN = Viewer(username="admin", may_edit=True)
KEEP_S = 30 * 86_400.0
MINUTE_S = 60.0


class Office:
    """A PBX with a queue, the plugin, and a Microsoft that breaks and is repaired."""

    def __init__(self, lab: Lab, folder: Path, postbox: Postbox | None = None) -> None:
        self.lab, self.postbox = lab, postbox
        lab.realm().limits.settings.enabled = False  # those limits run on real time
        self.post: Post = open_post(lab, folder)
        self.clock = self.post.clock
        self.pbx = Pbx(f"sqlite:///{folder / 'pbx.db'}", now=self.clock)
        self.tenant, self.box = self.post.tenant, self.pbx.stores.outbox
        self.accepted: list[str] = []
        app = lab.apps["GLOBAL"]
        certificates = list(app.certificates)
        self.faults: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            "certificate": (app.certificates.clear, lambda: app.certificates.extend(certificates)),
            "consent": (lambda: self._permit("User.Read.All"), lambda: self._permit(*PERMISSIONS)),
            "disabled": (lambda: setattr(app, "enabled", False), lambda: setattr(app, "enabled", True)),
            "blocked": (
                lambda: lab.admin().refuse_sending(shared_mailbox(lab)),
                lambda: lab.admin().refuse_sending(shared_mailbox(lab), ""),
            ),
            "exchange": (lambda: self._refuse(403, "ErrorAccessDenied"), lab.realm().faults.clear),
            "graph 401": (lambda: self._refuse(401, "InvalidAuthenticationToken"), lab.realm().faults.clear),
            "mailbox": (lambda: self._refuse(404, "ErrorInvalidUser"), lab.realm().faults.clear),
            "entra busy": (
                lambda: lab.realm().faults.add(Fault("status", match="oauth2/v2.0/token", status=503, times=None)),
                lab.realm().faults.clear,
            ),
            "answers lost": (
                lambda: lab.realm().faults.add(
                    Fault("reset_lost", match="sendMail", times=None, probability=0.4, seed=len(self.accepted))
                ),
                lab.realm().faults.clear,
            ),
        }

    def _permit(self, *permissions: str) -> None:
        self.lab.apps["GLOBAL"].permissions = set(permissions)

    def _refuse(self, status: int, code: str) -> None:
        self.lab.realm().faults.add(Fault("status", match="sendMail", status=status, code=code, times=None))

    def begin(self, fault: str) -> None:
        self.faults[fault][0]()
        forget_microsoft()  # as after an hour, when the token ends

    def end(self, fault: str) -> None:
        self.faults[fault][1]()

    def put(self, kind: str, to: str) -> str:
        urgent = {"kind": NotificationKind.TWO_FACTOR_CODE, "priority": Priority.URGENT}
        more: dict[str, Any] = urgent if kind == "code" else {"kind": NotificationKind.VOICEMAIL}
        note = make_note(
            notification_id=f"{kind}-{len(self.accepted)}", to=(to,), created_at_utc=self.clock.utc(), **more
        )
        assert self.box.put(self.tenant.pbx_tenant_id, note, keep_s=KEEP_S)
        self.accepted.append(note.notification_id)
        return note.notification_id

    def deliver(self) -> None:
        Delivery(self.pbx, chance=lambda: 0.0).deliver_due()

    def pass_time(self, seconds: float) -> None:
        """Deliver whenever something is due."""
        end = self.clock.at + seconds
        while True:
            self.deliver()
            due_at = self.box.next_due_at()
            if due_at is None or due_at > end:
                break
            self.clock.at = max(self.clock.at + 0.001, due_at)
        self.clock.at = end

    def press(self, action: str, **values: str) -> Any:
        asked = ActionRequest(action=action, values=values, viewer=ADMIN.username)
        return self.pbx.press("m365", self.tenant, ADMIN, asked).value

    def kill(self, *, after_sending: bool) -> None:
        """Take a mail, perhaps send it, and end before the result is stored."""
        claimed = self.box.claim()
        if claimed is None:
            return
        if after_sending and not claimed.by_fallback:
            self.pbx.plugins.send_notification(self.tenant, claimed.notification)
        with self.pbx.stores.database.write() as connection:
            gone = "0" * 32
            connection.execute(update(outbox).where(outbox.c.seq == claimed.seq).values(holder=gone))

    @property
    def token_requests(self) -> int:
        return sum(1 for entry in self.lab.realm().journal.entries() if entry.target.endswith("/oauth2/v2.0/token"))

    def arrivals(self) -> dict[str, list[bool]]:
        """For each mail that arrived: whether each copy was marked, in the order of arrival by each channel."""
        marks: dict[str, list[bool]] = defaultdict(list)
        for sent in self.lab.tenant().sent:
            headers = {item["name"]: item["value"] for item in sent["message"]["internetMessageHeaders"]}
            marks[headers[ID_HEADER]].append(COPY_HEADER in headers)
        for _, mail in self.postbox.got if self.postbox else []:
            marks[mail["X-PortSIP-Notification-Id"]].append("Possibly sent twice" in mail["Subject"])
        return marks

    def check_nothing_is_lost(self) -> None:
        """Each accepted mail is delivered, or an administrator sees it wait and why."""
        arrived = self.arrivals()
        rows = {row.id: row for row in self.box.rows(self.tenant.pbx_tenant_id)}
        assert set(rows) == set(self.accepted)
        for mail_id, row in rows.items():
            assert row.state not in (MailState.EXPIRED, MailState.DEAD) or mail_id.startswith("bad"), row.reason
            if row.state == MailState.SENT:
                assert arrived[mail_id]
            copies = arrived.get(mail_id, [])
            assert len(copies) <= 1 + row.n_unknown, "a copy without a lost answer"
            assert sum(not is_marked for is_marked in copies) <= 1, "an unmarked copy"

    def close(self) -> None:
        self.pbx.close()
        self.post.stores.database.close()


@pytest.fixture
def office(lab: Lab, tmp_path: Path) -> Iterator[Office]:
    made = Office(lab, tmp_path)
    yield made
    made.close()


LASTING = ["certificate", "consent", "disabled", "blocked", "exchange", "graph 401", "mailbox"]


@pytest.mark.parametrize("fault", LASTING)
def test_an_hour_without_it_loses_nothing_and_costs_a_handful_of_tokens(office: Office, fault: str) -> None:
    office.begin(fault)
    mails = [office.put("voicemail", f"u{n}@customer.example") for n in range(50)]
    before = office.token_requests
    office.pass_time(60 * MINUTE_S)
    assert office.token_requests - before <= (12 if fault == "graph 401" else 6)  # a 401 renews the token once
    assert office.box.counts(office.tenant.pbx_tenant_id) == {"deferred": 1, "queued": 49}
    (notice,) = office.pbx.stores.notices.rows(office.tenant.pbx_tenant_id)
    assert notice.notice.is_open
    found = office.box.lanes.fault(office.tenant.pbx_tenant_id)
    assert found is not None
    assert found.reason in notice.notice.text
    office.end(fault)
    office.pass_time(20 * MINUTE_S)  # by itself, in order
    assert [sent for sent in office.arrivals() if sent in mails] == mails
    assert office.box.lanes.fault(office.tenant.pbx_tenant_id) is None
    (notice,) = office.pbx.stores.notices.rows(office.tenant.pbx_tenant_id)
    assert not notice.notice.is_open


def test_an_hour_in_which_entra_is_busy_costs_a_handful_of_tokens(office: Office) -> None:
    office.begin("entra busy")
    office.put("voicemail", "a@customer.example")
    before = office.token_requests
    office.pass_time(60 * MINUTE_S)
    assert office.token_requests - before <= 8
    office.end("entra busy")
    office.pass_time(16 * MINUTE_S)
    assert office.box.counts(office.tenant.pbx_tenant_id) == {"sent": 1}


@pytest.mark.parametrize("fault", ["certificate", "consent"])
def test_an_administrators_button_sends_what_waits(office: Office, fault: str) -> None:
    office.begin(fault)
    office.put("voicemail", "a@customer.example")
    office.pass_time(30 * MINUTE_S)
    office.end(fault)
    office.deliver()
    assert office.lab.tenant().sent == [], "the next try by itself is later"
    assert isinstance(office.press("test_connection"), Done)
    office.deliver()
    assert office.box.counts(office.tenant.pbx_tenant_id) == {"sent": 1}


def run_machine(lab: Lab, folder: Path, seed: int, n_steps: int) -> Office:
    """Let `n_steps` random things happen, repair everything, and check what became of each mail."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        postbox = None
        if seed % 3 == 0:
            server = stack.enter_context(run_smtp_server(folder))
            postbox = server.postbox
        office = Office(lab, folder, postbox)
        stack.callback(office.close)
        if postbox is not None:
            store_smtp(office.pbx.stores, server.settings)
        lasting: set[str] = set()
        for _ in range(n_steps):
            step = chance.choice(["begin", "end", "mail", "mail", "mail", "time", "time", "admin", "kill"])
            if step == "begin" and len(lasting) < 2:
                fault = chance.choice(sorted(set(office.faults) - lasting))
                office.begin(fault)
                lasting.add(fault)
            elif step == "end" and lasting:
                # Faults of the simulator's rules end together.
                for fault in sorted(lasting):
                    office.end(fault)
                lasting.clear()
            elif step == "mail":
                for _ in range(chance.randint(1, 4)):
                    kind = chance.choice(["voicemail", "voicemail", "voicemail", "code", "bad"])
                    to = "no address" if kind == "bad" else f"u{chance.randrange(3)}@customer.example"
                    office.put(kind, to)
            elif step == "time":
                office.pass_time(chance.choice([1.0, 60.0, 400.0, 1800.0]))
            elif step == "admin":
                office.press("test_connection")
                office.deliver()
            elif step == "kill":
                office.kill(after_sending=chance.random() < 0.5)
            office.check_nothing_is_lost()
        for fault in sorted(lasting):
            office.end(fault)
        office.pass_time(3 * 3600.0)
        for row in list(office.box.rows(office.tenant.pbx_tenant_id, state=MailState.HELD)):
            office.box.send_again(office.tenant.pbx_tenant_id, row.id)
        forget_microsoft()  # hours have passed, and a token lives for one; msal counts by the real clock
        office.put("voicemail", "last@customer.example")  # a fault that nothing probed is found ended
        office.pass_time(3 * 3600.0)
        office.check_nothing_is_lost()
        counts = office.box.counts(office.tenant.pbx_tenant_id)
        assert set(counts) <= {MailState.SENT, MailState.DEAD}
        assert {mail_id for mail_id in office.accepted if not mail_id.startswith("bad")} == set(office.arrivals())
        assert office.box.lanes.faults() == []
        open_ones = office.pbx.stores.notices.open_ones(office.tenant.pbx_tenant_id)
        assert [each for each in open_ones if each.notice.kind == "mail.paused"] == []
        return office


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_mail_is_delivered_or_visibly_waits(lab: Lab, tmp_path: Path, seed: int) -> None:
    run_machine(lab, tmp_path, seed, 40)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 300))
def test_whatever_happens_for_long(make_lab: MakeLab, tmp_path: Path, seed: int) -> None:
    run_machine(make_lab(), tmp_path, seed, 120)
