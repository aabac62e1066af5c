"""Who may sign in with Microsoft, as the tenant's administrator decided. By object id: names can be given to others."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from pbx_plugin_api import PasswordPolicy, ResponseMode


class SignInMode(StrEnum):
    """For whom sign-in is on."""

    OFF = "off"
    ALL = "all"
    """All synced users."""
    ONLY = "only"
    """Only the people on the list."""
    EXCEPT = "except"
    """All but the people on the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPolicy:
    """The SIGN IN tab, typed."""

    mode: SignInMode = SignInMode.OFF
    listed: Set[str] = frozenset()
    """Entra object ids."""
    password_policy: PasswordPolicy = PasswordPolicy.ALLOWED
    first_sign_in_creates: bool = False
    response_mode: ResponseMode = ResponseMode.FORM_POST

    def admits(self, entra_object_id: str) -> bool:
        """Whether this person may sign in at all; an empty list of `ONLY` admits nobody."""
        match self.mode:
            case SignInMode.ALL:
                return True
            case SignInMode.ONLY:
                return entra_object_id in self.listed
            case SignInMode.EXCEPT:
                return entra_object_id not in self.listed
            case SignInMode.OFF:
                return False
