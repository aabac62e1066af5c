"""What the author of a host gives to the conformance suite: hosts, and ways to change the PBX."""

from __future__ import annotations

from typing import Protocol

from pbx_plugin_api.contacts import BookRef
from pbx_plugin_api.host import Host
from pbx_plugin_api.users import AnyNumber, ExtensionWish, UserLink

__all__ = ["PbxUnderTest"]


class PbxUnderTest(Protocol):
    """A PBX with two empty tenants and two plugins, and methods that only the PBX has."""

    @property
    def host(self) -> Host:
        """The host of one plugin in one tenant, in a run under a lease."""

    @property
    def other_plugin(self) -> Host:
        """The host of another plugin in the same tenant."""

    @property
    def other_tenant(self) -> Host:
        """The host of the same plugin in another tenant."""

    def move_clock(self, seconds: float) -> None:
        """Move the time of all these hosts."""

    def lose_lease(self) -> None:
        """Let another worker take the lease of the tenant that `host` works for."""

    def set_user_limit(self, limit: int | None) -> None:
        """Set how many users the tenant may have."""

    def add_user(
        self,
        username: str,
        *,
        email: str | None = None,
        is_admin: bool = False,
        extension: ExtensionWish = AnyNumber(),
    ) -> str:
        """Add a user by hand and return their user id."""

    def edit_user(self, link: UserLink, **fields: str | bool) -> None:
        """Change `display_name`, `email`, `mobile_phone`, `work_phone`, `department` or `enabled` by hand."""

    def delete_user(self, link: UserLink) -> None:
        """Delete a linked user by hand."""

    def sign_in(self, link: UserLink) -> None:
        """Begin a session of a linked user."""

    def is_signed_in(self, link: UserLink) -> bool:
        """Whether a linked user has a session."""

    def add_contact(self, book: BookRef, name: str) -> None:
        """Add a contact by hand."""

    def rename_contact(self, book: BookRef, name: str, new_name: str) -> None:
        """Change the name of the contact with this name."""

    def delete_contact(self, book: BookRef, name: str) -> None:
        """Delete the contact with this name."""

    def contact_names(self, book: BookRef) -> list[str]:
        """Return the names that people see in a book, sorted."""

    def landing_of(self, state: str) -> tuple[str, str] | None:
        """Return purpose and about of a state that `host` made; None if it was another's, or its time is over."""

    def notices(self) -> list[str]:
        """Return the subjects of the notices to the tenant's administrators, in order."""

    def shown_notices(self) -> list[str]:
        """Return the subjects of the notices that are open and not dismissed, in order."""

    def dismiss_notice(self, key: str) -> None:
        """Put the open notice that the plugin of `host` raised with this key away, as an administrator does."""

    def audit_events(self) -> list[str]:
        """Return the events in the tenant's audit log, in order."""
