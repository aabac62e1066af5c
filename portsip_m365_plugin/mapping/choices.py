"""What a tenant may decide about the mapping of a person. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class NameFormat(StrEnum):
    """How a person's display name is made."""

    DISPLAY_NAME = "display_name"
    """As `displayName` has it; right for names whose surname comes first, such as Chinese ones."""
    GIVEN_SURNAME = "given_surname"
    SURNAME_GIVEN = "surname_given"


class EmailSource(StrEnum):
    """Which address a person's e-mail is; where it is missing, the other one is taken."""

    MAIL = "mail"
    UPN = "upn"


@dataclass(frozen=True, slots=True)
class ExtensionSource:
    """The property of a person that names their extension number."""

    name: str = ""
    """A property of Microsoft's; empty: none."""
    last_digits: int = 0
    """How many of its last digits are the number; 0: all of the text."""

    def __bool__(self) -> bool:
        return bool(self.name)

    @property
    def select(self) -> tuple[str, ...]:
        """What has to be read of a person besides what is always read."""
        if self.name.startswith(ATTRIBUTE):
            return ("onPremisesExtensionAttributes",)
        return (self.name,) if self.name == EMPLOYEE_ID else ()


EMPLOYEE_ID: Final = "employeeId"
ATTRIBUTE: Final = "extensionAttribute"
BUSINESS_PHONES: Final = "businessPhones"
NO_SOURCE: Final = ExtensionSource()
SOURCE_TEXT: Final = re.compile(
    r"none|employeeId|extensionAttribute(?:[1-9]|1[0-5])|businessPhones:(?:[3-9]|1[0-3])", re.ASCII
)
"""How a source is typed; N of `businessPhones:N` is 3 to 13."""


def read_source(text: str) -> ExtensionSource:
    """Return the source that a text of `SOURCE_TEXT` names; anything else is none."""
    if not SOURCE_TEXT.fullmatch(text) or text == "none":
        return NO_SOURCE
    name, _, digits = text.partition(":")
    return ExtensionSource(name, int(digits or 0))
