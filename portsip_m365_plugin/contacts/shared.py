"""Finding the shared mailboxes of the directory, whose contacts make up the company book.

Accounts with a mail address that are no enabled users of the PBX are asked about. A shared mailbox leaves only where
Microsoft says that it is something else, or that the account is gone: a listing that leaves it out is not enough.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from pbx_plugin_api import Host, Stage, UserLink
from portsip_m365_plugin.contacts.state import BookKind, load_mailboxes
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.users import get_users, list_users
from portsip_m365_plugin.mailboxes import SHARED, Group, Mailboxes

_log = logging.getLogger(__name__)

ASKED_AT_ONCE: Final = 1000
"""Answers that a killed run loses at most."""


class PurposeNotPermittedError(Exception):
    """Microsoft does not let this app read what mailboxes are for."""


class PurposeStoppedError(Exception):
    """The host wants the run to end. Answers so far are kept, and the next run asks about the others."""


def find_shared_mailboxes(host: Host, client: GraphClient, entra_tenant_id: str, *, n_threads: int) -> dict[str, str]:
    """Return the shared mailboxes of the directory: what to show of each, by object id.

    Cost: the directory's listing (999 people a request), and one request for 20 accounts not asked about within a week.
    Where the app was refused within a week, one request finds out whether that is still so.

    Raises:
        PurposeNotPermittedError: MailboxSettings.Read is not granted, so that nothing is known.
        PurposeStoppedError: The host wants the run to end.
        GraphError: The directory cannot be read, or the run's time is over.
    """
    return _Search(host, client, entra_tenant_id, n_threads).run()


class _Search:
    def __init__(self, host: Host, client: GraphClient, entra_tenant_id: str, n_threads: int) -> None:
        self._host, self._client, self._n_threads = host, client, n_threads
        self._entra_tenant_id = entra_tenant_id
        self._mailboxes = Mailboxes(host)
        self._in_book = {record.mailbox_id for record in load_mailboxes(host) if record.kind is BookKind.COMPANY}
        """Mailboxes of the company book. One without an answer (an admin named it before, or the answer was lost) stays
        in the book. This is not remembered as an answer: users must not take a person's mailbox for a shared one."""

    def run(self) -> dict[str, str]:
        """List, ask, and return those that are shared."""
        candidates = self._list()
        self._ask(sorted(name for name in candidates if self._mailboxes.is_due(name)))
        return {name: candidates[name] for name in sorted(candidates) if self._is_shared(name)}

    def _list(self) -> dict[str, str]:
        """Return the accounts that may be shared mailboxes, with what to show of each."""
        candidates: dict[str, str] = {}
        known = {name for name, _ in self._mailboxes.items()}
        unlisted = known | self._in_book
        for page in list_users(self._client):
            for user in page.rows:
                name = user["id"]
                unlisted.discard(name)
                if self._may_be_shared(user) and (user.get("mail") or self._is_shared(name)):
                    candidates[name] = _name(user)
            if self._should_stop(0):
                raise PurposeStoppedError
        doubtful = {name for name in unlisted if self._is_shared(name) or self._mailboxes.reason_for(name)}
        self._mailboxes.forget((unlisted & known) - doubtful)
        return candidates | self._look_up(sorted(doubtful))

    def _look_up(self, unlisted: list[str]) -> dict[str, str]:
        """Read accounts that the listing left out by id; only an account that is not found there either is gone."""
        candidates = {name: name for name in unlisted}
        gone: list[str] = []
        try:
            for name, user in get_users(self._client, unlisted) if unlisted else ():
                if user is None:
                    gone.append(name)
                elif self._may_be_shared(user):
                    candidates[name] = _name(user)
                    continue
                del candidates[name]
        except GraphError as error:
            # Nothing may be concluded about those without an answer.
            _log.warning("shared mailboxes that the listing left out could not be looked up: %s", error)
        self._mailboxes.forget(name for name in gone if self._mailboxes.purpose(name) is not None)
        return candidates

    def _ask(self, due: list[str]) -> None:
        if self._mailboxes.is_refused(Group.OTHERS) and due:
            if not self._mailboxes.try_asking(self._client, Group.OTHERS, due):
                raise PurposeNotPermittedError
            due = [name for name in due if self._mailboxes.is_due(name)]
        n_answered = n_refused = 0
        for start in range(0, len(due), ASKED_AT_ONCE):
            part = due[start : start + ASKED_AT_ONCE]
            asked = self._mailboxes.ask(
                self._client,
                Group.OTHERS,
                part,
                n_threads=self._n_threads,
                should_stop=partial(self._should_stop, n_before=start, total=len(due)),
            )
            n_answered, n_refused = n_answered + asked.answered, n_refused + asked.refused
            if asked.total < len(part):
                raise PurposeStoppedError
        if n_refused and not n_answered:
            self._mailboxes.note_refusal(Group.OTHERS)
            raise PurposeNotPermittedError

    def _should_stop(self, n_ended: int, n_before: int = 0, total: int | None = None) -> bool:
        self._host.progress.report(Stage.MAILBOXES, n_before + n_ended, total)
        return self._host.progress.should_stop()

    def _is_shared(self, name: str) -> bool:
        purpose = self._mailboxes.purpose(name)
        return purpose == SHARED or (not purpose and name in self._in_book)

    def _may_be_shared(self, user: Mapping[str, Any]) -> bool:
        if str(user.get("userType")).casefold() == "guest":
            return False
        link = UserLink(authority=self._entra_tenant_id, subject=user["id"])
        linked = self._host.users.find(link)
        return linked is None or not linked.enabled


def _name(user: Mapping[str, Any]) -> str:
    return str(user.get("mail") or user.get("userPrincipalName") or user["id"])
