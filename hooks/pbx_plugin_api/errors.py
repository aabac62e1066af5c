"""What the contract raises, on either side of the seam.

    PbxContractError
    ├── InvalidValueError      a value object would break a limit (also a ValueError)
    └── HostRefusedError       the host will not do this for this plugin, now
        ├── HostClosedError        the hook has returned; the host object is dead
        ├── WrongThreadError       called from another thread than the hook's own
        ├── LeaseLostError         another worker holds the tenant now; nothing was written
        ├── VersionConflictError   somebody else wrote first; read again and decide
        └── QuotaError             larger than the host stores

All of these are bugs or races, never expected answers: expected failures across the seam are values.
"""

from __future__ import annotations

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
    """Base of everything the contract raises."""


class InvalidValueError(PbxContractError, ValueError):
    """A value object that would break a limit; it cannot be built.

    Attributes:
        field: Name of the field, as the value object spells it.
        value: What was given (shown shortened in the message; empty for secrets).
        rule: What the field allows, as a sentence fragment a person can act on.
    """

    def __init__(self, field: str, value: object, rule: str) -> None:
        self.field, self.value, self.rule = field, value, rule
        shown = repr(value)
        if len(shown) > _SHOWN_CHARS:
            shown = f"{shown[:_SHOWN_CHARS]}… ({len(shown)} characters)"
        super().__init__(f"{field}: {shown} is not allowed: {rule}")


class HostRefusedError(PbxContractError):
    """The host refuses the call; nothing was changed."""


class HostClosedError(HostRefusedError):
    """The hook call this host was bound to is over. Ask for the host again in the next call; never keep it."""


class WrongThreadError(HostRefusedError):
    """Host methods may be called only on the thread the hook was called on. Hand results back, then write."""


class LeaseLostError(HostRefusedError):
    """The lease on this tenant has moved to another worker (its fencing token is higher). Stop; nothing was written."""


class VersionConflictError(HostRefusedError):
    """The stored version is not the expected one. Retryable after reading again.

    Attributes:
        expected_version: What the caller had read.
        current_version: What is stored now.
    """

    def __init__(self, what: str, expected_version: int, current_version: int) -> None:
        self.expected_version, self.current_version = expected_version, current_version
        super().__init__(
            f"{what} is at version {current_version}, not {expected_version}: somebody changed it; read it again"
        )


class QuotaError(HostRefusedError):
    """More than the host is willing to store under one key."""
