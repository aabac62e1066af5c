"""Reading one folder of one mailbox: what changed in it since the last time, or everything in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.graph.contacts import ask_changes, ask_contact, ask_keys, ask_list, read_id
from portsip_m365_plugin.graph.errors import EndlessListingError, ProtocolError
from portsip_m365_plugin.graph.paging import read_page
from portsip_m365_plugin.graph.wire import Request, follow
from portsip_m365_plugin.mapping.contacts import MappedContact, SkippedContact

MapContact: TypeAlias = Callable[[Mapping[str, Any]], MappedContact | SkippedContact]

SINGLE_READS_MAX: Final = 20
"""More changed contacts than this are read by listing the folder."""
PAGES_MAX: Final = 2000
_CHANGE_KEY_MAX_CHARS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A contact as it is at Microsoft now."""

    folder_id: str
    change_key: str
    outcome: MappedContact | SkippedContact


@dataclass(slots=True, kw_only=True)
class FolderReader:
    """Reads one folder. Rows are mapped as they come, so that memory holds drafts and no raw answers.

    Where the cloud has a delta, the mark is a delta link. Where it has none, the folder's ids and change keys are
    listed. The mark is their digest, and the changed contacts are read only if it differs.
    """

    cloud: Cloud
    mailbox_id: str
    folder_id: str
    mark: str | None
    map_row: MapContact
    known_keys: Callable[[str], Mapping[str, str]]
    """Returns the change keys that the PBX has of a folder, by contact id."""
    found: dict[str, Found] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    """Everything listed, where the folder was listed whole."""
    is_listed: bool = False
    """Whether `keys` is all there is in the folder, and differs from the last time."""
    restarts: int = 0
    pages: int = 0
    _reads_keys: bool = False

    def start(self) -> list[Request]:
        """Return the first request: for changes if there is a mark, for everything if there is none."""
        self.found, self.removed, self.keys, self.pages = {}, set(), {}, 0
        self.is_listed = False
        if self.cloud.has_contacts_delta:
            self.is_listed = self.mark is None
            return [ask_changes(self.cloud, self.mailbox_id, self.folder_id, self.mark)]
        self._reads_keys = self.mark is not None
        ask = ask_keys if self._reads_keys else ask_list
        return [ask(self.cloud, self.mailbox_id, self.folder_id)]

    def restart(self) -> list[Request]:
        """Forget the mark and begin again with everything."""
        self.restarts += 1
        self.mark = None
        return self.start()

    def take_page(self, request: Request, body: object) -> list[Request]:
        """Take one page and return what to ask next; an empty list at the end."""
        page = read_page(body, request)
        self.pages += 1
        for row in page.rows:
            self._take_row(row, request)
        if page.next_link is not None:
            if self.pages > PAGES_MAX:
                raise EndlessListingError(f"{request.call.name}: paging does not end: {self.pages} pages")
            return [follow(request, page.next_link, self.cloud)]
        if self.cloud.has_contacts_delta:
            if page.delta_link is None:
                raise ProtocolError(f"{request.call.name}: the round ended without a delta link")
            self.mark = page.delta_link
            return []
        return self._compare()

    def take_single(self, request: Request, body: object) -> None:
        """Take one contact that was read by its id."""
        if not isinstance(body, Mapping):
            raise ProtocolError(f"{request.call.name}: the answer is not a contact")
        if body.get("parentFolderId") in (None, self.folder_id):
            self.keys[read_id(body, request)] = _change_key(body)
            self._put(body, request)

    def miss_single(self, contact_id: str) -> None:
        """Note that a contact that was listed, or might have been, is gone by now."""
        self.keys.pop(contact_id, None)

    def _take_row(self, row: Mapping[str, Any], request: Request) -> None:
        contact_id = read_id(row, request)
        if "@removed" in row:
            self.found.pop(contact_id, None)
            self.keys.pop(contact_id, None)
            self.removed.add(contact_id)
        elif self._reads_keys:
            self.keys[contact_id] = _change_key(row)
        else:
            self._put(row, request)

    def _put(self, row: Mapping[str, Any], request: Request) -> None:
        contact_id, change_key = read_id(row, request), _change_key(row)
        self.removed.discard(contact_id)
        if not self._reads_keys:
            self.keys[contact_id] = change_key
        self.found[contact_id] = Found(folder_id=self.folder_id, change_key=change_key, outcome=self.map_row(row))

    def _compare(self) -> list[Request]:
        """A listing is complete: read what differs from what the PBX has."""
        digest = _digest(self.keys)
        same = digest == self.mark
        self.mark, self.is_listed = digest, not same
        if same or (not self._reads_keys and self.pages == 1):
            return []
        known = self.known_keys(self.folder_id)
        changed = [name for name, key in self.keys.items() if self._reads_keys and known.get(name) != key]
        if len(changed) > SINGLE_READS_MAX:
            self.mark = None
            return self.start()
        # Pages are cut by position: if a contact is deleted between two of them, another one is on neither page.
        missing = [name for name in known if name not in self.keys] if self.pages > 1 else []
        doubtful = missing if len(missing) <= SINGLE_READS_MAX else []
        return [ask_contact(self.cloud, self.mailbox_id, name) for name in (*changed, *doubtful)]


def _change_key(row: Mapping[str, Any]) -> str:
    return str(row.get("changeKey") or "")[:_CHANGE_KEY_MAX_CHARS]


def _digest(keys: Mapping[str, str]) -> str:
    text = "\n".join(f"{contact_id} {key}" for contact_id, key in sorted(keys.items()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
