"""A browser that comes back from a page outside, such as a consent page, without a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError

__all__ = ["Landing"]

LANDING_ABOUT_MAX_CHARS: Final = 256
LANDING_KEEP_MAX_S: Final = 60 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Somebody came back to the PBX with a state that `Host.landing_state` made. Frozen data; survives JSON.

    It says that a person to whom the address was given has used it, and nothing more: nobody is signed in, and it may
    be repeated.
    """

    purpose: str
    """As it was given to `Host.landing_state`."""
    about: str
    """As it was given to `Host.landing_state`."""
    address: str
    """Where the browser came back to: an origin of the tenant and the path, without parameters."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The parameters without the state. Each occurs once, and the host limits their size. Never trust them."""

    def __post_init__(self) -> None:
        rules.check_key("purpose", self.purpose)
        rules.check_text("about", self.about, max_chars=LANDING_ABOUT_MAX_CHARS)
        rules.check_text("address", self.address, min_chars=1, max_chars=2_048)
        object.__setattr__(self, "params", rules.freeze_mapping(self.params))


def check_landing(purpose: str, about: str, keep_s: int) -> None:
    """Refuse what `Host.landing_state` may not be given; for every host.

    Raises:
        InvalidValueError: A value is out of its limits. A bug.
    """
    rules.check_key("purpose", purpose)
    rules.check_text("about", about, max_chars=LANDING_ABOUT_MAX_CHARS)
    rules.check_at_least("keep_s", keep_s, 1)
    if keep_s > LANDING_KEEP_MAX_S:
        raise InvalidValueError("keep_s", keep_s, f"at most {LANDING_KEEP_MAX_S} seconds")
