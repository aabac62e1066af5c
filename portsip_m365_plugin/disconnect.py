"""Disconnecting: the PBX forgets the directory and, on request, deletes what came from it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from pbx_plugin_api import (
    APPLY_MAX_CHANGES,
    ApplyStatus,
    Counts,
    DeleteUser,
    DropContact,
    Host,
    Stage,
    Tick,
    TickReport,
    TickStatus,
    sentences,
)
from portsip_m365_plugin.config.writer import forget_connection
from portsip_m365_plugin.keys.store import KEY_NAMES
from portsip_m365_plugin.notices import resolve_all
from portsip_m365_plugin.texts import _, _n

T = TypeVar("T")


def disconnect(host: Host, tick: Tick) -> TickReport:
    """Forget application, keys and checkpoints; with `delete_users` also delete users and contacts that were synced.

    The directory's id stays while linked users exist: it is half of their identity. Idempotent; after a run that was
    cut off, press the button again.
    """
    wants_deletion = tick.request is not None and tick.request.values.get("delete_users") == "true"
    deleted = contacts_deleted = 0
    if wants_deletion:
        for links in _batched(user.link for user in host.users.linked()):
            if host.progress.should_stop():
                return _stopped(deleted)
            host.users.apply([DeleteUser(link=link) for link in links])
            deleted += len(links)
            host.progress.report(Stage.DELETE, deleted)
        contacts_deleted = _drop_contacts(host)
    for name in KEY_NAMES:
        host.secrets.delete(name)
    for key, __ in list(host.state.items()):
        host.state.delete(key)
    record = host.settings.read()
    values = forget_connection(record.values, with_users=not host.users.counts().linked)
    host.settings.write(values, expected_version=record.version)
    resolve_all(host)
    deletions = _n("{n:,} user was deleted.", "{n:,} users were deleted.", deleted)
    host.audit.record("disconnected", outcome="ok", detail=deletions)
    kept = host.users.counts().linked
    rest = deletions
    if not wants_deletion:
        rest = _n("{n:,} synced user stays as it is.", "{n:,} synced users stay as they are.", kept)
    return TickReport(
        status=TickStatus.DONE,
        message=sentences(_("Disconnected from Microsoft 365."), rest),
        counts=Counts(deleted=deleted, contacts_deleted=contacts_deleted),
    )


def _stopped(deleted: int) -> TickReport:
    message = _n(
        "Stopped after {n:,} user; press Disconnect again to continue.",
        "Stopped after {n:,} users; press Disconnect again to continue.",
        deleted,
    )
    return TickReport(status=TickStatus.STOPPED, message=message, counts=Counts(deleted=deleted))


def _drop_contacts(host: Host) -> int:
    """Delete every synced contact; return how many there were."""
    dropped = 0
    for book in list(host.contacts.books()):
        for ids in _batched(contact.external_id for contact in host.contacts.synced(book)):
            results = host.contacts.apply(book, [DropContact(external_id=external_id) for external_id in ids])
            dropped += sum(result.status is ApplyStatus.APPLIED for result in results)
    return dropped


def _batched(items: Iterator[T]) -> Iterator[list[T]]:
    """Collect before applying: what is being listed is about to change."""
    held = list(items)
    iterator = iter(held)
    while batch := list(islice(iterator, APPLY_MAX_CHANGES)):
        yield batch
