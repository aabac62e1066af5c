"""The list of checks: one line each, in one order; what was not reached says because of which check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portsip_m365_plugin.permissions import PERMISSIONS
from portsip_m365_plugin.texts import _


class CheckState(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOT_WELL = "not_well"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line."""

    name: str
    """For programs, such as `clock` or `Contacts.Read`."""
    label: str
    state: CheckState
    found: str
    """What was found, or why it was not checked: whole sentences."""
    remedy: str = ""
    """What to do; never empty if it is not well."""
    is_needed: bool = True
    """Whether a feature that is on depends on it."""
    awaits_step: bool = False
    """Whether it was not checked because only an administrator's next step, such as a test mail, can show it."""

    @property
    def is_in_the_way(self) -> bool:
        """Whether a feature that is on does not work, or is not known to work."""
        return self.is_needed and self.state is not CheckState.OK


NAMES: Final = "name_resolution"
PROXY: Final = "proxy"
TLS: Final = "tls"
CLOCK: Final = "clock"
DIRECTORY: Final = "directory"
CLOUD: Final = "cloud"
APPLICATION: Final = "application"
CERTIFICATE: Final = "certificate"
TOKEN: Final = "token"  # noqa: S105  the name of a check
MAILBOX: Final = "mailbox"
PEOPLE: Final = "people"
REDIRECT_URIS: Final = "redirect_uris"
SIGN_IN: Final = "sign_in"
WEB_CERTIFICATE: Final = "web_certificate"

_LABELS: Final = {
    NAMES: _("Name resolution"),
    PROXY: _("Proxy"),
    TLS: _("TLS connection"),
    CLOCK: _("Clock"),
    DIRECTORY: _("Directory"),
    CLOUD: _("Cloud"),
    APPLICATION: _("Application"),
    CERTIFICATE: _("Certificate of the application"),
    TOKEN: _("Token"),
    **{item.name: item.name for item in PERMISSIONS},
    PEOPLE: _("People without a user"),
    MAILBOX: _("Mailbox for mail"),
    REDIRECT_URIS: _("Redirect URIs"),
    SIGN_IN: _("Sign-in with Microsoft"),
    WEB_CERTIFICATE: _("Certificate of the web address"),
}
"""In the order of the list: what comes first can be the cause of what comes later."""


class Board:
    """The lines found so far. A later finding about the same check takes the place of the earlier one."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def ok(self, name: str, found: str, *, is_needed: bool = True) -> None:
        """Note that a check is well."""
        self._put(name, CheckState.OK, found, "", is_needed)

    def not_well(self, name: str, found: str, remedy: str, *, is_needed: bool = True) -> None:
        """Note what is wrong and what to do."""
        self._put(name, CheckState.NOT_WELL, found, remedy, is_needed)

    def not_checked(self, name: str, why: str, remedy: str = "", *, is_needed: bool = True) -> None:
        """Note why a check could not be made."""
        self._put(name, CheckState.NOT_CHECKED, why, remedy, is_needed)

    def not_proven(self, name: str, why: str, remedy: str, *, is_needed: bool = True) -> None:
        """Note that only an administrator's next step, the remedy, can show it."""
        self._put(name, CheckState.NOT_CHECKED, why, remedy, is_needed, awaits_step=True)

    def state(self, name: str) -> CheckState | None:
        """Return how a check ended; None if nothing was noted."""
        check = self._checks.get(name)
        return check.state if check is not None else None

    def checks(self) -> tuple[Check, ...]:
        """Return every line in order. What nobody noted was not reached, because of the first line in the way."""
        noted = [self._checks[name] for name in _LABELS if name in self._checks]
        cause = next((check for check in noted if check.is_in_the_way), None)
        why = _("Not checked.")
        if cause is not None:
            # Translators: {check} is the label of another check, such as Clock.
            why = _("Not checked, because of “{check}” above.", check=cause.label)
        return tuple(
            self._checks.get(name)
            or Check(name=name, label=label, state=CheckState.NOT_CHECKED, found=why, is_needed=False)
            for name, label in _LABELS.items()
        )

    def _put(
        self, name: str, state: CheckState, found: str, remedy: str, is_needed: bool, *, awaits_step: bool = False
    ) -> None:
        self._checks[name] = Check(
            name=name,
            label=_LABELS[name],
            state=state,
            found=found,
            remedy=remedy,
            is_needed=is_needed,
            awaits_step=awaits_step,
        )
