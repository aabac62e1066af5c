"""How the attachments of a mail are sent: in one request, with a draft, or as a link to the PBX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO

from pbx_plugin_api import AttachmentRef, Host
from portsip_m365_plugin.graph.bodies import FileContent
from portsip_m365_plugin.graph.mail import INLINE_MAX_BYTES, SESSION_MAX_BYTES, MailFile, sendmail_size

MakeMessage = Callable[[Sequence[AttachmentRef]], dict[str, Any]]
"""Builds the message. Takes the attachments that are left out, which the message then names."""


class Route(StrEnum):
    """How a message goes out."""

    ONE_REQUEST = "one_request"
    DRAFT = "draft"
    TOO_LARGE = "too_large"
    """Too large even without its attachments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """The attachments of a mail, and which of them are sent."""

    refs: tuple[AttachmentRef, ...] = ()
    """Sent with the mail."""
    left_out: tuple[AttachmentRef, ...] = ()
    """Too large: the mail has a link."""
    gone: tuple[AttachmentRef, ...] = ()
    """The PBX no longer has the file."""
    files: tuple[MailFile, ...] = field(default=(), repr=False)
    """One for each of `refs`."""

    def without(self, dropped: AttachmentRef) -> Cargo:
        """Return a copy that leaves out one more."""
        kept = [(ref, file) for ref, file in zip(self.refs, self.files, strict=True) if ref is not dropped]
        return Cargo(
            refs=tuple(ref for ref, _ in kept),
            left_out=(*self.left_out, dropped),
            gone=self.gone,
            files=tuple(file for _, file in kept),
        )

    def without_all(self) -> Cargo:
        """Return a copy that leaves out all of them."""
        return Cargo(left_out=(*self.left_out, *self.refs), gone=self.gone)


def find_files(host: Host, refs: Sequence[AttachmentRef]) -> Cargo:
    """Look the attachments up in the PBX. The mail names those that the PBX no longer has."""
    found, files, gone = [], [], []
    for ref in refs:
        info = host.blobs.info(ref.blob)
        if info is None:
            gone.append(ref)
            continue
        content = FileContent(size_bytes=info.size_bytes, open=_opener(host, ref.blob))
        found.append(ref)
        files.append(
            MailFile(name=ref.filename, content_type=ref.content_type, content=content, content_id=ref.content_id)
        )
    return Cargo(refs=tuple(found), gone=tuple(gone), files=tuple(files))


def _opener(host: Host, blob: str) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: host.blobs.open(blob)


def choose_route(make: MakeMessage, cargo: Cargo, *, may_draft: bool) -> tuple[Route, Cargo]:
    """Choose how a mail goes out, and which attachments become links.

    Args:
        make: Builds the message; its size counts.
        cargo: All attachments.
        may_draft: Whether drafts are possible: the cloud has them, and Mail.ReadWrite is not known to be missing.
    """
    if sendmail_size(make(cargo.left_out), cargo.files) <= INLINE_MAX_BYTES:
        return Route.ONE_REQUEST, cargo
    if may_draft and cargo.refs:
        for ref, file in zip(cargo.refs, cargo.files, strict=True):
            if file.content.size_bytes > SESSION_MAX_BYTES:
                cargo = cargo.without(ref)
        # What was taken out may have been all that was too much.
        if sendmail_size(make(cargo.left_out), cargo.files) <= INLINE_MAX_BYTES:
            return Route.ONE_REQUEST, cargo
        return Route.DRAFT, cargo
    while cargo.refs:
        sizes = {id(ref): file.content.size_bytes for ref, file in zip(cargo.refs, cargo.files, strict=True)}
        cargo = cargo.without(max(cargo.refs, key=lambda ref: sizes[id(ref)]))
        if sendmail_size(make(cargo.left_out), cargo.files) <= INLINE_MAX_BYTES:
            return Route.ONE_REQUEST, cargo
    return Route.TOO_LARGE, cargo
