"""Says to systemd that this process is ready and still works, where it asks for that (`Type=notify`, `WatchdogSec`).

Source: sd_notify(3) and sd_watchdog_enabled(3) of systemd 252.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Final

_USUAL_S: Final = 5.0


class Supervisor:
    """The socket that systemd has given this process. Without one every call does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        is_mine = environment.get("WATCHDOG_PID") in (None, str(os.getpid()))
        wanted = environment.get("WATCHDOG_USEC", "") if is_mine else ""
        self.every_s = int(wanted) / 2_000_000 if wanted.isdecimal() and int(wanted) else _USUAL_S
        """How often to call `still_works`: twice in the time after which systemd ends a silent process."""

    def ready(self) -> None:
        """The process has begun its work."""
        self._say(b"READY=1")

    def still_works(self) -> None:
        """The process works. Silence lets systemd end it and start another."""
        self._say(b"WATCHDOG=1")

    def stopping(self) -> None:
        """The process ends because it was asked to."""
        self._say(b"STOPPING=1")

    def _say(self, message: bytes) -> None:
        if not self._address:
            return
        # "@" stands for the zero byte of Linux's names without a file.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.settimeout(1.0)
                to.sendto(message, address)
        except OSError:  # nobody listens: then nobody waits for it either
            return
