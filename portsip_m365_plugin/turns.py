"""What a tick of the clock is for: the night, or a look at the changes between two nights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, Tenant, dump, load
from portsip_m365_plugin.config.due import last_night_at_utc, runs_between_nights
from portsip_m365_plugin.config.reader import Config

_KEY: Final = "night"


class Turn(StrEnum):
    """What a run does."""

    NIGHT = "night"
    """Everything: users, contacts, photos."""
    BETWEEN = "between"
    """Only what has changed about users since the last look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """How far the last night came."""

    slot_utc: datetime | None = None
    """When it was due."""
    is_over: bool = True
    """False: it failed or stopped, and is tried again."""
    retry_at_utc: datetime | None = None
    """Not before this moment; None: at once."""


def choose_turn(host: Host, tenant: Tenant, config: Config, now_utc: datetime) -> Turn:
    """Return what a tick of the clock at this moment is for. Without runs between the nights it is always the night."""
    if not runs_between_nights(config):
        return Turn.NIGHT
    night, slot_utc = read_night(host), last_night_at_utc(config, tenant, now_utc)
    if night is None or night.slot_utc is None or slot_utc is None or night.slot_utc < slot_utc:
        return Turn.NIGHT
    if night.slot_utc > now_utc:
        return Turn.NIGHT  # of a time when the clock was ahead
    if night.is_over or (night.retry_at_utc is not None and now_utc < night.retry_at_utc):
        return Turn.BETWEEN
    return Turn.NIGHT


def read_night(host: Host) -> Night | None:
    """Return the last night, or None if there was none yet."""
    record = host.state.get(_KEY)
    if record is None:
        return None
    try:
        return load(Night, record.value)
    except InvalidValueError:
        return None


def keep_night(host: Host, night: Night) -> None:
    """Remember the last night."""
    host.state.put(_KEY, dump(night))
