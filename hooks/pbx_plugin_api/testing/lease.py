"""The lease on a tenant. Every write of a fake host checks it."""

from __future__ import annotations

from pbx_plugin_api.errors import HostRefusedError, LeaseLostError

__all__ = ["FakeLease", "ReadOnlyLease"]


class FakeLease:
    """A lease that a test can take away."""

    def __init__(self, fencing_token: int = 1) -> None:
        self.fencing_token = fencing_token
        self._is_lost = False

    def lose(self) -> None:
        """Let another worker take the tenant: every write is refused from now on."""
        self._is_lost = True

    def take(self) -> None:
        """Take the tenant again, with a new token."""
        self._is_lost = False
        self.fencing_token += 1

    def check(self) -> None:
        """Raise `LeaseLostError` if another worker has the lease."""
        if self._is_lost:
            raise LeaseLostError(f"the lease {self.fencing_token} on this tenant has moved to another worker")


class ReadOnlyLease(FakeLease):
    """The lease of a system host: it is for reading only."""

    def check(self) -> None:
        """Refuse every write."""
        raise HostRefusedError("the system's host is for reading only")
