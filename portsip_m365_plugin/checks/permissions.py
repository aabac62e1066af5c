"""Each permission for reading, tried by using it on an object in scope; what was found is remembered (`proofs`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pbx_plugin_api import Host, Tenant, listing, sentences
from portsip_m365_plugin.checks.board import APPLICATION, CLOUD, TLS, TOKEN, Board
from portsip_m365_plugin.checks.subjects import Sight, Subject, find_mailboxes, find_people
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    AppDisabledError,
    AppMissingError,
    BadRequestError,
    ConnectFailedError,
    ConsentMissingError,
    ExchangeMissingError,
    GraphError,
    MailboxMissingError,
    MailboxMovingError,
    MailboxRefusedError,
    NotFoundError,
    TokenMissingError,
)
from portsip_m365_plugin.graph.groups import list_members
from portsip_m365_plugin.graph.paging import Page
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.graph.wire import build
from portsip_m365_plugin.permissions import PERMISSIONS, Need
from portsip_m365_plugin.proofs import Outcome, Proof, remember_proof
from portsip_m365_plugin.texts import _

_PEOPLE: Final = 20
_BY_NAME: Final = {item.name: item for item in PERMISSIONS}
_ABOUT_THE_APP: Final = (
    (AppMissingError, APPLICATION),
    (AppDisabledError, APPLICATION),
    (ConnectFailedError, TLS),
    (TokenMissingError, TOKEN),
)
"""Errors that no permission is the cause of, and the line that they belong to."""


@dataclass(kw_only=True)
class Prober:
    """Tries the permissions of one tenant, one after the other."""

    board: Board
    host: Host
    tenant: Tenant
    config: Config
    client: GraphClient
    sight: Sight

    def try_all(self) -> None:
        """Note a line for each permission for reading. Cost: two requests, and up to three for each mailbox permission.

        Ends early where nothing more can be learned: the app itself is refused, or Graph cannot be reached.
        """
        if self._need("User.Read.All") is Need.UNUSED:
            for name in ("User.Read.All", "GroupMember.Read.All", "Contacts.Read", "MailboxSettings.Read"):
                self._skip(name)
            return
        if self._try("User.Read.All", _("read the first people of the directory"), "", self._read_people):
            self._try_groups()
            self._try_mailboxes("Contacts.Read", "contacts.folders", ("id",), _say_contacts_read)
            self._try_mailboxes("MailboxSettings.Read", "mailbox.purpose", (), _say_purpose_read)

    def _read_people(self) -> None:
        self.sight.people = _read_some(list_users(self.client, page_size=_PEOPLE, is_ahead=False))

    def _try_groups(self) -> None:
        name = "GroupMember.Read.All"
        groups = self.config.scope.groups.entries
        if self._need(name) is Need.UNUSED:
            self._skip(name)
            return
        if not groups:
            self.board.not_proven(name, _("No group is chosen yet."), _("Choose one on the USER SYNC tab."))
            return
        group = groups[0]

        def read() -> None:
            rows = _read_some(list_members(self.client, group.entra_object_id))
            self.sight.members = frozenset(str(row["id"]) for row in rows if "id" in row)

        self._try(name, _("read the members of the group {group}", group=group.name), group.name, read)

    def _try_mailboxes(self, name: str, call: str, select: tuple[str, ...], say: Callable[[str], str]) -> None:
        if self._need(name) is Need.UNUSED:
            self._skip(name)
            return
        subjects = self._subjects(name)
        without: list[str] = []
        refused: tuple[Subject, MailboxRefusedError] | None = None
        for subject in subjects:
            request = build(call, self.client.cloud, select=select, user_id=subject.entra_object_id)
            try:
                self.client.send(request)
            except (MailboxMissingError, MailboxMovingError, NotFoundError):
                without.append(subject.name)
            except MailboxRefusedError as error:
                refused = refused or (subject, error)
            except GraphError as error:
                self._note_failure(name, say(subject.name), subject.name, error)
                return
            else:
                self._note_success(name, say(subject.name), subject.name, refused)
                return
        if refused is not None:
            on = refused[0].name
            self._note_refused(name, say(on), on, *_explain_refused_mailbox(name, on))
            return
        if without:
            why = _("None of these has a mailbox in Exchange Online: {people}.", people=listing(without))
        else:
            why = _("There is no mailbox in scope to try it on.")
        remedy = _("Assign a licence with Exchange Online to somebody in scope.")
        self.board.not_checked(name, why, remedy, is_needed=self._is_needed(name))

    def _subjects(self, name: str) -> Sequence[Subject]:
        is_contacts = name == "Contacts.Read"
        mailboxes = find_mailboxes(self.host, self.config)
        if is_contacts and not self.config.contacts.personal and mailboxes:
            return mailboxes
        for_contacts = is_contacts and self.config.contacts.personal
        return find_people(self.host, self.config, self.sight, for_contacts=for_contacts) or mailboxes

    def _try(self, name: str, words: str, on: str, call: Callable[[], None]) -> bool:
        """Make a call and note what it shows. Return whether other permissions can be tried."""
        try:
            call()
        except GraphError as error:
            return self._note_failure(name, words, on, error)
        self._note_success(name, words, on)
        return True

    def _note_success(
        self, name: str, words: str, on: str, refused: tuple[Subject, MailboxRefusedError] | None = None
    ) -> None:
        # Translators: {call} says what was done, such as “read the members of the group Sales”.
        found: str = _("It works: {call}.", call=words)
        if refused is not None:
            but = _("Exchange does not let the app into the mailbox {mailbox}.", mailbox=refused[0].name)
            found = sentences(found, but)
        self.board.ok(name, found, is_needed=self._is_needed(name))
        self._remember(name, Outcome.WORKS, words, on)

    def _note_failure(self, name: str, words: str, on: str, error: GraphError) -> bool:
        """Return whether other permissions can be tried."""
        line = next((line for kind, line in _ABOUT_THE_APP if isinstance(error, kind)), None)
        if isinstance(error, BadRequestError) and error.status == 401:
            host = urlsplit(self.client.cloud.graph).hostname
            error.sentence = _(
                "Microsoft Graph at {host} does not accept the token that Entra has issued.", host=str(host)
            )
            line = CLOUD
        if line is not None:
            self.board.not_well(line, error.sentence, error.remedy)
            return False
        if isinstance(error, (ConsentMissingError, ExchangeMissingError)):
            self._note_refused(name, words, on, error.sentence, error.remedy)
        elif isinstance(error, NotFoundError):
            sentence = _("Microsoft does not know {name} any more.", name=on)
            remedy = _("Choose another one on the USER SYNC tab.")
            self.board.not_checked(name, sentence, remedy, is_needed=self._is_needed(name))
        else:
            again = error.remedy or _("Press “Test connection” again.")
            self.board.not_checked(name, error.sentence, again, is_needed=self._is_needed(name))
        return not isinstance(error, ConsentMissingError) or name != "User.Read.All"

    def _note_refused(self, name: str, words: str, on: str, sentence: str, remedy: str) -> None:
        self.board.not_well(name, sentence, remedy, is_needed=self._is_needed(name))
        self._remember(name, Outcome.REFUSED, words, on, sentence, remedy)

    def _remember(self, name: str, outcome: Outcome, words: str, on: str, sentence: str = "", remedy: str = "") -> None:
        proof = Proof(
            subject=name,
            outcome=outcome,
            at_utc=self.host.clock.now_utc(),
            call=words,
            on=on,
            sentence=sentence,
            remedy=remedy,
        )
        remember_proof(self.host, self.config.connection, proof)

    def _need(self, name: str) -> Need:
        return _BY_NAME[name].need(self.config, self.tenant)

    def _is_needed(self, name: str) -> bool:
        return self._need(name) is Need.NEEDED

    def _skip(self, name: str) -> None:
        self.board.not_checked(name, _("Nothing that is on uses it."), is_needed=False)


def _read_some(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """Return the rows of the first page that has any: a page may be empty although there are others."""
    return next((page.rows for page in pages if page.rows), [])


def _say_contacts_read(mailbox: str) -> str:
    return _("read the contact folders of the mailbox {mailbox}", mailbox=mailbox)


def _say_purpose_read(mailbox: str) -> str:
    return _("read the purpose of the mailbox {mailbox}", mailbox=mailbox)


def _explain_refused_mailbox(name: str, mailbox: str) -> tuple[str, str]:
    return (
        _(
            "Exchange does not let the app into the mailbox {mailbox}: {permission} is not granted, or the scope of the"
            " app's role assignment leaves this mailbox out.",
            mailbox=mailbox,
            permission=name,
        ),
        _(
            "In Entra, open the app registration, API permissions: add the application permission {permission} and"
            " grant admin consent. If Exchange limits the app to some mailboxes (RBAC for Applications), add this one"
            " to the scope; a change takes up to 2 hours.",
            permission=name,
        ),
    )
