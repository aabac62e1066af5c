"""One simulated cloud: its tenants, its clock, limits, faults, journal, and the way in for every request."""

import itertools
import random
import secrets
import time
from email.utils import formatdate
from typing import Any

from portsip_m365_plugin.simulator.control.faults import Fault, Faults, Transport, faulty_status
from portsip_m365_plugin.simulator.entra.service import Entra
from portsip_m365_plugin.simulator.exchange import Answer, Refused, Request
from portsip_m365_plugin.simulator.graph.limits import Limits
from portsip_m365_plugin.simulator.graph.service import PAGE_FAULTS, answer_graph, refusal
from portsip_m365_plugin.simulator.graph.uploads import upload
from portsip_m365_plugin.simulator.journal import Journal
from portsip_m365_plugin.simulator.settings import Settings
from portsip_m365_plugin.simulator.world.apps import AccessTokens
from portsip_m365_plugin.simulator.world.clock import SimulatedClock
from portsip_m365_plugin.simulator.world.schema import Schema
from portsip_m365_plugin.simulator.world.tenant import Tenant

_TRANSPORTS = {
    "reset_lost": "reset_before",  # for the socket the same: no byte goes out; but the request was carried out
    "reset_during": "reset_during",
    "reset_after": "reset_after",
    "truncate": "truncate",
    "slow": "slow",
}


class Realm:
    """A cloud. ``handle`` answers one request; everything else here is state that handlers share."""

    def __init__(self, cloud: str) -> None:
        self.cloud = cloud
        self.schema = Schema(cloud)
        self.settings = Settings()
        self.clock = SimulatedClock()
        self.limits = Limits()
        self.faults = Faults()
        self.journal = Journal()
        self.tokens = AccessTokens()
        self.tenants: dict[str, Tenant] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.secret = secrets.token_bytes(32)
        self.random = random.Random(1)  # noqa: S311  order of batch answers
        self.entra = Entra(self)
        self.others: list[Realm] = []  # the other clouds of the same simulator
        self._pages = itertools.count(1)

    def find_tenant(self, key: str) -> Tenant | None:
        """A tenant by GUID or verified domain."""
        lowered = key.lower()
        tenant = self.tenants.get(lowered)
        return tenant or next((each for each in self.tenants.values() if each.domain == lowered), None)

    def add_tenant(
        self,
        users: int,
        seed: int,
        domain: str,
        contacts_per_mailbox: int | None = None,
        photo_share: float = 0.66,
    ) -> Tenant:
        """Make a tenant from a seed."""
        tenant = Tenant(self.schema, self.clock, users, seed, domain, contacts_per_mailbox, photo_share)
        self.tenants[tenant.id] = tenant
        return tenant

    def page_habits(self, can_be_empty: bool) -> frozenset[str]:
        """What this page does out of habit (settings), beside faults on order."""
        settings = self.settings
        if not settings.empty_page_every and not settings.duplicate_every:
            return frozenset()
        number = next(self._pages)
        habits = set()
        if can_be_empty and settings.empty_page_every and number % max(2, settings.empty_page_every) == 0:
            habits.add("empty_page")
        if settings.duplicate_every and number % settings.duplicate_every == 0:
            habits.add("duplicates")
        return frozenset(habits)

    def note(self, request: Request, template: str, status: int, app_id: str = "", mailbox_id: str = "") -> None:
        """Enter a request in the journal."""
        self.journal.note(
            request.method,
            template,
            request.target,
            status,
            app_id,
            mailbox_id,
            request.inside_batch,
            request.headers,
        )

    def handle(self, request: Request) -> tuple[Answer, Transport | None]:
        """Faults around, Graph, uploads or Entra within."""
        struck = self.faults.striking(request)
        if not struck:
            return self._route(request, frozenset()), None
        return self._handle_struck(request, struck)

    def _handle_struck(self, request: Request, struck: list[Fault]) -> tuple[Answer, Transport | None]:
        for fault in struck:
            if fault.kind == "delay":
                time.sleep(fault.pause_s)
            elif fault.kind == "reset_before":
                self.note(request, "(reset)", 0)
                return Answer(500), Transport("reset_before")
            elif fault.kind in ("status", "redirect"):
                answer = faulty_status(fault)
                self.note(request, "(fault)", answer.status)
                return answer, None
        kinds = frozenset(fault.kind for fault in struck)
        answer = self._route(request, kinds & PAGE_FAULTS)
        transport: Transport | None = None
        for fault in struck:
            if fault.kind == "replace":
                body = answer.body if fault.body is None else fault.body.encode()
                answer = Answer(answer.status, body, fault.content_type or answer.content_type, answer.headers)
            elif fault.kind in _TRANSPORTS:
                transport = Transport(_TRANSPORTS[fault.kind], fault.chunk_bytes, fault.pause_s)
        return answer, transport

    def _route(self, request: Request, page_faults: frozenset[str]) -> Answer:
        first = request.segments[0].lower() if request.segments else ""
        if first in ("v1.0", "beta") and not request.on_browser_port:
            return answer_graph(self, request, page_faults)
        if first == "api" and not request.on_browser_port:
            try:
                answer = upload(self, request)
            except Refused as refused:
                answer = refusal(self, request, refused)
            self.note(request, "(upload)", answer.status)
            return answer
        answer = self.entra.answer(request)
        # Entra tells its own time: from it a client learns that its clock is wrong.
        answer.headers.setdefault("Date", formatdate(self.clock.time_s(), usegmt=True))
        return answer
