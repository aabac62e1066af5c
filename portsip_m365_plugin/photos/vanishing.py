"""Removing many pictures at once asks an administrator first.

Microsoft's "no photo" for many people at once is more often an outage than a wish. An approval names the people: a
later run that would remove only pictures of those goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import ActionRequest, Counts, Done, Host, JsonValue, PlanRef, Refused, Severity, Viewer, sentences
from portsip_m365_plugin.notices import NoticeKind, level_of
from portsip_m365_plugin.texts import _, _n

APPROVE_PHOTO_REMOVAL_ACTION: Final = "approve_photo_removal"
"""The settings page's button that approves a removal; its parameter `checksum` names the removal."""
_PENDING_KEY: Final = "photos.vanishing"
_APPROVED_KEY: Final = "photos.vanishing_approved"
_SHARE: Final = 0.20
_FEW: Final = 2
"""So many are daily life, in a firm of any size."""
_KEEP_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPhotoRemoval:
    """A removal that waits for an administrator's approval."""

    checksum: str
    photos: int
    of: int
    """How many photos from Microsoft the PBX has."""
    is_off: bool
    """Whether the reason is that the sync of photos was switched off."""

    def describe(self) -> str:
        """Return the sentences that the administrator reads."""
        if self.is_off:
            return sentences(
                _n(
                    "The sync of photos is off, and {n:,} photo that came from Microsoft would be removed.",
                    "The sync of photos is off, and {n:,} photos that came from Microsoft would be removed.",
                    self.photos,
                ),
                _("If that is right, approve it; otherwise choose to keep them. Until then they stay."),
            )
        return sentences(
            _n(
                "Microsoft says that {n:,} of {all:,} people has no photo any more. It would be removed.",
                "Microsoft says that {n:,} of {all:,} people have no photo any more. Theirs would be removed.",
                self.photos,
                all=self.of,
            ),
            _("If that is right, approve it; if not, look at Microsoft's service health page. Until then they stay."),
        )

    def as_plan(self, now_utc: datetime) -> PlanRef:
        """Return the removal as a plan that an administrator can approve."""
        return PlanRef(
            checksum=self.checksum,
            made_at_utc=now_utc,
            counts=Counts(photos_removed=self.photos),
            guarded=self.photos,
            why=self.describe(),
            approve=ActionRequest(action=APPROVE_PHOTO_REMOVAL_ACTION, values={"checksum": self.checksum}),
        )


def judge_vanishing(host: Host, oids: Sequence[str], *, of: int, is_off: bool = False) -> PendingPhotoRemoval | None:
    """Return None if these people's pictures may be removed; otherwise what an administrator is asked, and keep it.

    More than 2 and more than 20 % of the pictures ask. Switching the sync off asks for any number, since all of them
    go.

    Args:
        host: The tenant's.
        oids: Whose pictures would be removed.
        of: How many pictures from Microsoft the PBX has.
        is_off: Whether the reason is that the sync of photos was switched off.
    """
    if not oids or (not is_off and len(oids) <= max(_FEW, of * _SHARE)):
        _forget_pending(host)
        return None
    if set(oids) <= _load_approved(host):
        return None
    digest = hashlib.sha256("\n".join(sorted(oids)).encode()).hexdigest()
    pending = PendingPhotoRemoval(checksum=digest, photos=len(oids), of=of, is_off=is_off)
    blob = host.blobs.put((f"{oid}\n".encode() for oid in oids), content_type="text/plain", keep_s=_KEEP_S)
    shape: JsonValue = {"checksum": digest, "photos": pending.photos, "of": of, "is_off": is_off, "blob": blob}
    host.state.put(_PENDING_KEY, shape)
    host.notify_admin(
        NoticeKind.PHOTOS_APPROVAL,
        _("The photo sync waits for your approval"),
        pending.describe(),
        severity=Severity.WARNING,
        level=level_of(pending.photos),
        values={"photos": pending.photos, "of": pending.of},
    )
    return pending


def forget_vanishing(host: Host) -> None:
    """Forget removal and approval, after the pictures are removed or the wish to remove them is gone."""
    _forget_pending(host)
    if host.state.get(_APPROVED_KEY) is not None:
        host.state.delete(_APPROVED_KEY)


def pending_photo_removal(host: Host) -> PendingPhotoRemoval | None:
    """Return the removal that waits, or None."""
    value = _read(host, _PENDING_KEY)
    if not value or value.get("checksum") == _read(host, _APPROVED_KEY).get("checksum"):
        return None
    return PendingPhotoRemoval(
        checksum=str(value["checksum"]),
        photos=int(value["photos"]),
        of=int(value["of"]),
        is_off=bool(value["is_off"]),
    )


def approve_photo_removal(host: Host, checksum: str, viewer: Viewer) -> Done | Refused:
    """Let the next run remove the pictures of these people, and no others. Idempotent. Valid for 7 days."""
    if not viewer.may_edit:
        return Refused(message=_("You may look at this, but not approve it."), remedy=_("Ask an administrator."))
    value = _read(host, _PENDING_KEY)
    if not value or value.get("checksum") != checksum:
        return Refused(
            message=_("This removal does not wait for approval (any more)."), remedy=_("Look at the tab again.")
        )
    host.state.put(_APPROVED_KEY, {"checksum": checksum, "blob": value["blob"]})
    host.resolve_notice(NoticeKind.PHOTOS_APPROVAL)
    host.audit.record(
        "photos.removal_approved",
        outcome="ok",
        subject=checksum,
        detail=_n("{n:,} photo", "{n:,} photos", value["photos"]),
    )
    return Done(message=_("Approved. The next run removes these photos: sync now, or wait for tonight."))


def _load_approved(host: Host) -> set[str]:
    blob = _read(host, _APPROVED_KEY).get("blob")
    if not isinstance(blob, str) or host.blobs.info(blob) is None:
        return set()
    with host.blobs.open(blob) as file:
        return {line.decode().strip() for line in file}


def _read(host: Host, key: str) -> dict[str, Any]:
    record = host.state.get(key)
    return record.value if record is not None and isinstance(record.value, dict) else {}


def _forget_pending(host: Host) -> None:
    if host.state.get(_PENDING_KEY) is not None:
        host.state.delete(_PENDING_KEY)
        host.resolve_notice(NoticeKind.PHOTOS_APPROVAL)
