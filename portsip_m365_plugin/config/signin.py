"""Who may sign in with Microsoft, and what happens to passwords."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pbx_plugin_api import PasswordPolicy, ResponseMode
from portsip_m365_plugin.config.people import NO_NAMES, NameList, WhichPeople


class SignInMode(StrEnum):
    """For whom sign-in is on: for nobody, or as in `WhichPeople`."""

    OFF = "off"
    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInConfig:
    """Sign-in with Microsoft."""

    mode: SignInMode = SignInMode.OFF
    people: NameList = NO_NAMES
    """For `ONLY` and `EXCEPT`."""
    password_policy: PasswordPolicy = PasswordPolicy.ALLOWED
    first_sign_in_creates: bool = False
    administrators: bool = False
    """Whether administrators of the PBX who have linked their Microsoft account may sign in with it."""
    response_mode: ResponseMode = ResponseMode.FORM_POST

    def admits(self, entra_object_id: str) -> bool:
        """Whether this person may sign in at all."""
        if self.mode is SignInMode.OFF:
            return False
        return WhichPeople(self.mode.value).includes(entra_object_id, self.people)
