"""Whether Microsoft's photos are shown in the PBX."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PhotosWhenOff(StrEnum):
    """What happens to the pictures from Microsoft while the sync of photos is off."""

    KEEP = "keep"
    REMOVE = "remove"
    """The next run asks with a number, and removes them when that is approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosConfig:
    """The sync of photos."""

    is_on: bool = False
    when_off: PhotosWhenOff = PhotosWhenOff.KEEP

    @property
    def is_removal_wanted(self) -> bool:
        """Whether pictures from Microsoft are to be removed."""
        return not self.is_on and self.when_off is PhotosWhenOff.REMOVE
