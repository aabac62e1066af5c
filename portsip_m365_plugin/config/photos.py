"""Whether Microsoft's photos are shown in the PBX."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosConfig:
    """The sync of photos."""

    is_on: bool = False
