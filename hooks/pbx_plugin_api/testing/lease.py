"""Whether this worker still holds the tenant; every write of a fake host asks."""

from __future__ import annotations

from pbx_plugin_api.errors import HostRefusedError, LeaseLostError

__all__ = ["FakeLease", "ReadOnlyLease"]


class FakeLease:
    """A lease that tests take away."""

    def __init__(self, fencing_token: int = 1) -> None:
        self.fencing_token = fencing_token
        self._is_lost = False

    def lose(self) -> None:
        """Let another worker have the tenant: from now on every write is refused."""
        self._is_lost = True

    def take(self) -> None:
        """Take the tenant again, under a new token."""
        self._is_lost = False
        self.fencing_token += 1

    def check(self) -> None:
        """Raise `LeaseLostError` once the lease has moved."""
        if self._is_lost:
            raise LeaseLostError(f"the lease {self.fencing_token} on this tenant has moved to another worker")


class ReadOnlyLease(FakeLease):
    """What the parts of a system host hold: nothing is written through them."""

    def check(self) -> None:
        """Refuse every write."""
        raise HostRefusedError("the system's host is for reading only")
