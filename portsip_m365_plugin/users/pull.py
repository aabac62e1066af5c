"""Reading the directory into the spool. Nothing here touches the PBX."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pbx_plugin_api import DisableReason, DivergenceKind, DraftUser, Fixed, Host, Stage, Text, UserLink, sentences
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import delta_users, get_users, latest_delta_link, list_users, select_users
from portsip_m365_plugin.mapping.addresses import read_addresses
from portsip_m365_plugin.mapping.text import clean_line
from portsip_m365_plugin.mapping.users import MappingRules, map_person
from portsip_m365_plugin.texts import _, _n, pack
from portsip_m365_plugin.users.spool import Kind, PulledRow, Spool, pack_fields

READ_MAX_IDS: Final = 200
_ROWS_AT_ONCE: Final = 100
_ROWS_FIRST: Final = 40
"""Enough for a batch of questions about them: Microsoft answers while the others are mapped."""
_OBJECT_ID: Final = re.compile(r"[A-Za-z0-9_\-]{1,64}")
_ALWAYS_SENT: Final = ("userPrincipalName", "accountEnabled")
"""Every user has these. An object without them is a part of one, and what is missing in it means nothing."""


class StoppedError(Exception):
    """The host asked to stop, or the deadline is near.

    Args:
        text: What the run was doing, and what becomes of it; for the report.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How much was read, and what it proves."""

    is_full: bool
    """Everybody was listed; otherwise one round of changes."""
    people: int
    delta_link: str | None = None
    """Where the next round of changes begins; None: at the older link."""
    proves_absence: bool = False
    """Everybody was listed to the last page, and everybody had a usable id."""


class DirectoryReader:
    """Reads people into the spool.

    Every method may raise `GraphError` (something could not be read: nothing may be concluded; retryable) and
    `StoppedError` (the host asked, between two pages).
    """

    def __init__(self, host: Host, client: GraphClient, spool: Spool, rules: MappingRules) -> None:
        self._host, self._client, self._spool, self._rules = host, client, spool, rules
        self._select = select_users(rules.extension_source.select)
        self._people = self._unnamed = 0
        self._n_known = host.users.counts().linked

    def list_everybody(self, *, fresh_link: bool, on_rows: Callable[[], None] = lambda: None) -> Listing:
        """List everybody.

        Args:
            on_rows: Called whenever some people more are in the spool.
            fresh_link: Take a new delta link first. It is taken *before* reading, so that a change made while pages are
                read is met again in the next round. Without it the older link stays in use: what a lagging listing does
                not show yet, the next round of that link will.
        """
        delta_link = latest_delta_link(self._client, self._select) if fresh_link else None
        pages = list_users(self._client, select=self._select, n_known=self._n_known)
        self._take_pages(pages, is_round=False, on_rows=on_rows)
        return Listing(
            is_full=True,
            people=self._people,
            delta_link=delta_link,
            proves_absence=self._people > 0 and self._unnamed == 0,
        )

    def read_changes(self, delta_link: str) -> Listing:
        """Read one round of changes.

        Raises:
            ResyncRequiredError: The link is no longer good: list everybody.
        """
        next_link = self._take_pages(delta_users(self._client, delta_link, n_known=self._n_known), is_round=True)
        return Listing(is_full=False, people=self._people, delta_link=next_link)

    def note_diverged(self) -> None:
        """Spool which links the PBX has deleted or edited by itself."""
        rows = (
            (divergence.link.subject, divergence.kind.value)
            for divergence in self._host.users.diverged()
            if divergence.link.authority == self._rules.entra_tenant_id
        )
        self._spool.run_many("INSERT OR REPLACE INTO diverged VALUES (?, ?)", rows)

    def reread(self, retry_ids: Collection[str], *, most: int) -> bool:
        """After a round of changes, read people by id whom it could not show.

        These are people whose link the PBX changed by itself, people left over from the last run, and people of whom
        only a part was sent. People who have left and are disabled for that are not read. If somebody left over, or
        changed by the PBX, does not exist any more, they are spooled as removed: no later round would show it.

        Returns:
            False if there are more than `most` of them. Then nothing was read, and a full listing is cheaper.
        """
        spool = self._spool
        # Others are in the table already: people with only a part of their properties sent.
        spool.run("INSERT OR IGNORE INTO reread SELECT oid FROM diverged WHERE oid NOT IN (SELECT oid FROM pulled)")
        spool.run("DELETE FROM reread WHERE oid IN (SELECT oid FROM waiting)")  # who waits is known without a request
        spool.run_many("INSERT OR IGNORE INTO reread VALUES (?)", ((oid,) for oid in retry_ids))
        if spool.count("reread") > most:
            return False
        self._pass_over_departed()
        retried = set(retry_ids)
        for oid in list(self._read_table("reread")):
            if oid in retried or spool.first("SELECT 1 FROM diverged WHERE oid = ?", (oid,)):
                spool.put_pulled([PulledRow(oid, Kind.REMOVED)])
        return True

    def reread_partial(self, *, most: int) -> bool:
        """After a round of changes, read the people with only a part of their properties sent; see `reread`."""
        if self._spool.count("reread") > most:
            return False
        for __ in self._read_table("reread"):
            pass
        return True

    def confirm_absent(self) -> None:
        """Read each absent person by id, and spool those who exist after all: listings lag behind."""
        for __ in self._read_table("absent"):
            pass

    def _pass_over_departed(self) -> None:
        edited = "SELECT oid FROM diverged JOIN reread USING (oid) WHERE kind = ?"
        for (oid,) in list(self._spool.rows(edited, (DivergenceKind.EDITED.value,))):
            linked = self._host.users.find(UserLink(authority=self._rules.entra_tenant_id, subject=oid))
            if linked is not None and not linked.enabled and linked.disabled_reason is DisableReason.DEPARTED:
                self._spool.run("DELETE FROM reread WHERE oid = ?", (oid,))

    def _take_pages(
        self, pages: Iterable[Page], *, is_round: bool, on_rows: Callable[[], None] = lambda: None
    ) -> str | None:
        """Spool pages to the last one and return its delta link."""
        self._people = self._unnamed = 0
        delta_link: str | None = None
        for page in pages:
            for start, end in pairwise((0, *range(_ROWS_FIRST, len(page.rows), _ROWS_AT_ONCE), len(page.rows))):
                self._take(page.rows[start:end], may_be_partial=is_round)
                on_rows()
            self._host.progress.report(Stage.READ, self._people)
            if page.next_link is not None and self._host.progress.should_stop():
                raise StoppedError(_("Stopped while reading the directory; nothing is lost, and the next run goes on."))
            delta_link = page.delta_link
        if self._unnamed:
            detail = _n(
                "Microsoft sent {n} person without a usable id; nothing was concluded from their absence.",
                "Microsoft sent {n} people without a usable id; nothing was concluded from their absence.",
                self._unnamed,
            )
            self._spool.run("INSERT INTO problem VALUES (NULL, NULL, 'invalid', ?)", (pack(detail),))
        return delta_link

    def _read_table(self, table: str) -> Iterator[str]:
        """Read the people of a table of ids into the spool, and yield the ids of those who do not exist."""
        ids = [row[0] for row in self._spool.rows(f"SELECT oid FROM {table} ORDER BY oid")]  # noqa: S608 - our own two tables
        for start in range(0, len(ids), READ_MAX_IDS):
            if start and self._host.progress.should_stop():
                raise StoppedError(_("Stopped while reading people by id; nothing is lost, and the next run goes on."))
            part = ids[start : start + READ_MAX_IDS]
            found = self._take(user for __, user in get_users(self._client, part, self._select) if user is not None)
            yield from (oid for oid in part if oid not in found)

    def _take(self, people: Iterable[Mapping[str, Any]], *, may_be_partial: bool = False) -> set[str]:
        """Spool people and return their ids."""
        rows: list[PulledRow] = []
        partial: list[tuple[str]] = []
        for user in people:
            self._people += 1
            oid = user.get("id")
            if not isinstance(oid, str) or not _OBJECT_ID.fullmatch(oid):
                self._unnamed += 1
            elif "@removed" in user:
                rows.append(_removed_row(oid, user["@removed"]))
            elif may_be_partial and any(name not in user for name in _ALWAYS_SENT):
                partial.append((oid,))
            else:
                rows.append(map_row(oid, user, self._rules))
        self._spool.put_pulled(rows)
        self._spool.run_many("INSERT OR IGNORE INTO reread VALUES (?)", partial)
        return {row.oid for row in rows}


def map_row(oid: str, user: Mapping[str, Any], rules: MappingRules) -> PulledRow:
    """Map one person into a row of the spool. Never raises, whatever Graph sent."""
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
        detail=pack(skip.detail) if skip else None,
        upn=upn,
        addresses=" ".join(read_addresses(user)) or None,
        usernames=" ".join(draft.usernames) if draft else None,
        fields=pack_fields(draft) if draft else None,
        notes=pack(sentences(*mapped.notes)) if mapped.notes else None,
        wish=draft.extension.number if draft and isinstance(draft.extension, Fixed) else None,
        wish_note=pack(mapped.extension_note) if mapped.extension_note else None,
    )


def _removed_row(oid: str, removed: Any) -> PulledRow:
    reason = removed.get("reason") if isinstance(removed, dict) else None
    return PulledRow(oid, Kind.DELETED if reason == "deleted" else Kind.REMOVED)


def _text(user: Mapping[str, Any], name: str) -> str:
    value = user.get(name)
    return clean_line(value) if isinstance(value, str) else ""
