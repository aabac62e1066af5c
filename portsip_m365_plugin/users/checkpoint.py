"""Where the last finished run left off. Written only after everything before it was applied."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, dump, load
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.scope import EVERYBODY, ScopeConfig
from portsip_m365_plugin.graph.users import select_users
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.pull import Listing

SCHEMA_VERSION: Final = 1
RETRY_MAX_PEOPLE: Final = 1000
"""More people than this are not read one by one: a full listing costs fewer requests."""

_KEY: Final = "users.checkpoint"
_MAPPING_KEY: Final = "users.mapping"
_FULL_EVERY: Final = timedelta(days=7)
_LINK_MAX_AGE: Final = timedelta(days=6)
"""Microsoft keeps delta tokens of directory objects for 7 days (delta-query overview, 2022-08-12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a sync rests on: where people are read, what is read of them, who is wanted, how they are mapped."""

    directory: str
    select_hash: str
    scope_hash: str
    mapping_fingerprint: str

    @classmethod
    def of(cls, cloud: Cloud, rules: MappingRules, scope: ScopeConfig = EVERYBODY) -> Basis:
        """Return what a run of today rests on."""
        return cls(
            directory=f"{cloud.graph_root} {rules.entra_tenant_id}",
            select_hash=hashlib.sha256(",".join(select_users(rules.extension_source.select)).encode()).hexdigest()[:16],
            scope_hash=scope.fingerprint,
            mapping_fingerprint=rules.fingerprint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The memory of the sync between runs, for one tenant."""

    schema_version: int = SCHEMA_VERSION
    delta_link: str
    delta_link_at_utc: datetime
    """When Microsoft gave the link."""
    directory: str
    select_hash: str
    scope_hash: str
    mapping_fingerprint: str
    last_full_at_utc: datetime
    fulls_since_fresh_link: int
    """Full listings since the first link of this chain. Listings lag behind: the second shows what the first missed."""
    retry_ids: tuple[str, ...] = ()
    """People whose change the PBX refused (for example by the user limit); no delta will show them again."""
    retry_by_full: bool = False
    """Too many to name: the next run lists everybody."""

    @property
    def basis(self) -> Basis:
        """What the last finished run rested on."""
        return Basis(
            directory=self.directory,
            select_hash=self.select_hash,
            scope_hash=self.scope_hash,
            mapping_fingerprint=self.mapping_fingerprint,
        )

    def link_still_good(self, basis: Basis, now_utc: datetime) -> bool:
        """Whether the delta link can still be used after a full listing."""
        is_same = (self.directory, self.select_hash) == (basis.directory, basis.select_hash)
        return is_same and now_utc - self.delta_link_at_utc < _LINK_MAX_AGE


def load_checkpoint(host: Host) -> Checkpoint | None:
    """Return the checkpoint, or None if there is none that this version understands.

    None costs one full listing and nothing else, so a checkpoint of another schema is not translated.
    """
    record = host.state.get(_KEY)
    if record is None or not isinstance(record.value, dict) or record.value.get("schema_version") != SCHEMA_VERSION:
        return None
    try:
        return load(Checkpoint, record.value)
    except InvalidValueError:
        return None


def save_checkpoint(host: Host, checkpoint: Checkpoint) -> None:
    """Store the checkpoint, whatever was there."""
    host.state.put(_KEY, dump(checkpoint))


def why_full(checkpoint: Checkpoint | None, basis: Basis, now_utc: datetime) -> str:
    """Return why everybody must be listed, as a phrase for the log; empty where a round of changes is enough."""
    if checkpoint is None:
        return "first run"
    if checkpoint.basis != basis:
        return "directory, scope, mapping or properties changed"
    if checkpoint.fulls_since_fresh_link < 2:
        return "the run after the first: listings lag behind"
    if now_utc - checkpoint.last_full_at_utc >= _FULL_EVERY:
        return "weekly"
    if checkpoint.retry_by_full:
        return "people were left over"
    return ""


def advance(
    before: Checkpoint | None, basis: Basis, listing: Listing, retry_ids: Sequence[str], now_utc: datetime
) -> Checkpoint:
    """Return the checkpoint after a run that applied everything it read.

    Args:
        before: The last one.
        basis: Of this run.
        listing: What was read.
        retry_ids: People to read again by id.
        now_utc: Of this run.
    """
    if listing.delta_link is None and before is None:
        raise AssertionError("a listing without a delta link, and no older one to continue")
    is_fresh = before is None or (listing.is_full and listing.delta_link is not None)
    ids, by_full = bound_retry(retry_ids)
    return Checkpoint(
        delta_link=listing.delta_link or (before.delta_link if before else ""),
        delta_link_at_utc=now_utc if before is None or listing.delta_link else before.delta_link_at_utc,
        directory=basis.directory,
        select_hash=basis.select_hash,
        scope_hash=basis.scope_hash,
        mapping_fingerprint=basis.mapping_fingerprint,
        last_full_at_utc=now_utc if before is None or listing.is_full else before.last_full_at_utc,
        fulls_since_fresh_link=(0 if before is None or is_fresh else before.fulls_since_fresh_link) + listing.is_full,
        retry_ids=ids,
        retry_by_full=by_full,
    )


def advance_between_nights(
    before: Checkpoint, listing: Listing, refused_ids: Sequence[str], now_utc: datetime
) -> Checkpoint:
    """Return the checkpoint after a round of changes between two nights.

    What the night has to do stays: full listings, and people left over.
    """
    ids, by_full = bound_retry([*before.retry_ids, *refused_ids])
    return replace(
        before,
        delta_link=listing.delta_link or before.delta_link,
        delta_link_at_utc=now_utc if listing.delta_link else before.delta_link_at_utc,
        retry_ids=ids,
        retry_by_full=before.retry_by_full or by_full,
    )


def has_new_mapping(host: Host, rules: MappingRules) -> bool:
    """Whether the tenant decides otherwise about fields than when a run last finished."""
    record = host.state.get(_MAPPING_KEY)
    before = record.value if record is not None else MappingRules(entra_tenant_id="", country="").choices
    return before != rules.choices


def note_mapping(host: Host, rules: MappingRules) -> None:
    """Remember what the tenant decides about fields, after a run has applied it."""
    if has_new_mapping(host, rules):
        host.state.put(_MAPPING_KEY, rules.choices)


def void_basis(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint that rests on no settings: the next run at night lists everybody.

    Needed before something is applied by other settings than the last finished run's. If that run does not finish, and
    the settings are changed back, no round of changes would show whom it has changed.
    """
    return replace(checkpoint, scope_hash="", mapping_fingerprint="")


def bound_retry(ids: Sequence[str], limit: int = RETRY_MAX_PEOPLE) -> tuple[tuple[str, ...], bool]:
    """Return the ids to read next time; none and True if there are too many."""
    unique = tuple(dict.fromkeys(ids))
    return (unique, False) if len(unique) <= limit else ((), True)
