"""What is asked of a mailbox, and what it said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote

from portsip_m365_plugin.contacts.folder import Found
from portsip_m365_plugin.contacts.state import FolderRecord, MailboxRecord
from portsip_m365_plugin.graph.contacts import read_id
from portsip_m365_plugin.graph.wire import Request


class Step(StrEnum):
    """What a question is about."""

    TREE_CHANGES = "tree_changes"
    TREE = "tree"
    FIRST = "first"
    DEFAULT = "default"
    FOLDER = "folder"
    CONTACT = "contact"


TREE_STEPS: Final = (Step.TREE_CHANGES, Step.TREE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a mailbox said."""

    record: MailboxRecord
    """To be kept once everything below is written."""
    found: dict[str, Found]
    """Contacts that are new or changed, or all of a folder."""
    removed: dict[str, str]
    """Contacts that left a folder, with that folder; perhaps for another one."""
    listed: dict[str, frozenset[str]]
    """Folders that were listed whole, and every id in them."""
    gone: frozenset[str]
    """Folders that are no longer there."""
    excluded: frozenset[str]
    """Folders that are there and not wanted (any more)."""
    is_whole: bool
    """Whether every wanted folder was listed whole."""


def read_folder(row: Mapping[str, Any], request: Request) -> FolderRecord:
    """Return a folder as Graph names it.

    Raises:
        ProtocolError: It has no id.
    """
    return FolderRecord(
        folder_id=read_id(row, request),
        name=str(row.get("displayName") or "")[:256],
        parent_id=str(row.get("parentFolderId") or "")[:512],
    )


def last_segment(request: Request) -> str:
    """Return the id at the end of a request's address."""
    return unquote(request.path_and_query.partition("?")[0].rpartition("/")[2])


def is_excluded(folder: FolderRecord, tree: Mapping[str, FolderRecord], names: Collection[str]) -> bool:
    """Whether a folder, or one above it, has an excluded name."""
    seen: set[str] = set()
    at: FolderRecord | None = folder
    while at is not None and at.folder_id not in seen:
        if at.name.casefold() in names:
            return True
        seen.add(at.folder_id)
        at = tree.get(at.parent_id)
    return False
