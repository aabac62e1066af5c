"""Which people of the directory are synced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portsip_m365_plugin.config.people import NO_NAMES, NameList, WhichPeople


class WhichGroups(StrEnum):
    """How the list of groups is meant."""

    ALL = "all"
    """Groups do not matter; the list is not used."""
    ONLY = "only"
    """Only members of the listed groups, nested groups included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeConfig:
    """Who is synced. The filters combine: a person has to pass all of them."""

    whose: WhichPeople = WhichPeople.ALL
    people: NameList = NO_NAMES
    """For `ONLY` and `EXCEPT`."""
    which_groups: WhichGroups = WhichGroups.ALL
    groups: NameList = NO_NAMES
    """For `ONLY`. PortSIP calls them departments."""
    guests: bool = False
    unlicensed: bool = True
    """Whether people without any Microsoft 365 plan are synced."""

    @property
    def has_list(self) -> bool:
        """Whether the list of people is used."""
        return self.whose is not WhichPeople.ALL

    @property
    def has_groups(self) -> bool:
        """Whether the list of groups is used."""
        return self.which_groups is WhichGroups.ONLY

    @property
    def fingerprint(self) -> str:
        """Whatever changes who is synced changes this text; a list that is not used does not."""
        people = ",".join(sorted(self.people.object_ids)) if self.has_list else ""
        groups = ",".join(sorted(self.groups.object_ids)) if self.has_groups else ""
        parts = f"{self.whose}|{people}|{self.which_groups}|{groups}|{self.guests}|{self.unlicensed}"
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


EVERYBODY: Final = ScopeConfig()
