"""What the demo does, in order. A `Narrator` shows it."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from pbx_plugin_api import PlanRef, load
from portsip_m365_plugin.demo.devhost import DevHost, Progress
from portsip_m365_plugin.demo.microsoft import CLOUD, SimulatedMicrosoft
from portsip_m365_plugin.demo.processes import Child
from portsip_m365_plugin.texts import _

TENANT: Final = "demo"
_PERMISSIONS: Final = ("User.Read.All", "Contacts.Read", "MailboxSettings.Read", "Mail.Send", "Mail.ReadWrite")
_PORTAL_PORT: Final = 8887
_CONTACTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change in Microsoft 365, in words."""

    what: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """The result of one run."""

    title: str
    message: str
    """What the plugin reported."""
    requests: int
    """Requests to Microsoft Graph."""
    seconds: float
    counts: Mapping[str, int]
    problems: Mapping[str, int]
    """People left out, by reason."""


@dataclass(slots=True, kw_only=True)
class Summary:
    """The demo in numbers."""

    people: int
    """In the directory."""
    users: int = 0
    """In the PBX at the end, enabled."""
    plan: Mapping[str, int] = field(default_factory=dict)
    syncs: list[Sync] = field(default_factory=list)
    changes: int = 0
    """Changes made in Microsoft 365."""
    requests: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON. The counts and problems of the first import stand at the top as well."""
        first = self.syncs[0]
        return {**asdict(self), "counts": dict(first.counts), "problems": dict(first.problems)}


class Narrator(Protocol):
    """Shows the demo to a person."""

    def say(self, text: str) -> None:
        """Show a sentence."""

    def show_plan(self, plan: PlanRef, problems: Mapping[str, int]) -> None:
        """Show the plan before it is applied, and how many people are left out, by reason."""

    def progress(self) -> Progress:
        """Start progress bars, and return the function that moves them."""

    def show_sync(self, sync: Sync) -> None:
        """Show the result of a run."""

    def show_steps(self, steps: list[Step]) -> None:
        """Show what was changed in Microsoft 365."""

    def show_users(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Show the PBX users that differ. Users by object id."""


class Demo:
    """One run of the demo, in a folder of its own. A context manager: everything that it started ends with it."""

    def __init__(self, folder: Path, narrator: Narrator, *, users: int, speaks: bool = True) -> None:
        self._folder, self._narrator, self._speaks = folder, narrator, speaks
        self._stack = ExitStack()
        self._began_s = time.monotonic()
        self.summary = Summary(people=users)
        self.password = secrets.token_urlsafe(9)
        """Password of the portal's administrator, `admin`."""
        self.port = _free_port(_PORTAL_PORT)

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self) -> Summary:
        """Run the demo to its end.

        Raises:
            ChildError: One of the programs failed; the message is the line it wrote.
        """
        narrator, summary = self._narrator, self.summary
        narrator.say(_("Starting a simulated Microsoft 365 with {n:,} people, and a small PBX.", n=summary.people))
        self.microsoft = self._stack.enter_context(
            SimulatedMicrosoft(self._folder, users=summary.people, contacts=_CONTACTS)
        )
        self.pbx = DevHost(f"sqlite:///{self._folder}/pbx.db", self.microsoft.environment, speaks=self._speaks)
        self._connect()
        preview = self.pbx.run("action", TENANT, "preview")[0]
        summary.plan = preview["plan"]["counts"]
        narrator.show_plan(load(PlanRef, preview["plan"]), preview["problem_counts"])
        self._sync(_("First import"), "--confirm-first-plan", progress=narrator.progress())
        self._sync(_("Once more, everybody, since Microsoft's listings lag behind"))
        before = self._users()
        steps = self._change_people()
        summary.changes = len(steps)
        narrator.show_steps(steps)
        self._sync(_("From now on only what changed"))
        after = self._users()
        narrator.show_users(before, after)
        self.pbx.run("settings", "set", TENANT, "sync_photo=true", "contact_personal=true", "contact_shared=found")
        self._sync(_("Contacts and photos, switched on"), progress=narrator.progress())
        summary.users = sum(1 for user in after.values() if user["enabled"])
        summary.seconds = round(time.monotonic() - self._began_s, 2)
        return summary

    def serve(self) -> Child:
        """Start the portal and wait until it answers."""
        portal = self._stack.enter_context(self.pbx.serve(self.port))
        portal.first_line()
        return portal

    @property
    def portal(self) -> str:
        """Address of the portal. Browsers and Entra both accept plain http for `localhost`."""
        return f"http://localhost:{self.port}"

    def somebody(self) -> str:
        """Return the sign-in name of a person who may sign in."""
        enabled = {oid for oid, user in self._users().items() if user["enabled"]}
        return next(str(person["upn"]) for person in self.microsoft.people() if person["id"] in enabled)

    def _connect(self) -> None:
        """Do what an administrator does once: app registration, settings, key pair."""
        pbx, microsoft = self.pbx, self.microsoft
        where = ("--time-zone", "Europe/Berlin", "--country", "DE", "--web-origin", self.portal)
        pbx.run("tenant", "add", TENANT, "--sip-domain", "demo.pbx.local", *where)
        pbx.run("admin", "set-password", TENANT, "--password", self.password)
        key_file = self._folder / "public_key.pem"
        pbx.run("action", TENANT, "generate_key_pair", "--out", str(key_file))
        client_id = microsoft.register_app(
            certificate_pem=key_file.read_text(),
            redirect_uris=[f"{self.portal}/ms365/callback"],
            permissions=list(_PERMISSIONS),
        )
        # The directory may be given by its domain; the page then shows its ID.
        values = {"application_id": client_id, "directory_id": microsoft.domain, "national_cloud": CLOUD}
        values |= {"starting_extension_number": "2000", "sign_in_mode": "all"}
        pbx.run("settings", "set", TENANT, *(f"{name}={value}" for name, value in values.items()))
        tested = pbx.run("action", TENANT, "test_connection")
        self._narrator.say(
            _(
                "Connected the PBX tenant to {domain}: {message}",
                domain=microsoft.domain,
                message=tested["message"],
            )
        )

    def _sync(self, title: str, *options: str, progress: Progress | None = None) -> None:
        began_s = time.monotonic()
        arguments = ["tick", "--tenant", TENANT, "--force", *options]
        arguments += ["--progress"] if progress is not None else []
        run = self.pbx.run(*arguments, progress=progress)[0]
        sync = Sync(
            title=title,
            message=run["message"],
            requests=run["requests"],
            seconds=round(time.monotonic() - began_s, 2),
            counts=run["counts"],
            problems=run["problem_counts"],
        )
        self.summary.syncs.append(sync)
        self.summary.requests += sync.requests
        self._narrator.show_sync(sync)

    def _users(self) -> dict[str, Any]:
        return {user["entra_object_id"]: user for user in self.pbx.run("users", TENANT) if user["entra_object_id"]}

    def _change_people(self) -> list[Step]:
        """Make seven everyday changes in Microsoft 365."""
        microsoft, known = self.microsoft, self._users()
        people = [person for person in microsoft.people() if known.get(person["id"], {}).get("enabled")]
        renamed, off, gone, phone, both, back = people[:6]
        microsoft.act(back["id"], "delete")
        microsoft.act(back["id"], "restore")
        microsoft.change(renamed["id"], displayName="Nadia Vogel-Okafor", surname="Vogel-Okafor")
        upn = f"new.colleague@{microsoft.domain}"
        microsoft.create(displayName="New Colleague", givenName="New", surname="Colleague", userPrincipalName=upn)
        microsoft.act(off["id"], "disable")
        microsoft.act(gone["id"], "delete")
        microsoft.change(phone["id"], mobilePhone="+49 151 23456789")
        microsoft.change(both["id"], department="Board", businessPhones=["+49 30 5550100"])
        return [
            Step(what=_("renamed"), who=renamed["display_name"]),
            Step(what=_("new"), who="New Colleague"),
            Step(what=_("account disabled"), who=off["display_name"]),
            Step(what=_("deleted"), who=gone["display_name"]),
            Step(what=_("deleted and restored"), who=back["display_name"]),
            Step(what=_("new mobile number"), who=phone["display_name"]),
            Step(what=_("other department and number at once"), who=both["display_name"]),
        ]


def _free_port(wanted: int) -> int:
    """Return the wanted port, or another one if it is in use."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on this machine")
