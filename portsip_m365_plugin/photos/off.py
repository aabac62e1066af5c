"""What happens to the pictures from Microsoft after the sync of photos was switched off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from pbx_plugin_api import ApplyStatus, Counts, Host, PhotoChange, TickReport, TickStatus, UserLink, sentences
from portsip_m365_plugin.photos.memory import forget_passes
from portsip_m365_plugin.photos.vanishing import forget_vanishing, judge_vanishing
from portsip_m365_plugin.photos.words import say_goes_on, say_removed

_AT_ONCE: Final = 200


def has_pictures(host: Host, entra_tenant_id: str) -> bool:
    """Whether the PBX has pictures that came from Microsoft. Cost: one pass over the linked users at most."""
    return any(True for _ in _find_held(host, entra_tenant_id))


def remove_pictures(host: Host, entra_tenant_id: str) -> TickReport:
    """Remove every picture that came from Microsoft, after an administrator has approved the number.

    Asks Microsoft nothing. Pictures that were chosen in the PBX stay. Stopped or killed, the next run goes on.
    """
    held = list(_find_held(host, entra_tenant_id))
    pending = judge_vanishing(host, held, of=len(held), is_off=True)
    if pending is not None:
        plan = pending.as_plan(host.clock.now_utc())
        return TickReport(status=TickStatus.NEEDS_APPROVAL, message=pending.describe(), plan=plan)
    removed, left = 0, iter(held)
    while part := list(islice(left, _AT_ONCE)):
        if removed and host.progress.should_stop():
            message = sentences(say_removed(removed), say_goes_on())
            counts = Counts(photos_removed=removed)
            return TickReport(status=TickStatus.STOPPED, message=message, counts=counts, resumable=True)
        links = (UserLink(authority=entra_tenant_id, subject=oid) for oid in part)
        results = host.users.set_photos([PhotoChange(link=link, photo=None) for link in links])
        removed += sum(result.status is ApplyStatus.APPLIED for result in results)
    forget_vanishing(host)
    forget_passes(host)
    counts = Counts(photos_removed=removed)
    return TickReport(status=TickStatus.DONE, message=say_removed(removed), counts=counts)


def count_pictures(host: Host, entra_tenant_id: str) -> int:
    """Return how many pictures of the PBX came from Microsoft. Cost: one pass over the linked users."""
    return sum(1 for _ in _find_held(host, entra_tenant_id))


def _find_held(host: Host, entra_tenant_id: str) -> Iterator[str]:
    return (
        user.link.subject
        for user in host.users.linked()
        if user.link.authority == entra_tenant_id and user.photo_etag is not None and user.photo_sha256 is not None
    )
