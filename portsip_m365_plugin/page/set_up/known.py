"""What the PBX itself knows about the set-up: the record from which the steps are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pbx_plugin_api import Counts, WebOrigins
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.last_test import Finding, LastTest
from portsip_m365_plugin.permissions import Permission
from portsip_m365_plugin.proofs import Proof

WAY_IN: Final = (
    *("name_resolution", "proxy", "tls", "clock", "directory", "cloud", "application", "certificate", "token"),
)
"""Checks before the first call of Graph: if a call has worked since, they are well again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A call that used a permission."""

    at_utc: datetime
    fault: Finding | None = None
    """How it was refused; None: it worked."""

    @classmethod
    def of(cls, proof: Proof) -> Evidence:
        """Return what a proof shows."""
        fault = Finding(name=proof.subject, works=False, found=proof.sentence, remedy=proof.remedy)
        return cls(at_utc=proof.at_utc, fault=None if proof.works else fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One tenant's set-up, as far as it is known without asking anybody."""

    origins: WebOrigins
    now_utc: datetime
    connection: ConnectionConfig = field(default_factory=ConnectionConfig)
    cloud: Cloud | None = None
    """None: the operator's file of clouds cannot be used, or lacks this one."""
    certificate: Certificate | None = None
    """The newest: the next one where one waits, otherwise the active one."""
    is_renewal: bool = False
    """Whether an active certificate works while a newer one waits for its upload."""
    is_sent: bool = False
    """Whether the PBX has sent the newest certificate to Entra by itself."""
    new_uris_task: str = ""
    """What to do in Entra because a domain of the PBX changed; empty: nothing."""
    consent_at_utc: datetime | None = None
    """When Microsoft last reported that consent was given."""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """What administrators say they have done: by step, what it was done with."""
    test: LastTest | None = None
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    last_good_run_utc: datetime | None = None
    """When the last run ended, if it ended well."""
    needed: tuple[Permission, ...] = ()
    useful: tuple[Permission, ...] = ()
    is_scope_saved: bool = False
    plan: Counts | None = None
    """Of the plan that waits."""
    approved_at_utc: datetime | None = None
    """When the first plan was applied."""
    linked: int = 0
    is_system: bool = False
    mailbox: str = ""
    """From which mail is sent; matters for the system, which has no users."""
    may_edit: bool = True

    @property
    def worked_at_utc(self) -> datetime | None:
        """When a call of Graph last worked with this application; None: never, or it failed since."""
        times = [proof.at_utc for proof in self.proofs.values() if proof.works]
        if self.test is not None and self.test.works("token"):
            times.append(self.test.at_utc)
        if not times and self.test is None and self.last_good_run_utc is not None:
            times.append(self.last_good_run_utc)  # of a version that remembered neither tests nor proofs
        latest = max(times, default=None)
        has_failed_since = self.test is not None and latest is not None and self.test.at_utc > latest
        return None if has_failed_since and self.test is not None and self.test.fault(*WAY_IN) else latest

    @property
    def is_established(self) -> bool:
        """Whether people were synced before this version began to remember what was proven."""
        return self.approved_at_utc is not None and self.test is None and not self.proofs

    def fault(self, *names: str) -> Finding | None:
        """Return the first of these checks that failed in the last test, unless a call has worked since."""
        if self.test is None:
            return None
        worked = self.worked_at_utc
        found = self.test.fault(*names)
        is_over = found is not None and found.name in WAY_IN and worked is not None and worked > self.test.at_utc
        proof = self.proofs.get(found.name) if found is not None else None
        is_over = is_over or (proof is not None and proof.works and proof.at_utc > self.test.at_utc)
        return None if is_over else found

    def permission(self, name: str) -> Evidence | None:
        """Return what the last call that used a permission has shown, or None if nobody has tried."""
        proof = self.proofs.get(name)
        shown = [] if proof is None else [Evidence.of(proof)]
        if self.test is not None:
            fault = self.test.fault(name)
            if fault is not None or self.test.works(name):
                shown.append(Evidence(at_utc=self.test.at_utc, fault=fault))
        return max(shown, key=lambda each: each.at_utc, default=None)
