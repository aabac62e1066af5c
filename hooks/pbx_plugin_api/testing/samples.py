"""People and contacts for the suites' tests."""

from __future__ import annotations

from typing import Any

from pbx_plugin_api.contacts import ContactSource, DraftContact, PutContact
from pbx_plugin_api.users import DraftUser, UserLink

__all__ = ["ODD_LINKS", "contact", "draft", "link", "put"]

ODD_LINKS = (
    UserLink(authority="https://id.example.com/realms/a", subject="auth0|5f"),
    UserLink(authority="a/b", subject="c"),
    UserLink(authority="a", subject="b/c"),
    UserLink(authority="a%2Fb", subject="c"),
    UserLink(authority="x" * 255, subject="~" * 255),
)
"""Ids that other systems than Entra give. They differ, though some look alike when they are joined."""

_DIRECTORY = "72f988bf-0000-4000-8000-2d7cd011db47"


def link(name: str, directory: str = _DIRECTORY) -> UserLink:
    """Return the link of a person by a short name."""
    return UserLink(authority=directory, subject=name)


def draft(name: str, **more: Any) -> DraftUser:
    """Return a draft of a person by a short name."""
    values: dict[str, Any] = {"link": link(name), "usernames": (name,), "display_name": name.title()}
    return DraftUser(**{**values, **more})


def contact(name: str, **more: Any) -> DraftContact:
    """Return a draft of a contact."""
    return DraftContact(name=name, **more)


def put(external_id: str, *, name: str | None = None, mailbox: str = "m1", folder: str = "f1") -> PutContact:
    """Return the change that puts a contact with one source."""
    source = ContactSource(mailbox_id=mailbox, folder_id=folder, contact_id=f"{mailbox}-{external_id}")
    return PutContact(external_id=external_id, draft=contact(name or external_id.title()), sources=(source,))
