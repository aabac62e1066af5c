"""A PBX whose certificate grows old: its clock, Microsoft's and the process's move together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from unittest import mock

import time_machine
from cryptography.hazmat.primitives import serialization

from pbx_plugin_api import Tenant, TickReason, TickReport
from portsip_m365_plugin.entra.keypair import Certificate, KeyPair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_key_pair
from portsip_m365_plugin.simulator.world.apps import AppRegistration
from tests.support.lab import Lab, forget_microsoft, shared_key_pair
from tests.support.pbx_hand import TENANT, Hand

PERMISSIONS = ("User.Read.All", "Contacts.Read", "Mail.Send")


@dataclass
class KeyLab:
    """One tenant of a PBX, connected to the lab with `shared_key_pair()`."""

    lab: Lab
    hand: Hand
    clock: time_machine.Traveller
    cloud: str = "GLOBAL"

    @property
    def app(self) -> AppRegistration:
        return self.lab.apps[self.cloud]

    @property
    def now_utc(self) -> datetime:
        return self.hand.host.clock.now_utc()

    def pair(self, name: str = ACTIVE_KEY) -> KeyPair | None:
        return load_key_pair(self.hand.host, name)

    @property
    def active(self) -> Certificate:
        pair = self.pair()
        assert pair is not None
        return pair.certificate

    @property
    def waits(self) -> bool:
        return self.pair(NEXT_KEY) is not None

    @property
    def events(self) -> list[str]:
        return [line.event for line in self.hand.host.audit.lines if line.event.startswith("key_pair.")]

    def pass_time(self, **duration: float) -> None:
        """Let time pass everywhere."""
        step = timedelta(**duration)
        self.hand.host.clock.move(seconds=step.total_seconds())
        self.clock.shift(step)

    def pass_until(self, days_left: int) -> None:
        """Let time pass until the active certificate has so many days left."""
        self.pass_time(days=self.active.days_left(self.now_utc) - days_left)

    def night(self) -> TickReport:
        """What the clock starts."""
        return self.hand.tick(reason=TickReason.DUE, confirm_first_plan=True)

    def nights(self, count: int) -> list[TickReport]:
        """So many nights, one day after the other."""
        reports = []
        for _ in range(count):
            reports.append(self.night())
            self.pass_time(days=1)
        return reports

    def renew_by_itself(self, object_id: str = "") -> object:
        """Switch it on."""
        object_id = object_id or self.app.object_id
        return self.hand.save(application_object_id=object_id, renew_certificate="true")

    def restart(self) -> None:
        """What a new process has forgotten."""
        forget_microsoft()


@cache
def _load_once(pem: bytes) -> Any:
    return _load(pem, password=None)


_load = serialization.load_pem_private_key


def _load_cached(pem: Any, password: Any = None, *_: Any, **__: Any) -> Any:
    """OpenSSL checks a private key for a tenth of a second each time it is loaded; a year loads it often."""
    return _load(pem, password) if password else _load_once(bytes(pem))


@contextmanager
def open_key_lab(lab: Lab, tenant: Tenant = TENANT, cloud: str = "GLOBAL", **settings: str) -> Iterator[KeyLab]:
    """Connect a PBX to the lab; without other settings it syncs only by hand."""
    with (
        mock.patch.object(serialization, "load_pem_private_key", _load_cached),
        time_machine.travel(datetime.now(timezone.utc), tick=True) as clock,
    ):
        hand = Hand(tenant=tenant, now_utc=datetime.now(timezone.utc))
        lab.register(permissions=PERMISSIONS, cloud=cloud)
        hand.set_up({**lab.settings(cloud), "sync_mode": "manual", **settings}, shared_key_pair())
        yield KeyLab(lab=lab, hand=hand, clock=clock, cloud=cloud)
