"""What the contract raises, for plugins and for hosts.

    PbxContractError
    ├── InvalidValueError      a value object would break a limit (also a ValueError)
    └── HostRefusedError       the host refuses this call of this plugin
        ├── HostClosedError        the hook has returned, and its host may no longer be used
        ├── WrongThreadError       called on another thread than the hook's own
        ├── LeaseLostError         another worker holds the tenant now; nothing was written
        ├── VersionConflictError   somebody else wrote first; read again and decide
        └── QuotaError             more than the host stores

All of these are bugs or races. An expected failure is a returned value, never an exception.
"""

from __future__ import annotations

from pbx_plugin_api._words import _

__all__ = [
    "HostClosedError",
    "HostRefusedError",
    "InvalidValueError",
    "LeaseLostError",
    "PbxContractError",
    "QuotaError",
    "VersionConflictError",
    "WrongThreadError",
]

_SHOWN_CHARS = 80


class PbxContractError(Exception):
    """Base of everything that the contract raises."""


class InvalidValueError(PbxContractError, ValueError):
    """A value object would break a limit, so it cannot be built.

    Attributes:
        field: Name of the field in the value object.
        value: What was given. The message shows it shortened.
        rule: What the field allows, as a part of a sentence.
    """

    def __init__(self, field: str, value: object, rule: str) -> None:
        self.field, self.value, self.rule = field, value, rule
        shown = repr(value)
        if len(shown) > _SHOWN_CHARS:
            shown = _("{value}… ({n:,} characters)", value=shown[:_SHOWN_CHARS], n=len(shown))
        # Translators: {field} is the name of what was typed, {rule} what is possible, such as "3 to 64 digits".
        super().__init__(_("{field}: {value} is not allowed: {rule}", field=field, value=shown, rule=rule))


class HostRefusedError(PbxContractError):
    """The host refuses the call. Nothing was changed."""


class HostClosedError(HostRefusedError):
    """The hook call of this host is over. Use the host of the next call, and never keep one."""


class WrongThreadError(HostRefusedError):
    """Host methods may be called only on the thread of the hook. Pass results back to it, and write there."""


class LeaseLostError(HostRefusedError):
    """Another worker holds the lease on this tenant now, with a higher fencing token. Stop; nothing was written."""


class VersionConflictError(HostRefusedError):
    """The stored version is not the expected one. It can be retried after reading again.

    Attributes:
        expected_version: The version that the caller had read.
        current_version: The version that is stored now.
    """

    def __init__(self, what: str, expected_version: int, current_version: int) -> None:
        self.expected_version, self.current_version = expected_version, current_version
        super().__init__(
            f"{what} is at version {current_version}, not {expected_version}: somebody changed it; read it again"
        )


class QuotaError(HostRefusedError):
    """More than the host stores under one key."""
