"""Which extension number a new user gets: a returning person's own, else the wish, else the first free one."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api._words import _
from pbx_plugin_api.users import ExtensionWish, FromStart

__all__ = ["FIRST_NUMBER", "first_number", "refuse_number"]

FIRST_NUMBER: Final = 101
"""Where the search for a free number begins if nothing else is wished for."""


def first_number(wish: ExtensionWish) -> int:
    """Return the number from which the search goes upward."""
    return int(wish.start) if isinstance(wish, FromStart) else FIRST_NUMBER


def refuse_number(number: str, *, is_held: bool, service: str | None, is_resting: bool) -> str | None:
    """Return why a number cannot be given to a new user, or None where it is free.

    Args:
        number: The number.
        is_held: Whether a user has it.
        service: The service of the PBX that has it, such as a queue; None where none has.
        is_resting: Whether it was freed within the tenant's rest, in which it is kept for its last owner.
    """
    if is_held:
        return _("extension number {number} is taken; wish for another", number=number)
    if service:
        return _(
            "extension number {number} belongs to a service ({service}); wish for another",
            number=number,
            service=service,
        )
    if is_resting:
        return _(
            "extension number {number} is kept for the person who had it until now; wish for another", number=number
        )
    return None
