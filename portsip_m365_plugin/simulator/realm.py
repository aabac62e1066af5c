"""The state of one simulated cloud: its tenants, clock, limits, faults and journal. Handlers share it."""

import itertools
import random
import secrets
from typing import Any

from portsip_m365_plugin.simulator.exchange import Request
from portsip_m365_plugin.simulator.faults import Faults
from portsip_m365_plugin.simulator.journal import Journal
from portsip_m365_plugin.simulator.limits import Limits
from portsip_m365_plugin.simulator.settings import Settings
from portsip_m365_plugin.simulator.world.apps import AccessTokens
from portsip_m365_plugin.simulator.world.clock import SimulatedClock
from portsip_m365_plugin.simulator.world.schema import Schema
from portsip_m365_plugin.simulator.world.sign_ins import Codes, Sessions
from portsip_m365_plugin.simulator.world.signing_keys import SigningKeys
from portsip_m365_plugin.simulator.world.tenant import Tenant


class Realm:
    """A cloud.

    ``browser_origin`` is where its pages are served without TLS, for browsers on this machine: a browser does not trust
    the authority made at start. What programs ask for (discovery, keys, token) is served over TLS.
    """

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
        self.codes = Codes()
        self.sessions = Sessions()
        self.signing_keys = SigningKeys()
        self.browser_origin: str | None = None
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
        """What the settings do to this page, besides ordered faults."""
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
        """Add a request to the journal."""
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
