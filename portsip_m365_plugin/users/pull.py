"""Reading the directory into the spool. Nothing here touches the PBX."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pbx_plugin_api import DisableReason, DivergenceKind, DraftUser, Host, Stage, UserLink
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import delta_users, get_users, latest_delta_link, list_users
from portsip_m365_plugin.mapping.text import clean_line
from portsip_m365_plugin.mapping.users import MappingRules, map_person
from portsip_m365_plugin.users.spool import Kind, PulledRow, Spool, pack_fields

READ_MAX_IDS: Final = 200
_OBJECT_ID: Final = re.compile(r"[A-Za-z0-9_\-]{1,64}")
_EDITED: Final = DivergenceKind.EDITED.value
_ALWAYS_SENT: Final = ("userPrincipalName", "accountEnabled")
"""Every user has these: an object without them is a part of one, and absent members mean nothing."""


class StoppedError(Exception):
    """The host asked to stop, or the deadline is near; the message says what was going on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Proof of how much was read."""

    is_full: bool
    people: int
    delta_link: str | None = None
    """Where the next round of changes begins; None where the one before is to be gone on with."""
    proves_absence: bool = False
    """Everybody was listed, to the last page, and everybody could be told apart."""


class Puller:
    """Maps pages into the spool."""

    def __init__(self, host: Host, spool: Spool, rules: MappingRules) -> None:
        self._host, self._spool, self._rules = host, spool, rules
        self.people = 0
        self.unnamed = 0

    def take_pages(self, pages: Iterable[Page], *, is_round: bool) -> str | None:
        """Spool pages to the last one and return its delta link.

        Raises:
            GraphError: A page could not be read. Nothing may be concluded; try again.
            StoppedError: Between two pages.
        """
        delta_link: str | None = None
        for page in pages:
            self.take(page.rows, partial_possible=is_round)
            self._host.progress.report(Stage.READ, self.people)
            if page.next_link is not None and self._host.progress.should_stop():
                raise StoppedError("reading the directory")
            delta_link = page.delta_link
        return delta_link

    def take(self, people: Iterable[Mapping[str, Any]], *, partial_possible: bool = False) -> list[str]:
        """Spool people and return their ids."""
        rows: list[PulledRow] = []
        partial: list[tuple[str]] = []
        for user in people:
            self.people += 1
            oid = user.get("id") if isinstance(user, dict) else None
            if not isinstance(oid, str) or not _OBJECT_ID.fullmatch(oid):
                self.unnamed += 1
            elif "@removed" in user:
                rows.append(_removed_row(oid, user["@removed"]))
            elif partial_possible and any(name not in user for name in _ALWAYS_SENT):
                partial.append((oid,))
            else:
                rows.append(map_row(oid, user, self._rules))
        self._spool.put_pulled(rows)
        if partial:
            self._spool.run_many("INSERT OR IGNORE INTO reread VALUES (?)", partial)
        return [row.oid for row in rows]

    def note_unnamed(self) -> None:
        """Tell about people without a usable id."""
        if self.unnamed:
            detail = (
                f"Microsoft sent {self.unnamed} people without a usable id; nothing was concluded from their absence."
            )
            self._spool.run("INSERT INTO problem VALUES (NULL, NULL, 'invalid', ?)", (detail,))


def map_row(oid: str, user: Mapping[str, Any], rules: MappingRules) -> PulledRow:
    """Map one person to a row of the spool."""
    mapped = map_person(user, rules)
    outcome = mapped.outcome
    skip = None if isinstance(outcome, DraftUser) else outcome
    draft = outcome if isinstance(outcome, DraftUser) else outcome.draft
    kind = Kind.DRAFT if skip is None else Kind.INVALID if skip.reason == "invalid" else Kind.SKIP
    upn = _text(user, "userPrincipalName")
    return PulledRow(
        oid=oid,
        kind=kind,
        reason=skip.reason if skip else None,
        detail=clean_line(skip.detail) if skip else None,
        upn=upn,
        mail_key=_text(user, "mail").casefold() or None,
        upn_key=upn.casefold() or None,
        usernames=" ".join(draft.usernames) if draft else None,
        fields=pack_fields(draft) if draft else None,
        notes="; ".join(mapped.notes) or None,
    )


def pull_everybody(host: Host, spool: Spool, client: GraphClient, rules: MappingRules, *, fresh_link: bool) -> Listing:
    """List everybody.

    Args:
        host: For progress.
        spool: Where people go.
        client: Of this tenant's app.
        rules: The tenant's.
        fresh_link: Take a delta link first. It is taken *before* reading, so that whatever changes while pages are read
            is met again by the next round. Without it the older link is gone on with: what a lagging listing does not
            show yet, that link's next round will.

    Raises:
        GraphError: Something could not be read. Nothing may be concluded.
        StoppedError: The host asked.
    """
    delta_link = latest_delta_link(client) if fresh_link else None
    puller = Puller(host, spool, rules)
    puller.take_pages(list_users(client), is_round=False)
    puller.note_unnamed()
    return Listing(
        is_full=True,
        people=puller.people,
        delta_link=delta_link,
        proves_absence=puller.people > 0 and puller.unnamed == 0,
    )


def pull_changes(host: Host, spool: Spool, client: GraphClient, rules: MappingRules, delta_link: str) -> Listing:
    """Read one round of changes.

    Raises:
        ResyncRequiredError: The link is no longer good: list everybody.
        GraphError: Something could not be read.
        StoppedError: The host asked.
    """
    puller = Puller(host, spool, rules)
    next_link = puller.take_pages(delta_users(client, delta_link), is_round=True)
    puller.note_unnamed()
    return Listing(is_full=False, people=puller.people, delta_link=next_link)


def note_diverged(host: Host, spool: Spool, rules: MappingRules) -> None:
    """Spool which links the PBX has deleted or edited by itself."""
    rows = (
        (divergence.link.subject, divergence.kind.value)
        for divergence in host.users.diverged()
        if divergence.link.authority == rules.entra_tenant_id
    )
    spool.run_many("INSERT OR REPLACE INTO diverged VALUES (?, ?)", rows)


def reread(
    host: Host, spool: Spool, client: GraphClient, rules: MappingRules, retry_ids: Collection[str], *, most: int
) -> bool:
    """After a round of changes: read by id whoever it could not show.

    These are links that the PBX changed by itself, people left over from the last run, and people of whom only a part
    was sent. People who have left, and are disabled for it, are not asked for: there is nobody to read. Who was left
    over or changed by the PBX, and does not exist any more, is spooled as removed: no later round would tell.

    Returns:
        False where more than `most` would have to be read: a full listing is cheaper, and nothing was read.
    """
    spool.run("INSERT OR IGNORE INTO reread SELECT oid FROM diverged WHERE oid NOT IN (SELECT oid FROM pulled)")
    spool.run_many("INSERT OR IGNORE INTO reread VALUES (?)", ((oid,) for oid in retry_ids))
    if spool.count("reread") > most:
        return False
    for (oid,) in list(spool.rows("SELECT oid FROM diverged JOIN reread USING (oid) WHERE kind = ?", (_EDITED,))):
        linked = host.users.find(UserLink(authority=rules.entra_tenant_id, subject=oid))
        if linked is not None and not linked.enabled and linked.disabled_reason is DisableReason.DEPARTED:
            spool.run("DELETE FROM reread WHERE oid = ?", (oid,))
    retried = set(retry_ids)
    gone = list(_read(host, spool, client, rules, "reread"))
    told = [oid for oid in gone if oid in retried or spool.first("SELECT 1 FROM diverged WHERE oid = ?", (oid,))]
    spool.put_pulled(PulledRow(oid, Kind.REMOVED) for oid in told)
    return True


def confirm_absent(host: Host, spool: Spool, client: GraphClient, rules: MappingRules) -> None:
    """Ask for each absent person by id, and spool whoever is there after all: listings lag behind."""
    for _ in _read(host, spool, client, rules, "absent"):
        pass


def _read(host: Host, spool: Spool, client: GraphClient, rules: MappingRules, table: str) -> Iterator[str]:
    """Read the people of a table of ids into the spool, and yield the ids of those who do not exist."""
    puller = Puller(host, spool, rules)
    ids = [row[0] for row in spool.rows(f"SELECT oid FROM {table} ORDER BY oid")]  # noqa: S608 - our own two tables
    for start in range(0, len(ids), READ_MAX_IDS):
        if start and host.progress.should_stop():
            raise StoppedError("reading people by id")
        part = ids[start : start + READ_MAX_IDS]
        found = set(puller.take(user for _, user in get_users(client, part) if user is not None))
        yield from (oid for oid in part if oid not in found)


def _removed_row(oid: str, removed: Any) -> PulledRow:
    reason = removed.get("reason") if isinstance(removed, dict) else None
    return PulledRow(oid, Kind.DELETED if reason == "deleted" else Kind.REMOVED)


def _text(user: Mapping[str, Any], name: str) -> str:
    value = user.get(name)
    return clean_line(value) if isinstance(value, str) else ""
