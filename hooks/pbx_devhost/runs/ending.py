"""SIGTERM ends a command within 10 seconds: gently, if what it does allows that."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.texts import _
from pbx_plugin_api import language_of_environment, translate

END_WITHIN_S: Final = 9.0
"""A run that is cut off goes on from its checkpoint."""


def end_in_time(sentence: str, *, exit_code: int = 1) -> None:
    """Let this process go on ending for 9 seconds; then end it with a sentence on stderr."""
    line = translate(sentence, language_of_environment(os.environ))

    def end() -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
        os._exit(exit_code)

    watch = threading.Timer(END_WITHIN_S, end)
    watch.daemon = True
    watch.start()


def stop_gently(pbx: Pbx) -> None:
    """Let the first SIGINT or SIGTERM stop the run at a safe place, for 9 seconds; the second one stops it at once."""

    def ask(number: int, _frame: object) -> None:
        if pbx.stop_wanted[0]:
            raise SystemExit(128 + number)
        pbx.stop_wanted[0] = True
        end_in_time(
            _("The run did not stop in time and is cut off. It goes on from its checkpoint."), exit_code=128 + number
        )

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
