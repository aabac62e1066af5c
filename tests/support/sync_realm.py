"""A sync without sockets: a Graph client whose connections end in a simulated cloud of this process, and a fake PBX.

Everything of the client is real (wire table, retries, gate, paging, batches), and so is everything of the simulator but
its server: an adapter hands requests over, and plays what a socket would do to an answer (resets, cut bodies).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from pbx_plugin_api import (
    Done,
    LinkedUser,
    PlanRow,
    Tenant,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
    UserLink,
    Viewer,
    read_plan_rows,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.clouds import CHINA, GLOBAL, Cloud
from portsip_m365_plugin.config.guard import GuardConfig
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.config.scope import EVERYBODY, ScopeConfig
from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.simulator import front
from portsip_m365_plugin.simulator.exchange import Request
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.tenant import Tenant as MicrosoftTenant
from portsip_m365_plugin.users.approval import approve
from portsip_m365_plugin.users.run import preview_user_sync, run_user_sync

CLOUDS: dict[str, Cloud] = {"GLOBAL": GLOBAL, "CHINA": CHINA}
ADMIN = Viewer(username="root")
PATIENT = RetryPolicy(budget_s=900.0)


class RealmAdapter(BaseAdapter):
    """Hands requests to a realm, and does to its answers what the network would."""

    def __init__(self, realm: Realm) -> None:
        super().__init__()
        self._realm = realm
        self.before_each: Callable[[], None] | None = None
        """Called before a request is handed over: the world goes on while a run reads."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.before_each is not None:
            self.before_each()
        parts = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        answer, transport = front.answer(
            self._realm,
            Request(
                request.method or "GET",
                parts.path + (f"?{parts.query}" if parts.query else ""),
                {name.lower(): value for name, value in request.headers.items()},
                body,
                f"{parts.scheme}://{parts.netloc}",
            ),
        )
        kind = transport.kind if transport else ""
        if kind == "reset_before":
            raise requests.exceptions.ConnectionError("connection reset by peer")
        headers = {"Content-Type": answer.content_type, **answer.headers, "request-id": "r"}
        content = answer.body
        if kind == "reset_during":  # the length is known, so that the loss is noticed
            headers["Content-Length"] = str(len(content))
        if kind in ("reset_during", "truncate"):
            content = content[: len(content) // 2]
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url or "", request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(
            io.BytesIO(content), headers=headers, status=answer.status, preload_content=False, request_method="GET"
        )
        return response

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class RealmTokens:
    """Tokens of a realm, without Entra's part."""

    realm: Realm
    tenant_id: str
    permissions: tuple[str, ...]
    held: str = ""

    def get(self) -> str:
        if not self.held:
            self.renew()
        return self.held

    def renew(self) -> str:
        app = self.realm.tenants[self.tenant_id].register_app(permissions=self.permissions, client_id="pbx")
        expires_s = self.realm.clock.time_s() + 3600
        self.held = self.realm.tokens.issue(AccessToken(app, self.tenant_id, frozenset(self.permissions), expires_s))
        return self.held


@dataclass
class SyncLab:
    """One tenant of Microsoft's, one of the PBX's, and runs between them."""

    users: int = 60
    cloud: str = "GLOBAL"
    seed: int = 1
    permissions: tuple[str, ...] = ("User.Read.All",)
    host: FakeHost = field(default_factory=FakeHost)
    policy: RetryPolicy = PATIENT
    photo_share: float = 0.0
    limits: GuardConfig = field(default_factory=GuardConfig)
    leavers: LeaversConfig = field(default_factory=LeaversConfig)
    scope: ScopeConfig = EVERYBODY
    runs: int = 0

    def __post_init__(self) -> None:
        self.realm = Realm(self.cloud)
        self.microsoft: MicrosoftTenant = self.realm.add_tenant(
            self.users, self.seed, "contoso.example", 0, self.photo_share
        )
        self.rules = MappingRules(entra_tenant_id=self.microsoft.id, country=self.host.tenant.country)
        self.session = requests.Session()
        self.session.trust_env = False
        self.wire = RealmAdapter(self.realm)
        self.session.mount("https://", self.wire)
        self.tokens = RealmTokens(self.realm, self.microsoft.id, self.permissions)
        self.elapsed_s = 0.0

    # ------------------------------------------------------------------ runs

    def client(self, deadline_utc: datetime | None = None) -> GraphClient:
        timing = Timing(
            now_utc=self.host.clock.now_utc, monotonic=lambda: self.elapsed_s, sleep=self._sleep, random=lambda: 0.5
        )
        return GraphClient(
            cloud=CLOUDS[self.cloud],
            tokens=self.tokens,
            session=self.session,
            gate=ThrottleGate(timing.monotonic, timing.sleep),
            policy=self.policy,
            timing=timing,
            deadline_utc=deadline_utc,
        )

    def tick(self, *, confirm: bool = False) -> Tick:
        self.runs += 1
        now_utc = self.host.clock.now_utc()
        return Tick(
            run_id=f"r{self.runs}",
            reason=TickReason.FORCED,
            now_utc=now_utc,
            deadline_utc=now_utc.replace(year=now_utc.year + 1),
            confirm_first_plan=confirm,
        )

    def run(
        self,
        *,
        confirm: bool = False,
        full: bool = False,
        between_nights: bool = False,
        deadline_utc: datetime | None = None,
    ) -> TickReport:
        self.host.users.applied.clear()
        self.host.progress.problems.clear()
        client = self.client(deadline_utc)
        return run_user_sync(
            self.host,
            self.tenant,
            self.tick(confirm=confirm),
            client,
            self.rules,
            scope=self.scope,
            leavers=self.leavers,
            limits=self.limits,
            full=full,
            is_between_nights=between_nights,
        )

    def preview(self) -> TickReport:
        return preview_user_sync(
            self.host,
            self.tenant,
            self.tick(),
            self.client(),
            self.rules,
            scope=self.scope,
            leavers=self.leavers,
            limits=self.limits,
        )

    def settle(self) -> None:
        """First import and the full listing after it: from here on a night costs one request."""
        for confirm in (True, False):
            report = self.run(confirm=confirm)
            assert report.status is TickStatus.DONE, report

    def approve(self, report: TickReport) -> None:
        assert report.plan is not None
        outcome = approve(self.host, report.plan.checksum, ADMIN)
        assert isinstance(outcome, Done), outcome

    def pass_days(self, days: float) -> None:
        """A while later, on both sides."""
        self.host.clock.move(days=days)
        self.realm.clock.shift(days * 86_400)
        self.tokens.held = ""  # it has died meanwhile

    @property
    def tenant(self) -> Tenant:
        return self.host.tenant

    # ------------------------------------------------------------------ Microsoft's side

    def people(self, kind: str = "ordinary") -> list[Person]:
        return [person for person in self.microsoft.directory.order if person.kind == kind and person.listed]

    def patch(self, person: Person, **changes: Any) -> None:
        self.microsoft.directory.patch(person, changes)

    def hire(self, upn: str, given: str = "New", surname: str = "Hire", oid: str | None = None, **props: Any) -> Person:
        template = self.people()[0].props
        number = len(self.microsoft.directory.order)
        person = Person(
            oid or f"{number:08x}-0000-4000-8000-00000000beef",
            "ordinary",
            {
                **template,
                "userPrincipalName": upn,
                "mail": upn,
                "proxyAddresses": [f"SMTP:{upn}"],
                "givenName": given,
                "surname": surname,
                "displayName": f"{given} {surname}",
                "businessPhones": [],
                "mobilePhone": None,
                **props,
            },
            "user",
        )
        self.microsoft.directory.add(person)
        return person

    def soft_delete(self, person: Person) -> None:
        self.microsoft.directory.soft_delete(person, self.microsoft.now())

    # ------------------------------------------------------------------ the PBX's side

    def link(self, person: Person) -> UserLink:
        return UserLink(authority=self.microsoft.id, subject=person.id)

    def user(self, person: Person) -> LinkedUser | None:
        return self.host.users.find(self.link(person))

    def must_have(self, person: Person) -> LinkedUser:
        user = self.user(person)
        assert user is not None, person
        return user

    def plan_rows(self, report: TickReport) -> Iterator[PlanRow]:
        assert report.plan is not None
        assert report.plan.rows_blob is not None
        with self.host.blobs.open(report.plan.rows_blob) as file:
            yield from read_plan_rows(file)

    def _sleep(self, seconds: float) -> None:
        self.elapsed_s += seconds
        self.host.clock.move(seconds=seconds)
