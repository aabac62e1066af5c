"""Where cassettes are stored, and how vcrpy records and replays them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import vcr

from tests.cassette.scrub import scrub_request, scrub_response

__all__ = ["CASSETTES", "PROVENANCE", "cassette_file", "make_tape", "props_file"]

CASSETTES: Final = Path(__file__).resolve().parents[2] / "cassettes"
PROVENANCE: Final = CASSETTES / "PROVENANCE.md"


def cassette_file(cloud: str, scene: str) -> Path:
    """Return the path of a scene's cassette."""
    return CASSETTES / cloud.lower() / f"{scene}.yaml"


def props_file(cloud: str) -> Path:
    """Return the path of the names that the scenes of a cloud use in its cassettes."""
    return CASSETTES / cloud.lower() / "props.json"


def make_tape(record_mode: str) -> Any:
    """Return a vcrpy recorder: `all` records again, `none` replays and refuses what was not recorded."""
    return vcr.VCR(
        record_mode=record_mode,
        match_on=("method", "scheme", "host", "port", "path", "query", "body"),
        before_record_request=scrub_request,
        before_record_response=scrub_response,
        decode_compressed_response=True,
    )
