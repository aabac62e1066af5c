"""One mailbox, read: which folders there are, and what is in them. Asks and takes answers; sends nothing itself.

What is asked in an ordinary night, all at once: one question about the folders, one about each folder.

- Folders, where the cloud has a delta of them: whether any came or went. Only then, and in a first run, is the tree
  walked. Whether that delta sees folders below folders is not documented; so whoever's walk finds a folder that the
  delta did not name has the tree walked every night instead.
- Folders, where there is no such delta: the tree is walked, the known folders' children asked for beside it.
- The default folder is named by no listing: its id is learned from a contact that lies in it; while it is empty, by a
  name that is widely used and nowhere documented, so that a refusal of that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.contacts.folder import FolderPass, Found, MapContact
from portsip_m365_plugin.contacts.reading import (
    TREE_STEPS,
    Reading,
    Step,
    is_excluded,
    last_segment,
    read_folder,
)
from portsip_m365_plugin.contacts.state import FolderRecord, MailboxRecord
from portsip_m365_plugin.graph.contacts import (
    ask_child_folders,
    ask_default_folder,
    ask_first_contact,
    ask_folder_changes,
    ask_folders,
    read_id,
)
from portsip_m365_plugin.graph.errors import (
    BadRequestError,
    GraphError,
    NotFoundError,
    ProtocolError,
    ResyncRequiredError,
)
from portsip_m365_plugin.graph.paging import Page, read_page
from portsip_m365_plugin.graph.wire import Request, follow

__all__ = ["MailboxReader"]

FOLDERS_MAX: Final = 5000
_RESTARTS_MAX: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """One question, and whose it is."""

    reader: MailboxReader
    step: Step
    request: Request
    folder_id: str = ""
    contact_id: str = ""


@dataclass(slots=True, kw_only=True)
class MailboxReader:
    """Reads one mailbox.

    Args:
        cloud: Whose calls there are.
        record: What is remembered; its marks must be of the same cloud and mapping.
        excluded: Names of folders that are not wanted, casefolded; what lies below them is not either.
        map_row: Maps a contact as its page comes.
        known_keys: What the PBX has of a folder.
        always_walk: The delta of folders has been seen to be incomplete in this directory.
    """

    cloud: Cloud
    record: MailboxRecord
    excluded: Collection[str]
    map_row: MapContact
    known_keys: Callable[[str], Mapping[str, str]]
    always_walk: bool = False
    failure: GraphError | None = None
    pending: int = 0
    tree_delta_is_partial: bool = False
    """Whether this mailbox has a folder that the delta of folders does not name."""
    _default_id: str | None = None
    _tree: dict[str, FolderRecord] = field(default_factory=dict)
    _delta_tree: dict[str, FolderRecord] = field(default_factory=dict)
    _tree_link: str | None = None
    _tree_pending: int = 0
    _is_walking: bool = False
    _is_dirty: bool = False
    _asked_children: set[str] = field(default_factory=set)
    _passes: dict[str, FolderPass] = field(default_factory=dict)
    _vanished: set[str] = field(default_factory=set)

    def start(self) -> list[Ask]:
        """Return the first questions."""
        record = self.record
        self._default_id = record.default_id
        asks: list[Ask] = []
        if self.cloud.has_contacts_delta and record.tree_link and not self.always_walk:
            self._delta_tree = {folder.folder_id: folder for folder in record.folders}
            asks.append(self._ask(Step.TREE_CHANGES, self._tree_request(record.tree_link)))
        else:
            asks += self._walk()
        if self._default_id is None:
            asks.append(self._ask(Step.FIRST, ask_first_contact(self.cloud, record.mailbox_id)))
        else:
            asks += self._read_folder(self._default_id)
        for folder in record.folders:
            if not is_excluded(folder, {f.folder_id: f for f in record.folders}, self.excluded):
                asks += self._read_folder(folder.folder_id)
        return self._counted(asks)

    @property
    def is_done(self) -> bool:
        """Whether every question is answered."""
        return self.pending == 0

    @property
    def contacts_held(self) -> int:
        """How many contacts are in memory for this mailbox."""
        return sum(len(done.found) for done in self._passes.values())

    def take(self, ask: Ask, body: object, error: GraphError | None) -> list[Ask]:
        """Take an answer or an error and return what to ask next."""
        self.pending -= 1
        if ask.step in TREE_STEPS:
            self._tree_pending -= 1
        if self.failure is not None:
            return []
        try:
            asks = self._take_error(ask, error) if error is not None else self._take_body(ask, body)
            if self._is_walking and self._tree_pending == 0 and not any(ask.step in TREE_STEPS for ask in asks):
                asks += self._read_new_folders()
        except GraphError as fatal:
            self.failure = fatal
            return []
        return self._counted(asks)

    def result(self) -> Reading:
        """Return what was read; only once it is done, and did not fail.

        Raises:
            ProtocolError: A folder is listed and yet cannot be found.
        """
        tree = self._tree if self._is_walking else {folder.folder_id: folder for folder in self.record.folders}
        stuck = self._vanished & ({*tree, self._default_id} - {None})
        if stuck:
            raise ProtocolError("a folder is listed and cannot be found")
        excluded = {name for name, folder in tree.items() if is_excluded(folder, tree, self.excluded)}
        excluded.discard(self._default_id or "")
        wanted = ({*tree} | ({self._default_id} if self._default_id else set())) - excluded
        passes = {name: self._passes[name] for name in sorted(wanted)}
        folders = tuple(
            replace(folder, mark=passes[name].mark if name in passes else None) for name, folder in sorted(tree.items())
        )
        if self._default_id is not None and self._default_id not in tree:
            default = FolderRecord(
                folder_id=self._default_id, name="", parent_id="", mark=passes[self._default_id].mark
            )
            folders = (default, *folders)
        found: dict[str, Found] = {}
        removed: dict[str, str] = {}
        for name, done in passes.items():
            found.update(done.found)
            removed.update(dict.fromkeys(done.removed, name))
        before = {folder.folder_id for folder in self.record.folders}
        return Reading(
            record=replace(
                self.record, default_id=self._default_id, tree_link=self._kept_tree_link(tree), folders=folders
            ),
            found=found,
            removed={name: folder for name, folder in removed.items() if name not in found},
            listed={name: frozenset(done.keys) for name, done in passes.items() if done.is_listed},
            gone=frozenset(before - set(tree) - {self._default_id}),
            excluded=frozenset(excluded),
            is_whole=all(done.is_listed for done in passes.values()),
        )

    # ------------------------------------------------------------------ answers

    def _take_body(self, ask: Ask, body: object) -> list[Ask]:
        if ask.step is Step.FOLDER:
            return self._folder_asks(ask.folder_id, self._passes[ask.folder_id].take_page(ask.request, body))
        if ask.step is Step.CONTACT:
            self._passes[ask.folder_id].take_single(ask.request, body)
            return []
        if ask.step is Step.DEFAULT:
            return self._learn_default(body.get("id") if isinstance(body, Mapping) else None)
        page = read_page(body, ask.request)
        if ask.step is Step.FIRST:
            if page.rows:
                return self._learn_default(page.rows[0].get("parentFolderId"))
            if page.next_link is not None:
                return self._next_page(ask, page)  # an empty page need not be the last
            return [self._ask(Step.DEFAULT, ask_default_folder(self.cloud, self.record.mailbox_id))]
        if ask.step is Step.TREE_CHANGES:
            return self._take_tree_changes(ask, page)
        asks: list[Ask] = []
        for row in page.rows:
            folder = read_folder(row, ask.request)
            self._tree[folder.folder_id] = folder
            asks += self._ask_children(folder)
        return asks + self._next_page(ask, page)

    def _take_error(self, ask: Ask, error: GraphError) -> list[Ask]:
        is_missing_item = isinstance(error, NotFoundError) and error.code == "ErrorItemNotFound"
        if ask.step is Step.FOLDER:
            done = self._passes[ask.folder_id]
            if isinstance(error, ResyncRequiredError) and done.restarts < _RESTARTS_MAX:
                return self._folder_asks(ask.folder_id, done.restart())
            if is_missing_item:
                self._vanished.add(ask.folder_id)
                self._delta_tree.pop(ask.folder_id, None)
                if ask.folder_id == self._default_id:
                    raise error
                return self._walk()
        if ask.step is Step.DEFAULT and isinstance(error, (NotFoundError, BadRequestError)):
            return []
        if ask.step is Step.CONTACT and is_missing_item:
            self._passes[ask.folder_id].miss_single(ask.contact_id)
            return []
        if ask.step is Step.TREE and ask.folder_id and is_missing_item:
            return []  # gone since it was listed
        if ask.step is Step.TREE_CHANGES:
            self._tree_link = None
            if isinstance(error, ResyncRequiredError) and not self._is_walking:
                return self._walk()
            if isinstance(error, (BadRequestError, ResyncRequiredError)):
                self.tree_delta_is_partial = True
                return self._walk()
        raise error

    def _learn_default(self, folder_id: object) -> list[Ask]:
        if not isinstance(folder_id, str) or not folder_id:
            raise ProtocolError("the default folder has no id")
        self._default_id = folder_id
        return [*self._walk(), *self._ask_children_of(folder_id), *self._read_folder(folder_id)]

    def _take_tree_changes(self, ask: Ask, page: Page) -> list[Ask]:
        for row in page.rows:
            self._is_dirty = True
            if "@removed" in row:
                self._delta_tree.pop(read_id(row, ask.request), None)
            else:
                folder = read_folder(row, ask.request)
                self._delta_tree[folder.folder_id] = folder
        if page.next_link is None:
            if page.delta_link is None:
                raise ProtocolError("the round of folders ended without a delta link")
            self._tree_link = page.delta_link
            return self._walk() if self._is_dirty else []
        return self._next_page(ask, page)

    # ------------------------------------------------------------------ questions

    def _walk(self) -> list[Ask]:
        """Ask for the whole tree, once."""
        if self._is_walking:
            return []
        self._is_walking = True
        asks = [self._ask(Step.TREE, ask_folders(self.cloud, self.record.mailbox_id))]
        has_delta = self.cloud.has_contacts_delta and not self.always_walk
        if has_delta and self._tree_link is None and not self._delta_tree:
            asks.append(self._ask(Step.TREE_CHANGES, self._tree_request(None)))
        if self._default_id is not None:
            asks += self._ask_children_of(self._default_id)
        if not self.cloud.has_contacts_delta:
            for folder in self.record.folders:
                asks += self._ask_children(folder)
        return asks

    def _read_new_folders(self) -> list[Ask]:
        """The tree is known: read what was not read before."""
        named = set(self._delta_tree)
        if self.cloud.has_contacts_delta and not set(self._tree) <= named:
            self.tree_delta_is_partial = True
        self._tree = {**self._delta_tree, **self._tree} if self.cloud.has_contacts_delta else self._tree
        if len(self._tree) > FOLDERS_MAX:
            raise ProtocolError(f"{len(self._tree)} contact folders")
        asks: list[Ask] = []
        for name, folder in self._tree.items():
            if not is_excluded(folder, self._tree, self.excluded):
                asks += self._read_folder(name)
        return asks

    def _read_folder(self, folder_id: str) -> list[Ask]:
        if folder_id in self._passes:
            return []
        marks = {folder.folder_id: folder.mark for folder in self.record.folders}
        self._passes[folder_id] = FolderPass(
            cloud=self.cloud,
            mailbox_id=self.record.mailbox_id,
            folder_id=folder_id,
            mark=marks.get(folder_id),
            map_row=self.map_row,
            known_keys=self.known_keys,
        )
        return self._folder_asks(folder_id, self._passes[folder_id].start())

    def _folder_asks(self, folder_id: str, requests: list[Request]) -> list[Ask]:
        return [
            self._ask(Step.CONTACT, request, folder_id, last_segment(request))
            if request.call.name == "contacts.get"
            else self._ask(Step.FOLDER, request, folder_id)
            for request in requests
        ]

    def _ask_children(self, folder: FolderRecord) -> list[Ask]:
        return [] if folder.name.casefold() in self.excluded else self._ask_children_of(folder.folder_id)

    def _ask_children_of(self, folder_id: str) -> list[Ask]:
        if folder_id in self._asked_children:
            return []
        self._asked_children.add(folder_id)
        return [self._ask(Step.TREE, ask_child_folders(self.cloud, self.record.mailbox_id, folder_id), folder_id)]

    def _next_page(self, ask: Ask, page: Page) -> list[Ask]:
        if page.next_link is None:
            return []
        if len(self._tree) > FOLDERS_MAX:
            raise ProtocolError(f"{len(self._tree)} contact folders")
        return [self._ask(ask.step, follow(ask.request, page.next_link, self.cloud), ask.folder_id)]

    def _tree_request(self, link: str | None) -> Request:
        return ask_folder_changes(self.cloud, self.record.mailbox_id, link)

    def _counted(self, asks: list[Ask]) -> list[Ask]:
        """Count what goes out, and only that: an answer that fails half-way takes its questions with it."""
        self.pending += len(asks)
        self._tree_pending += sum(ask.step in TREE_STEPS for ask in asks)
        return asks

    def _ask(self, step: Step, request: Request, folder_id: str = "", contact_id: str = "") -> Ask:
        return Ask(reader=self, step=step, request=request, folder_id=folder_id, contact_id=contact_id)

    def _kept_tree_link(self, tree: Mapping[str, FolderRecord]) -> str | None:
        """The delta of folders may stand for the walk only where it names every folder that the walk found."""
        if self.always_walk or self.tree_delta_is_partial:
            return None
        return self._tree_link
