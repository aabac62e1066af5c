"""The menu at the left of every page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from pbx_devhost.portal.visit import Visit
from pbx_devhost.texts import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry."""

    label: str
    path: str
    icon: str
    for_users: bool = False
    for_admins: bool = True
    for_system: bool = False
    """Whether a system administrator who is in no tenant sees it."""

    @property
    def is_here(self) -> bool:
        """Whether the page shown belongs to this entry."""
        return request.path == self.path or (self.path != "/" and request.path.startswith(self.path + "/"))


ITEMS: tuple[Item, ...] = (
    Item(label=_("Overview"), path="/", icon="home", for_users=True, for_system=True),
    Item(label=_("Tenants"), path="/system/tenants", icon="building", for_admins=False, for_system=True),
    Item(label=_("Users"), path="/users", icon="users"),
    Item(label=_("My contacts"), path="/contacts/mine", icon="book", for_users=True, for_admins=False),
    Item(label=_("Company contacts"), path="/contacts/company", icon="building", for_users=True),
    Item(label=_("Plugins"), path="/plugins", icon="plug", for_system=True),
    Item(label=_("Run log"), path="/runs", icon="sync", for_system=True),
    Item(label=_("Notifications"), path="/mail", icon="mail", for_system=True),
    Item(label=_("Notices"), path="/notices", icon="bell", for_system=True),
    Item(label=_("Audit log"), path="/audit", icon="shield", for_system=True),
    Item(label=_("Your account"), path="/account", icon="lock", for_users=True, for_system=True),
)


def menu_for(visit: Visit) -> tuple[Item, ...]:
    """Return the entries that this visitor may see."""
    if visit.session is None:
        return ()
    if visit.is_system_scope:
        return tuple(item for item in ITEMS if item.for_system)
    return tuple(item for item in ITEMS if (item.for_admins if visit.is_admin else item.for_users))
