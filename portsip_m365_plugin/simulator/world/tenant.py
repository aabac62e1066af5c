"""One simulated tenant: its people, mailboxes, apps, and sent mail."""

import random
import threading
import uuid
from typing import Any

from portsip_m365_plugin.simulator.world.apps import DEFAULT_PERMISSIONS, AppRegistration, KeyRules, UploadedCertificate
from portsip_m365_plugin.simulator.world.clock import SimulatedClock, graph_time
from portsip_m365_plugin.simulator.world.directory import Directory, Person
from portsip_m365_plugin.simulator.world.mailboxes import Mailbox
from portsip_m365_plugin.simulator.world.rendering import Renderer
from portsip_m365_plugin.simulator.world.schema import Schema
from portsip_m365_plugin.simulator.world.seed import seed_contacts, seed_tenant

_SWITCHES = frozenset(
    {
        *("enabled", "has_enterprise_app", "known_to_graph", "assignment_required", "assigned", "consent_given"),
        *("blocked_by_policy", "rbac"),
    }
)


class Tenant:
    """Built from a seed; everything in it is reproducible. ``id`` is the GUID, ``domain`` the verified domain."""

    def __init__(
        self,
        schema: Schema,
        clock: SimulatedClock,
        users: int,
        seed: int,
        domain: str,
        contacts_per_mailbox: int | None = None,
        photo_share: float = 0.66,
    ) -> None:
        self.id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{schema.cloud}-{seed}-{domain}"))
        self.domain = domain
        self.seed = seed
        self.display_name = domain.partition(".")[0].title()
        self.clock = clock
        self.directory = Directory(schema)
        self.apps: dict[str, AppRegistration] = {}
        self.sent: list[dict[str, Any]] = []
        self.auto_sign_in_upn: str | None = None
        self.region_sub_scope = "DODCON" if schema.cloud == "USGOV" else ""  # GCC (GLOBAL), DODCON (GCC High), DOD
        self.has_exchange = True  # False: no subscription with Exchange Online; no mailbox can be reached
        self.blocked_by_policy = False  # Conditional Access refuses every interactive sign-in
        self.id_token_changes: dict[str, Any] = {}  # claims put into every ID token, true or not
        self.key_rules = KeyRules()
        self.delta_generation = 0
        self.contacts_per_mailbox = (
            (0 if users > 1000 else 12) if contacts_per_mailbox is None else contacts_per_mailbox
        )
        self._mailboxes: dict[str, Mailbox] = {}
        self._lock = threading.RLock()
        seed_tenant(self.directory, users, seed, domain, photo_share)
        self.renderer = Renderer(self.directory)

    def mailbox(self, person: Person) -> Mailbox:
        """The person's mailbox, filled on first use, always the same; empty for people created later."""
        with self._lock:
            found = self._mailboxes.get(person.id)
            if found is None:
                found = self._mailboxes[person.id] = Mailbox(person.id)
                if person.kind != "created":
                    self._fill(found)
            return found

    def known_mailboxes(self) -> dict[str, Mailbox]:
        """Mailboxes that have been used."""
        return dict(self._mailboxes)

    def register_app(
        self,
        certificate_pem: str | None = None,
        redirect_uris: tuple[str, ...] | list[str] | None = None,
        permissions: tuple[str, ...] | list[str] | None = None,
        client_id: str | None = None,
        **switches: Any,
    ) -> AppRegistration:
        """Register an app, or change one: certificates are added, other given values replace the old ones."""
        client_id = (client_id or str(uuid.uuid4())).lower()
        with self._lock:
            app = self.apps.setdefault(client_id, AppRegistration(client_id, permissions=set(DEFAULT_PERMISSIONS)))
            if certificate_pem:
                self.add_certificate(app, certificate_pem)
            if redirect_uris is not None:
                app.redirect_uris = list(redirect_uris)
            if permissions is not None:
                app.permissions = set(permissions)
            for name, value in switches.items():
                if name not in _SWITCHES:
                    raise ValueError(f"register_app has no switch {name!r}")
                if name == "rbac":
                    value = {permission: set(ids) for permission, ids in value.items()}
                setattr(app, name, set(value) if name == "assigned" else value)
            return app

    def add_certificate(self, app: AppRegistration, certificate_pem: str) -> UploadedCertificate:
        """Add a certificate to an app, as an upload does; ``ValueError`` where a policy of the tenant refuses it."""
        rules, now_s = self.key_rules, self.clock.time_s()
        certificate = UploadedCertificate.from_pem(
            certificate_pem,
            now_s + rules.known_after_s if rules.known_after_s else 0.0,
            now_s + rules.certain_after_s if rules.certain_after_s else 0.0,
        )
        breach = rules.find_breach(certificate)
        if breach:
            raise ValueError(f"the tenant's policy refuses this certificate: {breach}")
        with self._lock:
            app.certificates.append(certificate)
        return certificate

    def now(self) -> str:
        """The simulated time as Graph prints it."""
        return graph_time(self.clock.now_utc())

    def _fill(self, mailbox: Mailbox) -> None:
        count = self.contacts_per_mailbox
        if not count:
            return
        rng = random.Random(f"contacts-{self.seed}-{mailbox.owner_id}")  # noqa: S311  reproducible
        props = seed_contacts(rng, rng.randint(0, 2 * count))
        created = "2025-03-01T07:00:00Z"
        folders = [mailbox.default_folder] * 4
        if rng.random() < 0.3:
            customers = mailbox.add_folder("Customers")
            vip = mailbox.add_folder("VIP", customers.id)
            folders += [customers, vip]
        if rng.random() < 0.2:
            mailbox.default_folder.contact_lists = 1
        for fields in props:
            mailbox.add_contact(rng.choice(folders), fields, created, seeded=True)
