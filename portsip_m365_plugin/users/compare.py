"""Comparing what was pulled with what the PBX has: the result is the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from pbx_plugin_api import DivergenceKind, Host, LinkedUser, UserLink
from portsip_m365_plugin.config.leavers import LeaversConfig
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.decide import decide
from portsip_m365_plugin.users.match import FindOwners, find_matches
from portsip_m365_plugin.users.plan import SyncPlan
from portsip_m365_plugin.users.pull import Listing
from portsip_m365_plugin.users.spool import PulledRow, Spool

_FIND_MAX_PEOPLE: Final = 200
"""More changed people than this are compared by reading all linked users once."""


class HostOrderError(Exception):
    """The host's linked users are not in the promised order, so that absence cannot be seen. A bug of the host."""


def make_plan(
    host: Host,
    spool: Spool,
    rules: MappingRules,
    listing: Listing,
    leavers: LeaversConfig,
    now_utc: datetime,
    find_owners: FindOwners | None = None,
) -> SyncPlan:
    """Compare what was pulled with what the PBX has.

    A linked person who was not pulled is absent only if the listing proves it. If something would follow from that,
    the person goes into the table `absent`. `settle_absent` decides about them, once they have been read by id.

    After a round of changes `find_owners` asks the directory who else has the address of a user made by hand.

    Raises:
        HostOrderError: The host broke its promise about the order of linked users.
    """
    plan = SyncPlan(spool, rules)
    find_matches(host, spool, rules.entra_tenant_id, None if listing.is_full else find_owners)
    has_diverged = spool.count("diverged") > 0
    for oid, row, linked in _pair_up(host, spool, rules, is_full=listing.is_full):
        if row is None and not listing.proves_absence:
            plan.unchanged += 1
            continue
        decision = decide(
            row, linked, _divergence(spool, oid) if has_diverged else None, now_utc, leavers, rules.fields
        )
        if row is None and decision.steps:
            spool.run("INSERT INTO absent VALUES (?)", (oid,))
        else:
            plan.add(oid, decision, row.upn if row else None)
    if listing.proves_absence and has_diverged:
        # Deleted here and absent there: dead on both sides.
        spool.run(
            "INSERT OR IGNORE INTO absent SELECT oid FROM diverged"
            " WHERE kind = 'deleted' AND oid NOT IN (SELECT oid FROM pulled)"
        )
    return plan


def settle_absent(
    host: Host, spool: Spool, rules: MappingRules, plan: SyncPlan, leavers: LeaversConfig, now_utc: datetime
) -> None:
    """Decide about people who were absent from the listing, after they have been read by id."""
    for (oid,) in spool.rows("SELECT oid FROM absent ORDER BY oid"):
        row = spool.find_pulled(oid)
        linked = host.users.find(UserLink(authority=rules.entra_tenant_id, subject=oid))
        decision = decide(row, linked, _divergence(spool, oid), now_utc, leavers, rules.fields)
        plan.add(oid, decision, row.upn if row else None)


def _divergence(spool: Spool, oid: str) -> DivergenceKind | None:
    found = spool.first("SELECT kind FROM diverged WHERE oid = ?", (oid,))
    return DivergenceKind(found[0]) if found else None


def _pair_up(
    host: Host, spool: Spool, rules: MappingRules, *, is_full: bool
) -> Iterator[tuple[str, PulledRow | None, LinkedUser | None]]:
    """Yield everybody pulled with their linked user; after a full listing also linked users who were not pulled."""
    if not is_full and spool.count("pulled") <= _FIND_MAX_PEOPLE:
        for row in spool.pulled():
            link = UserLink(authority=rules.entra_tenant_id, subject=row.oid)
            yield row.oid, row, host.users.find(link)
        return
    # Both streams are in the order of object ids, so that one pass over each pairs them up.
    linked_users = _in_order(host, rules)
    linked = next(linked_users, None)
    for row in spool.pulled():
        while linked is not None and linked.link.subject < row.oid:
            if is_full:
                yield linked.link.subject, None, linked
            linked = next(linked_users, None)
        if linked is not None and linked.link.subject == row.oid:
            yield row.oid, row, linked
            linked = next(linked_users, None)
        else:
            yield row.oid, row, None
    while is_full and linked is not None:
        yield linked.link.subject, None, linked
        linked = next(linked_users, None)


def _in_order(host: Host, rules: MappingRules) -> Iterator[LinkedUser]:
    """Yield the linked users of this directory, and check the order that pairing depends on."""
    before = ""
    for linked in host.users.linked():
        if linked.link.authority != rules.entra_tenant_id:
            continue
        oid = linked.link.subject
        if oid <= before:
            raise HostOrderError(f"linked users are not ordered by object id: {oid} came after {before}")
        before = oid
        yield linked
