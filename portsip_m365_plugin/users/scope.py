"""Who is in scope by the lists of people and groups: everybody else among those pulled is left out.

Membership of a group is believed only from a complete reading. While a group cannot be read, is gone, or is suddenly
empty, nobody leaves the scope because of groups: who is enabled stays, and who was in scope after the last run counts
as in scope. Only members of the groups that can be read are added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pbx_plugin_api import DisableReason, Host, Stage, Text, listing, sentences
from portsip_m365_plugin.config.people import Listed, WhichPeople
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import BudgetSpentError, ConsentMissingError, GraphError, NotFoundError
from portsip_m365_plugin.graph.groups import find_members, get_group, list_members
from portsip_m365_plugin.texts import _, _n, pack, unpack
from portsip_m365_plugin.users.members import GroupNote, MemberStore
from portsip_m365_plugin.users.pull import StoppedError
from portsip_m365_plugin.users.spool import Kind, Spool

OUT_OF_SCOPE: Final = "out_of_scope"
GROUP_UNREADABLE: Final = "group_unreadable"
_NOT_LISTED: Final = _("Not on the list of users to sync.")
_EXCEPTED: Final = _("On the list of users who are not synced.")
_NAMED_MAX: Final = 3
_CONFIRM_MAX: Final = 1000
_NOBODY_LEAVES: Final = _("Until then nobody loses their extension because of groups.")


class ScopeFilter:
    """Applies the lists of people and groups to those who were pulled, for one run."""

    def __init__(self, host: Host, client: GraphClient, spool: Spool, scope: ScopeConfig) -> None:
        self._host, self._client, self._spool, self._scope = host, client, spool, scope
        self._store = MemberStore(host)
        self._notes: dict[str, GroupNote] = {}
        self._is_complete = True
        self._may_keep = True
        self._problems: list[str] = []

    def read_groups(self) -> None:
        """Read the members of the groups into the spool. Never fails because of a group.

        Cost: one request for 999 members, and one for a group that is met empty for the first time.

        Raises:
            StoppedError: The host wants the run to end.
            BudgetSpentError: No time is left.
        """
        if not self._scope.has_groups:
            return
        known = self._store.notes()
        for number, group in enumerate(self._scope.groups, 1):
            note = self._read_group(group, known.get(group.entra_object_id))
            self._notes[group.entra_object_id] = note
            self._is_complete &= not note.why_incomplete
            self._host.progress.report(Stage.READ, number, len(self._scope.groups))
            if self._host.progress.should_stop():
                raise StoppedError(_("Stopped while reading groups; nothing is lost, and the next run goes on."))
        self._spool.run_many("INSERT OR IGNORE INTO in_scope_before VALUES (?)", ((oid,) for oid in self._store.ids()))
        if not self._is_complete:
            self._spool.run("INSERT OR IGNORE INTO in_scope SELECT oid FROM in_scope_before")
            self._spool.run_many("INSERT OR IGNORE INTO in_scope VALUES (?)", ((oid,) for oid in self._not_disabled()))

    def recall_groups(self) -> None:
        """Between two nights: take who was in the groups then, and ask only about changed people who were not.

        Cost: nothing where no such person has changed. Where it cannot be asked, nobody who is enabled leaves for it,
        and new people wait for the night.
        """
        if not self._scope.has_groups:
            return
        self._may_keep = self.is_known  # answers about single people are not the members of a group
        self._notes = dict(self._store.notes())
        self._spool.run_many("INSERT OR IGNORE INTO in_scope_before VALUES (?)", ((oid,) for oid in self._store.ids()))
        self._spool.run("INSERT OR IGNORE INTO in_scope SELECT oid FROM in_scope_before")
        rows = self._spool.rows(
            "SELECT oid FROM pulled WHERE kind = ? AND oid NOT IN (SELECT oid FROM in_scope) ORDER BY oid LIMIT ?",
            (Kind.DRAFT, _CONFIRM_MAX),
        )
        asked = [oid for (oid,) in rows]
        if not asked:
            return
        try:
            members = find_members(self._client, asked, [group.entra_object_id for group in self._scope.groups])
        except BudgetSpentError:
            raise
        except GraphError:
            members = set(self._not_disabled())
        self._spool.run_many("INSERT OR IGNORE INTO in_scope VALUES (?)", ((oid,) for oid in members))

    @property
    def is_known(self) -> bool:
        """Whether it is known who was in scope after the last run; otherwise everybody must be listed."""
        return not self._scope.has_groups or self._store.is_known

    def note_changed(self) -> None:
        """Spool who has joined or left the groups since the last run: a round of changes does not show it."""
        self._spool.run(
            "INSERT OR IGNORE INTO reread SELECT oid FROM ("
            " SELECT oid FROM in_scope WHERE oid NOT IN (SELECT oid FROM in_scope_before) UNION ALL"
            " SELECT oid FROM in_scope_before WHERE oid NOT IN (SELECT oid FROM in_scope)"
            ") WHERE oid NOT IN (SELECT oid FROM pulled)"
        )

    def leave_out(self) -> None:
        """Turn those who are not in scope into people who are left out. Idempotent."""
        if self._scope.has_list:
            listed = ((oid,) for oid in self._scope.people.object_ids)
            self._spool.run_many("INSERT OR IGNORE INTO listed VALUES (?)", listed)
            if self._scope.whose is WhichPeople.ONLY:
                self._leave_out("oid NOT IN (SELECT oid FROM listed)", _NOT_LISTED)
            else:
                self._leave_out("oid IN (SELECT oid FROM listed)", _EXCEPTED)
        if self._scope.has_groups:
            self._confirm_left()
            self._leave_out("oid NOT IN (SELECT oid FROM in_scope)", describe_groups(self._scope.groups.entries))

    def note_problems(self) -> None:
        """Put a problem line for each group that could not be read into the plan."""
        rows = ((GROUP_UNREADABLE, pack(detail)) for detail in self._problems)
        self._spool.run_many("INSERT INTO problem VALUES (NULL, NULL, ?, ?)", rows)

    def keep(self) -> None:
        """Remember who is in scope, after everything was applied."""
        if not self._may_keep:
            return
        if self._scope.has_groups:
            self._store.keep(self._spool, self._notes)
        else:
            self._store.forget()

    def _leave_out(self, where: str, detail: str) -> None:
        # Somebody without a name who is out of scope as well leaves: the reason that was asked for wins.
        self._spool.run(
            f"UPDATE pulled SET kind = ?, reason = ?, detail = ? WHERE (kind = ? OR reason = 'no_name') AND {where}",  # noqa: S608 - our own text
            (Kind.SKIP, OUT_OF_SCOPE, pack(detail), Kind.DRAFT),
        )

    def _not_disabled(self) -> Iterator[str]:
        """Yield linked users whom the sync has not disabled. While a group is incomplete, they stay."""
        for user in self._host.users.linked():
            if user.enabled or user.disabled_reason is DisableReason.BY_ADMIN:
                yield user.link.subject

    def _confirm_left(self) -> None:
        """Ask by id whether people who have left the groups really have: listings lag behind."""
        rows = self._spool.rows(
            "SELECT oid FROM pulled WHERE (kind = ? OR reason = 'no_name') AND oid NOT IN (SELECT oid FROM in_scope)"
            " AND oid IN (SELECT oid FROM in_scope_before) ORDER BY oid LIMIT ?",
            (Kind.DRAFT, _CONFIRM_MAX + 1),
        )
        left = [oid for (oid,) in rows]
        if not left or len(left) > _CONFIRM_MAX:
            return  # so many removals ask an administrator in any case
        group_ids = [group.entra_object_id for group in self._scope.groups]
        try:
            members = find_members(self._client, left, group_ids)
        except BudgetSpentError:
            raise
        except GraphError as error:
            members = set(left)
            detail = _n(
                "Whether {n:,} person has left the groups could not be checked, so they stay for now.",
                "Whether {n:,} people have left the groups could not be checked, so they stay for now.",
                len(left),
            )
            line = (GROUP_UNREADABLE, pack(sentences(detail, error.describe())))
            self._spool.run("INSERT INTO problem VALUES (NULL, NULL, ?, ?)", line)
        self._spool.run_many("INSERT OR IGNORE INTO in_scope VALUES (?)", ((oid,) for oid in members))

    def _read_group(self, group: Listed, before: GroupNote | None) -> GroupNote:
        try:
            members = self._read_members(group.entra_object_id)
            why = "" if members else self._explain_empty(group, before)
        except BudgetSpentError:
            raise
        except GraphError as error:
            members, why = 0, _explain_error(group.name, error)
        if not why:
            return GroupNote(name=group.name, members=members, why_incomplete="", since_utc=self._host.clock.now_utc())
        self._problems.append(sentences(why, _NOBODY_LEAVES))
        is_old = before is not None and before.why_incomplete
        return GroupNote(
            name=group.name,
            members=before.members if before is not None else 0,
            why_incomplete=why,
            since_utc=before.since_utc if before is not None and is_old else self._host.clock.now_utc(),
        )

    def _read_members(self, group_id: str) -> int:
        """Spool a group's members; return how many there are. Half a reading may stay: it only adds people."""
        n_members = 0
        for page in list_members(self._client, group_id):
            ids = [(row["id"],) for row in page.rows if isinstance(row.get("id"), str)]
            self._spool.run_many("INSERT OR IGNORE INTO in_scope VALUES (?)", ids)
            n_members += len(ids)
        return n_members

    def _explain_empty(self, group: Listed, before: GroupNote | None) -> str:
        """Return why an empty group is not believed to be empty; empty text where it is."""
        if before is not None and before.members:
            return sentences(
                _n(
                    "The group {group} had {n:,} member and is empty now.",
                    "The group {group} had {n:,} members and is empty now.",
                    before.members,
                    group=group.name,
                ),
                _("If that is right, remove it from the list of groups; if not, check its members in Entra."),
            )
        if before is not None and not before.why_incomplete:
            return ""
        found = get_group(self._client, group.entra_object_id)
        if found is not None and not found.is_hidden:
            return ""
        return _(
            "The group {group} has a hidden membership, which the app cannot read. Grant the application permission"
            " Member.Read.Hidden, or choose another group.",
            group=group.name,
        )


def find_out_of_scope(client: GraphClient, scope: ScopeConfig, entra_object_id: str) -> str:
    """Return by which list one person is not in scope, as a sentence; empty where they are.

    Cost: one request for 20 groups, if groups matter.

    Raises:
        GraphError: It is not known whether the person is in one of the groups.
    """
    if not scope.whose.includes(entra_object_id, scope.people):
        return _NOT_LISTED if scope.whose is WhichPeople.ONLY else _EXCEPTED
    if scope.has_groups:
        group_ids = [group.entra_object_id for group in scope.groups]
        if not find_members(client, [entra_object_id], group_ids):
            return describe_groups(scope.groups.entries)
    return ""


def which_filter(reason: str | None, detail: str | None) -> str:
    """Return which list left somebody out: `users`, `groups`, or empty for other reasons. A detail may be packed."""
    if reason != OUT_OF_SCOPE:
        return ""
    return "users" if unpack(detail or "") in (_NOT_LISTED, _EXCEPTED) else "groups"


def describe_groups(groups: Sequence[Listed]) -> str:
    """Return what somebody is who is in none of these groups."""
    names, n_more = name_groups(groups)
    if len(groups) == 1:
        return _("Not in group {group}.", group=names)
    if n_more:
        return _n(
            "Not in any of the groups {groups} and {n} more.",
            "Not in any of the groups {groups} and {n} more.",
            n_more,
            groups=names,
        )
    return _("Not in any of the groups {groups}.", groups=names)


def name_groups(groups: Sequence[Listed]) -> tuple[Text, int]:
    """Return the names of the first groups, and how many more there are."""
    return listing(group.name for group in groups[:_NAMED_MAX]), max(len(groups) - _NAMED_MAX, 0)


def _explain_error(name: str, error: GraphError) -> str:
    if isinstance(error, NotFoundError):
        return _(
            "The group {group} does not exist any more. Remove it from the list of groups, or restore it in Entra.",
            group=name,
        )
    if isinstance(error, ConsentMissingError):
        return _("The group {group} cannot be read: {why}", group=name, why=error.describe())
    return _("The group {group} could not be read this time: {why}", group=name, why=error.describe())
