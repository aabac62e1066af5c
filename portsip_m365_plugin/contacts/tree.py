"""Which contact folders a mailbox has.

- Where the cloud has a delta of folders, it says in an ordinary night whether any came or went. Only then is the tree
  listed. In a first run the delta itself is the list. Whether it names folders below folders is not documented. So the
  folders below each one are listed too, until this directory's delta has named such a folder. If a listing finds a
  folder that the delta did not name, the trees of this directory are listed every night instead.
- Where there is no such delta, the tree is listed every night, and the children of the known folders beside it.
- No listing names the default folder. Its id is learned from a contact in it. While it is empty, it is asked for by a
  name that many use and nobody documents, so that a refusal changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from portsip_m365_plugin.clouds import Cloud
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
    EndlessListingError,
    GraphError,
    NotFoundError,
    ProtocolError,
    ResyncRequiredError,
)
from portsip_m365_plugin.graph.paging import Page, read_page
from portsip_m365_plugin.graph.wire import Request, follow

FOLDERS_MAX: Final = 5000
_PAGES_MAX: Final = 2000


class Step(StrEnum):
    """What a question is about."""

    TREE_CHANGES = "tree_changes"
    TREE = "tree"
    FIRST_CONTACT = "first_contact"
    DEFAULT_FOLDER = "default_folder"
    FOLDER = "folder"
    CONTACT = "contact"


_LISTING_STEPS: Final = (Step.TREE_CHANGES, Step.TREE)
TREE_STEPS: Final = (*_LISTING_STEPS, Step.FIRST_CONTACT, Step.DEFAULT_FOLDER)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One request about a mailbox."""

    step: Step
    request: Request
    folder_id: str = ""
    contact_id: str = ""


class FolderTree:
    """Finds the folders of one mailbox. Returns questions and takes answers; sends nothing itself.

    Args:
        cloud: Whose calls there are.
        record: What is remembered of the mailbox.
        excluded: Names of folders that are not wanted, casefolded. Folders below them are not wanted either.
        always_list: The delta of folders has been seen to be incomplete in this directory.
        names_nested: The delta of folders has been seen to name folders below folders in this directory.
    """

    def __init__(
        self,
        cloud: Cloud,
        record: MailboxRecord,
        excluded: Collection[str],
        *,
        always_list: bool,
        names_nested: bool = False,
    ) -> None:
        self._cloud, self._record, self._excluded = cloud, record, excluded
        self._always_list = always_list
        self._trusts_delta = names_nested and cloud.has_contacts_delta and not always_list
        self.default_id = record.default_id
        self.delta_is_partial = False
        """Whether this mailbox has a folder that the delta of folders does not name."""
        self._link: str | None = None
        self._by_delta: dict[str, FolderRecord] = {}
        self._listed: dict[str, FolderRecord] = {}
        self._is_listing = self._is_listed_by_delta = self._has_changed = False
        self._n_open = self._n_pages = 0
        self._asked_children: set[str] = set()
        self._readable: list[str] = []

    def start(self) -> list[Question]:
        """Return the first questions. The folders that are known can be read at once."""
        record, known = self._record, self._known()
        questions: list[Question] = []
        if self._cloud.has_contacts_delta and record.tree_link and not self._always_list:
            self._by_delta = dict(known)
            questions.append(self._ask_changes(record.tree_link))
        else:
            questions += self.list_all()
        if self.default_id is None:
            questions.append(self._ask(Step.FIRST_CONTACT, ask_first_contact(self._cloud, record.mailbox_id)))
        else:
            self._readable.append(self.default_id)
        self._readable += self._wanted(known)
        return questions

    def list_all(self) -> list[Question]:
        """Ask for the whole tree, once."""
        if self._is_listing:
            return []
        has_delta = self._cloud.has_contacts_delta and not self._always_list
        if has_delta and self._link is None and not self._by_delta:
            return self._list_by_delta()
        self._is_listing = True
        questions = [self._ask_folders(), *self._ask_children_of_default()]
        if not self._cloud.has_contacts_delta:
            for folder in self._record.folders:
                questions += self._ask_children(folder)
        return questions

    def take(self, question: Question, body: object, error: GraphError | None) -> list[Question]:
        """Take an answer or an error and return what to ask next.

        Raises:
            GraphError: The tree cannot be known.
        """
        self._n_open -= question.step in _LISTING_STEPS
        questions = self._take_error(question, error) if error is not None else self._take_body(question, body)
        if self._is_listing and self._n_open == 0:
            self._finish_listing()
        return questions

    def take_readable(self) -> list[str]:
        """Return the folders that turned out to be wanted since the last call. Some may be named again."""
        readable, self._readable = self._readable, []
        return readable

    def miss(self, folder_id: str) -> list[Question]:
        """A folder cannot be found any more: the tree has to be listed."""
        self._by_delta.pop(folder_id, None)
        return self.list_all()

    def folders(self) -> Mapping[str, FolderRecord]:
        """Return the folders by id, once every question is answered. The default folder may not be among them."""
        return self._listed if self._is_listing else self._known()

    def excluded(self) -> set[str]:
        """Return the ids of the folders that are there and not wanted."""
        folders = self.folders()
        return set(folders) - set(self._wanted(folders)) - {self.default_id or ""}

    @property
    def has_seen_nested(self) -> bool:
        """Whether the delta of folders named a folder below another one.

        A folder below the default one is no proof: it is not documented at which level the upper folders are.
        """
        if self.default_id is None:
            return False
        above = self._by_delta.keys() - {self.default_id}
        return any(folder.parent_id in above for folder in self._by_delta.values())

    @property
    def link(self) -> str | None:
        """The delta link to keep: only if that delta names every folder that a listing finds."""
        return None if self._always_list or self.delta_is_partial else self._link

    # ------------------------------------------------------------------ answers

    def _take_body(self, question: Question, body: object) -> list[Question]:
        if question.step is Step.DEFAULT_FOLDER:
            return self._learn_default(body.get("id") if isinstance(body, Mapping) else None)
        page = read_page(body, question.request)
        if question.step is Step.FIRST_CONTACT:
            if page.rows:
                return self._learn_default(page.rows[0].get("parentFolderId"))
            if page.next_link is not None:
                return self._next_page(question, page)  # an empty page need not be the last
            return [self._ask(Step.DEFAULT_FOLDER, ask_default_folder(self._cloud, self._record.mailbox_id))]
        if question.step is Step.TREE_CHANGES:
            return self._take_changes(question, page)
        questions: list[Question] = []
        for row in page.rows:
            folder = _read_folder(row, question.request)
            self._listed[folder.folder_id] = folder
            questions += self._ask_children(folder)
        return questions + self._next_page(question, page)

    def _take_error(self, question: Question, error: GraphError) -> list[Question]:
        if question.step is Step.DEFAULT_FOLDER and isinstance(error, (NotFoundError, BadRequestError)):
            return []
        if question.step is Step.TREE and question.folder_id and is_missing_item(error):
            return []  # gone since it was listed
        if question.step is Step.TREE_CHANGES:
            self._link = None
            if isinstance(error, ResyncRequiredError) and not self._is_listed_by_delta:
                return self._list_by_delta()
            if isinstance(error, (BadRequestError, ResyncRequiredError)):
                return self._list_without_delta()
        raise error

    def _learn_default(self, folder_id: object) -> list[Question]:
        if not isinstance(folder_id, str) or not folder_id:
            raise ProtocolError("the default folder has no id")
        self.default_id = folder_id
        self._readable.append(folder_id)
        return [*self.list_all(), *self._ask_children_of(folder_id)]

    def _take_changes(self, question: Question, page: Page) -> list[Question]:
        questions: list[Question] = []
        for row in page.rows:
            self._has_changed = True
            if "@removed" in row:
                self._by_delta.pop(read_id(row, question.request), None)
            else:
                folder = _read_folder(row, question.request)
                self._by_delta[folder.folder_id] = folder
                if self._is_listed_by_delta:
                    questions += self._ask_children(folder)
        if page.next_link is not None:
            return questions + self._next_page(question, page)
        if page.delta_link is None:
            raise ProtocolError("the round of folders ended without a delta link")
        self._link = page.delta_link
        return questions + (self.list_all() if self._has_changed else [])

    def _finish_listing(self) -> None:
        if self._cloud.has_contacts_delta:
            self.delta_is_partial = self.delta_is_partial or not set(self._listed) <= set(self._by_delta)
            self._listed = {**self._by_delta, **self._listed}
        self._check_size()
        self._readable += self._wanted(self._listed)

    def _list_by_delta(self) -> list[Question]:
        """Begin a first round of the delta, in which it names every folder."""
        self._is_listing = self._is_listed_by_delta = True
        self._by_delta = {}
        return [self._ask_changes(None), *self._ask_children_of_default()]

    def _list_without_delta(self) -> list[Question]:
        """The delta is refused: list what it would have named."""
        self._trusts_delta, self.delta_is_partial = False, True
        questions = [] if self._is_listing and not self._is_listed_by_delta else [self._ask_folders()]
        self._is_listing, self._is_listed_by_delta = True, False
        for folder in (*self._by_delta.values(), *self._listed.values()):
            questions += self._ask_children(folder)
        return questions + self._ask_children_of_default()

    # ------------------------------------------------------------------ questions

    def _ask(self, step: Step, request: Request, folder_id: str = "") -> Question:
        self._n_open += step in _LISTING_STEPS
        return Question(step=step, request=request, folder_id=folder_id)

    def _ask_folders(self) -> Question:
        return self._ask(Step.TREE, ask_folders(self._cloud, self._record.mailbox_id))

    def _ask_changes(self, link: str | None) -> Question:
        return self._ask(Step.TREE_CHANGES, ask_folder_changes(self._cloud, self._record.mailbox_id, link))

    def _ask_children(self, folder: FolderRecord) -> list[Question]:
        return [] if folder.name.casefold() in self._excluded else self._ask_children_of(folder.folder_id)

    def _ask_children_of_default(self) -> list[Question]:
        return self._ask_children_of(self.default_id) if self.default_id is not None else []

    def _ask_children_of(self, folder_id: str) -> list[Question]:
        if self._trusts_delta or folder_id in self._asked_children:
            return []
        self._asked_children.add(folder_id)
        return [self._ask(Step.TREE, ask_child_folders(self._cloud, self._record.mailbox_id, folder_id), folder_id)]

    def _next_page(self, question: Question, page: Page) -> list[Question]:
        if page.next_link is None:
            return []
        self._check_size()
        self._n_pages += 1
        if self._n_pages > _PAGES_MAX:
            raise EndlessListingError(f"{question.request.call.name}: paging does not end: {self._n_pages} pages")
        return [self._ask(question.step, follow(question.request, page.next_link, self._cloud), question.folder_id)]

    # ------------------------------------------------------------------ folders

    def _known(self) -> dict[str, FolderRecord]:
        return {folder.folder_id: folder for folder in self._record.folders}

    def _wanted(self, folders: Mapping[str, FolderRecord]) -> list[str]:
        return [name for name, folder in folders.items() if not self._is_excluded(folder, folders)]

    def _is_excluded(self, folder: FolderRecord, folders: Mapping[str, FolderRecord]) -> bool:
        """Whether a folder, or one above it, has an excluded name."""
        seen: set[str] = set()
        at: FolderRecord | None = folder
        while at is not None and at.folder_id not in seen:
            if at.name.casefold() in self._excluded:
                return True
            seen.add(at.folder_id)
            at = folders.get(at.parent_id)
        return False

    def _check_size(self) -> None:
        n_folders = max(len(self._listed), len(self._by_delta))
        if n_folders > FOLDERS_MAX:
            raise ProtocolError(f"{n_folders} contact folders")


def is_missing_item(error: GraphError) -> bool:
    """Whether Exchange says that this one item or folder does not exist; the mailbox does."""
    return isinstance(error, NotFoundError) and error.code == "ErrorItemNotFound"


def _read_folder(row: Mapping[str, Any], request: Request) -> FolderRecord:
    return FolderRecord(
        folder_id=read_id(row, request),
        name=str(row.get("displayName") or "")[:256],
        parent_id=str(row.get("parentFolderId") or "")[:512],
    )
