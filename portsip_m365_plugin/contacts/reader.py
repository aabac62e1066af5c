"""One mailbox, read: its folders, and what is in them. Returns questions and takes answers; sends nothing itself.

In an ordinary night this is one question about the folders and one about each folder, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.contacts.folder import FolderReader, Found, MapContact
from portsip_m365_plugin.contacts.state import FolderRecord, MailboxRecord
from portsip_m365_plugin.contacts.tree import TREE_STEPS, FolderTree, Question, Step, is_missing_item
from portsip_m365_plugin.graph.errors import GraphError, ProtocolError, ResyncRequiredError
from portsip_m365_plugin.graph.wire import Request

_RESTARTS_MAX: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a mailbox."""

    record: MailboxRecord
    """To be kept after everything below is written."""
    found: dict[str, Found]
    """Contacts that are new or changed, or all of a folder."""
    removed: dict[str, frozenset[str]]
    """Contacts that left folders, each with all of these folders. They may be in another one now.

    A contact that came and went since the last reading has left a folder too, although the PBX never saw it there.
    """
    listed: dict[str, frozenset[str]]
    """Folders that were listed whole, and every id in them."""
    gone: frozenset[str]
    """Folders that are no longer there."""
    excluded: frozenset[str]
    """Folders that are there and not wanted (any more)."""
    is_whole: bool
    """Whether every wanted folder was listed whole."""


class MailboxReader:
    """Reads one mailbox.

    Args:
        cloud: Whose calls there are.
        record: What is remembered. Its marks must be of the same cloud and mapping.
        excluded: Names of folders that are not wanted, casefolded. Folders below them are not wanted either.
        map_row: Maps a contact as its page comes.
        known_keys: Returns the change keys that the PBX has of a folder, by contact id.
        always_list_tree: The delta of folders has been seen to be incomplete in this directory.
        tree_delta_names_nested: It has been seen to name folders below folders in this directory.
    """

    def __init__(
        self,
        cloud: Cloud,
        record: MailboxRecord,
        excluded: Collection[str],
        *,
        map_row: MapContact,
        known_keys: Callable[[str], Mapping[str, str]],
        always_list_tree: bool = False,
        tree_delta_names_nested: bool = False,
    ) -> None:
        self._cloud, self.record = cloud, record
        self._map_row, self._known_keys = map_row, known_keys
        self._tree = FolderTree(
            cloud, record, excluded, always_list=always_list_tree, names_nested=tree_delta_names_nested
        )
        self._folders: dict[str, FolderReader] = {}
        self._vanished: set[str] = set()
        self._n_open = 0
        self.failure: GraphError | None = None

    def start(self) -> list[Question]:
        """Return the first questions."""
        return self._counted(self._tree.start() + self._read_folders())

    @property
    def is_done(self) -> bool:
        """Whether every question is answered."""
        return self._n_open == 0

    @property
    def tree_delta_is_partial(self) -> bool:
        """Whether this mailbox has a folder that the delta of folders does not name."""
        return self._tree.delta_is_partial

    @property
    def tree_delta_names_nested(self) -> bool:
        """Whether the delta of folders named a folder below another one."""
        return self._tree.has_seen_nested

    @property
    def contacts_held(self) -> int:
        """How many contacts are in memory for this mailbox."""
        return sum(len(folder.found) for folder in self._folders.values())

    def take(self, question: Question, body: object, error: GraphError | None) -> list[Question]:
        """Take an answer or an error and return what to ask next."""
        self._n_open -= 1
        if self.failure is not None:
            return []
        try:
            if question.step in TREE_STEPS:
                questions = self._tree.take(question, body, error)
            elif error is not None:
                questions = self._take_error(question, error)
            else:
                questions = self._take_body(question, body)
            questions += self._read_folders()
        except GraphError as fatal:
            self.failure = fatal
            return []
        return self._counted(questions)

    def result(self) -> Reading:
        """Return what was read; only once it is done, and did not fail.

        Raises:
            ProtocolError: A folder is listed and yet cannot be found.
        """
        tree, default_id = self._tree.folders(), self._tree.default_id
        here = {*tree} | ({default_id} if default_id else set())
        if self._vanished & here:
            raise ProtocolError("a folder is listed and cannot be found")
        excluded = self._tree.excluded()
        read = {name: self._folders[name] for name in sorted(here - excluded)}
        found, moving = _merge_found(read)
        marks = {name: folder.mark for name, folder in read.items() if name not in moving}
        records = [replace(folder, mark=marks.get(name)) for name, folder in sorted(tree.items())]
        if default_id is not None and default_id not in tree:
            mark = marks.get(default_id)
            records.insert(0, FolderRecord(folder_id=default_id, name="", parent_id="", mark=mark))
        before = {folder.folder_id for folder in self.record.folders}
        return Reading(
            record=replace(self.record, default_id=default_id, tree_link=self._tree.link, folders=tuple(records)),
            found=found,
            removed=_merge_removed(read, found),
            listed={name: frozenset(folder.keys) for name, folder in read.items() if folder.is_listed},
            gone=frozenset(before - here),
            excluded=frozenset(excluded),
            is_whole=all(folder.is_listed for folder in read.values()),
        )

    def _take_body(self, question: Question, body: object) -> list[Question]:
        folder = self._folders[question.folder_id]
        if question.step is Step.FOLDER:
            return _questions(question.folder_id, folder.take_page(question.request, body))
        folder.take_single(question.request, body)
        return []

    def _take_error(self, question: Question, error: GraphError) -> list[Question]:
        folder_id = question.folder_id
        folder = self._folders[folder_id]
        if question.step is Step.CONTACT and is_missing_item(error):
            folder.miss_single(question.contact_id)
            return []
        if question.step is Step.FOLDER:
            if isinstance(error, ResyncRequiredError) and folder.restarts < _RESTARTS_MAX:
                return _questions(folder_id, folder.restart())
            if is_missing_item(error) and folder_id != self._tree.default_id:
                self._vanished.add(folder_id)
                return self._tree.miss(folder_id)
        raise error

    def _read_folders(self) -> list[Question]:
        """Begin to read the folders that are wanted and not read yet."""
        readable = self._tree.take_readable()
        marks = {folder.folder_id: folder.mark for folder in self.record.folders} if readable else {}
        questions: list[Question] = []
        for folder_id in readable:
            if folder_id not in self._folders:
                self._folders[folder_id] = FolderReader(
                    cloud=self._cloud,
                    mailbox_id=self.record.mailbox_id,
                    folder_id=folder_id,
                    mark=marks.get(folder_id),
                    map_row=self._map_row,
                    known_keys=self._known_keys,
                )
                questions += _questions(folder_id, self._folders[folder_id].start())
        return questions

    def _counted(self, questions: list[Question]) -> list[Question]:
        self._n_open += len(questions)
        return questions


def _merge_found(read: Mapping[str, FolderReader]) -> tuple[dict[str, Found], set[str]]:
    """Return what all folders hold, and the folders that name the same contact: it moved while they were read.

    Which of these folders holds it now is not known. They must be read in full the next time: no delta of the right
    folder would name the contact again after the wrong one has reported that it left.
    """
    found: dict[str, Found] = {}
    moving: set[str] = set()
    for folder_id, folder in read.items():
        for contact_id in found.keys() & folder.found.keys():
            moving |= {folder_id, found[contact_id].folder_id}
        found.update(folder.found)
    return found, moving


def _merge_removed(read: Mapping[str, FolderReader], found: Collection[str]) -> dict[str, frozenset[str]]:
    removed: dict[str, set[str]] = {}
    for folder_id, folder in read.items():
        for contact_id in folder.removed:
            if contact_id not in found:
                removed.setdefault(contact_id, set()).add(folder_id)
    return {contact_id: frozenset(folders) for contact_id, folders in removed.items()}


def _questions(folder_id: str, requests: list[Request]) -> list[Question]:
    return [
        Question(step=Step.CONTACT, request=request, folder_id=folder_id, contact_id=_last_segment(request))
        if request.call.name == "contacts.get"
        else Question(step=Step.FOLDER, request=request, folder_id=folder_id)
        for request in requests
    ]


def _last_segment(request: Request) -> str:
    """Return the id at the end of a request's address."""
    return unquote(request.path_and_query.partition("?")[0].rpartition("/")[2])
