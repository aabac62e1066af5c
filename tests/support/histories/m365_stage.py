"""The stage with the real plugin: each tenant has a directory of its own in the simulator, behind a wire."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from pbx_devhost.bound.host import BoundHost
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.sql import engine as engine_module
from pbx_plugin_api import Tenant, TickReason, TickStatus
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.mapping.messages import COPY_HEADER, ID_HEADER
from portsip_m365_plugin.simulator import Simulator
from portsip_m365_plugin.simulator.control.admin_center import AdminCenter
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.apps import AppRegistration
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.truth import contacts_truth
from tests.support.histories.events import History, Sent
from tests.support.histories.hosts import Worker
from tests.support.histories.schedule import Change, Schedule, Step
from tests.support.histories.stage import KEY
from tests.support.histories.stages import PostgresStage
from tests.support.histories.wires import Wire, Wires
from tests.support.lab import forget_microsoft, shared_key_pair
from tests.support.postgres import Cluster, run_cluster

ON_M365: Final = (
    "kill", "kill", "freeze", "freeze", "cut", "hold", "restart", "away", "answers", "busy", "consent", "certificate",
)  # fmt: skip
_SETTINGS: Final = {
    "national_cloud": "LAB",
    "contact_personal": True,
    "sync_photo": False,
    "guard_removed_percent": 100,
    "guard_changed_percent": 100,
    "guard_removed_at_once": 1000,
}


class _Stamped(list[dict[str, Any]]):
    """Sent mail, with the time at which Exchange accepted it."""

    def append(self, mail: dict[str, Any]) -> None:
        super().append(mail | {"at": time.monotonic()})


class M365Stage(PostgresStage):
    """People, contacts and mail go through the plugin and the simulator."""

    plugin = "m365"

    def __init__(
        self, folder: Path, cluster: Cluster, url: str, stack: ExitStack, sim: Simulator, wire: Wire, **more: Any
    ) -> None:
        super().__init__(folder, cluster, url, stack, **more)
        self.realm, self._wire = sim.realm(), wire
        self._people: dict[str, dict[str, Person]] = {}
        self._contacts: dict[str, dict[str, str]] = {}
        self._admins: dict[str, AdminCenter] = {}
        self._apps: dict[str, AppRegistration] = {}
        self._consented: dict[str, frozenset[str]] = {}

    def add_tenants(self, schedule: Schedule) -> list[Tenant]:
        """Add tenants whose first plan is done."""
        tenants = []
        for people, contacts in zip(schedule.people, schedule.contacts, strict=True):
            self._played += 1
            tenant = self.pbx.stores.tenants.add(f"s{schedule.seed}-{self._played}")
            tenants.append(tenant)
            self._make_directory(tenant, people, contacts)
            result = Runner(self.pbx).run(tenant, self.plugin, TickReason.FORCED, confirm_first_plan=True)
            assert result.report is not None, result.sentence
            assert result.report.status is TickStatus.DONE, result.sentence
        self._set_due([tenant.pbx_tenant_id for tenant in tenants])
        return tenants

    def _make_directory(self, tenant: Tenant, people: dict[str, tuple[str, bool]], contacts: dict[str, str]) -> None:
        tenant_id, domain = tenant.pbx_tenant_id, f"{tenant.name}.example"
        directory = self.realm.add_tenant(0, self._played, domain, 0)
        directory.sent = _Stamped()
        admin = self._admins[tenant_id] = AdminCenter(self.realm.schema, directory)
        self._people[tenant_id], self._contacts[tenant_id] = {}, {}
        for subject, (name, is_enabled) in people.items():
            self._hire(tenant_id, subject, name, is_enabled)
        for each, name in contacts.items():
            self._contacts[tenant_id][each] = admin.create_contact(f"p0@{domain}", displayName=name).immutable_id
        mailbox = f"pbx@{domain}"
        admin.create_user(userPrincipalName=mailbox, displayName="PBX", mailbox="shared", accountEnabled=False)
        pair = shared_key_pair()
        app = self._apps[tenant_id] = directory.register_app(pair.certificate.pem)
        self._consented[tenant_id] = frozenset(app.permissions)
        host = BoundHost(self.pbx.stores, self.plugin, tenant)
        connection = {"directory_id": directory.id, "application_id": app.client_id, "mail_mailbox": mailbox}
        host.settings.write(_SETTINGS | connection, expected_version=host.settings.read().version)
        store_key_pair(host, ACTIVE_KEY, pair)
        host.close()

    def _hire(self, tenant_id: str, subject: str, name: str, is_enabled: bool) -> None:
        admin = self._admins[tenant_id]
        upn = f"{subject}@{admin.tenant.domain}"
        given, _, surname = name.partition(" ")
        props = {"displayName": name, "givenName": given, "surname": surname, "accountEnabled": is_enabled}
        self._people[tenant_id][subject] = admin.create_user(userPrincipalName=upn, **props)

    def change(self, tenant: Tenant, change: Change) -> None:
        tenant_id = tenant.pbx_tenant_id
        admin, known = self._admins[tenant_id], self._contacts[tenant_id]
        owner = f"p0@{admin.tenant.domain}"
        with suppress(ValueError):  # a mailbox of somebody who left
            for each, name in change.contacts.items():
                if name is None:
                    admin.delete_contact(owner, known.pop(each))
                elif each in known:
                    admin.change_contact(owner, known[each], displayName=name)
                else:
                    known[each] = admin.create_contact(owner, displayName=name).immutable_id
        for subject, value in change.people.items():
            person = self._people[tenant_id].get(subject)
            if value is None:
                admin.delete_user(self._people[tenant_id][subject].id)
            elif person is None:
                self._hire(tenant_id, subject, *value)
            else:
                given, _, surname = value[0].partition(" ")
                admin.change_user(
                    person.id, displayName=value[0], givenName=given, surname=surname, accountEnabled=value[1]
                )
        self.insist(lambda: self._set_due([tenant_id]))

    # ------------------------------------------------------------------ Microsoft's faults

    def _do_away(self, step: Step, worker: Worker) -> Any:
        self._wire.is_cut = True
        self._wire.cut()
        return lambda: setattr(self._wire, "is_cut", False), ""

    def _do_answers(self, step: Step, worker: Worker) -> Any:
        self.realm.faults.add(Fault("reset_lost", match="sendMail|/users", times=3))
        return self.realm.faults.clear, ""

    def _do_busy(self, step: Step, worker: Worker) -> Any:
        for status, seed in ((429, 1), (503, 2)):
            fault = Fault("status", times=None, probability=0.3, status=status, retry_after="1", seed=seed)
            self.realm.faults.add(fault)
        return self.realm.faults.clear, ""

    def _do_consent(self, step: Step, worker: Worker) -> Any:
        """Somebody revokes the consent, and gives it again."""
        for app in self._apps.values():
            app.permissions = set()
        self.realm.tokens.expire_all()

        def give_again() -> None:
            for tenant_id, app in self._apps.items():
                app.permissions = set(self._consented[tenant_id])
            self.realm.tokens.expire_all()

        return give_again, ""

    def _do_certificate(self, step: Step, worker: Worker) -> Any:
        """Entra says that the certificate has expired, until it is renewed."""
        self.realm.faults.add(Fault("aadsts", match="/oauth2/v2.0/token", times=None, code="7000222"))
        self.realm.tokens.expire_all()
        return self.realm.faults.clear, ""

    # ------------------------------------------------------------------ the end

    def read_microsoft(self, tenant_id: str) -> dict[str, Any]:
        """Return who has a telephone, and the contacts of those who do."""
        shown: dict[str, Any] = {}
        admin = self._admins[tenant_id]
        for person in self._people[tenant_id].values():
            if person.listed and person.props["accountEnabled"]:
                shown[f"user {person.id}"] = (person.props["displayName"], True)
                for contact in contacts_truth(admin.tenant.mailbox(person)):
                    shown[f"contact {person.id} {contact['displayName']}"] = contact["displayName"]
        return shown

    def read_pbx(self, tenant_id: str) -> dict[str, Any]:
        found = super().read_pbx(tenant_id)
        shown = {key: value for key, value in found.items() if key.startswith("user ") and value[1]}
        for owner, name in self.read_personal_contacts(tenant_id):
            if f"user {owner}" in shown:
                shown[f"contact {owner} {name}"] = name
        return shown

    def add_log(self, history: History) -> None:
        for tenant_id in history.microsoft:
            for mail in self._admins[tenant_id].tenant.sent:
                headers = {each["name"]: each["value"] for each in mail["message"]["internetMessageHeaders"]}
                sent = Sent(mail_id=headers[ID_HEADER], at=mail["at"], is_marked=COPY_HEADER in headers)
                history.sent.append(sent)


@contextmanager
def open_m365_stage(folder: Path, **more: Any) -> Iterator[M365Stage]:
    """Open a stage with the real plugin on PostgreSQL."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv(KEY_VARIABLE, KEY)
        patch.setitem(engine_module._SESSION, "lock_timeout", "2s")
        sim = stack.enter_context(Simulator(users=0, clouds=("GLOBAL",), contacts_per_mailbox=0))
        wires = Wires()
        stack.callback(wires.close)
        wire = wires.add(port=urlsplit(sim.origin()).port or 0)
        origin = f"https://127.0.0.1:{wire.port}"
        clouds = folder / "clouds.json"
        clouds.write_text(json.dumps({"LAB": {"authority": origin, "graph": origin, "like": "GLOBAL"}}))
        patch.setenv("PORTSIP_M365_CLOUDS", str(clouds))
        patch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_path))
        forget_microsoft()
        stack.callback(forget_microsoft)
        cluster = stack.enter_context(run_cluster())
        url = stack.enter_context(cluster.database())
        yield M365Stage(folder, cluster, url, stack, sim, wire, **more)
