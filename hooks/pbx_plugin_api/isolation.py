"""One call into foreign code: on a thread of its own, with a deadline, whatever it does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

__all__ = ["Answer", "Outcome", "run_isolated"]

T = TypeVar("T")


class Outcome(StrEnum):
    """How a call into a plugin ended."""

    OK = "ok"
    FAILED = "failed"
    """It raised: a bug in the plugin."""
    TIMED_OUT = "timed_out"
    """It was not back in time; its host refuses everything from now on."""
    WRONG_TYPE = "wrong_type"
    """It answered with something the contract does not allow."""
    DISABLED = "disabled"
    MISSING = "missing"
    """There is no such plugin, or it has no such hook, page, provider or action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """What a plugin said, or why it said nothing."""

    plugin: str
    version: str
    outcome: Outcome
    value: T | None = None
    sentence: str = ""
    """For an administrator, unless the outcome is ok."""

    @property
    def ok(self) -> bool:
        """Whether the call came back as the contract says."""
        return self.outcome is Outcome.OK


def run_isolated(
    call: Callable[[], T], *, deadline_s: float | None, name: str
) -> tuple[T | None, BaseException | None]:
    """Run a call on a new thread and wait for it.

    Returns:
        The value, or the exception it raised; `TimeoutError` where it was not back after `deadline_s` seconds. The
        thread cannot be killed and may go on; it is a daemon and holds nothing that is still open.
    """
    done = threading.Event()
    box: list[tuple[T | None, BaseException | None]] = []

    def work() -> None:
        try:
            box.append((call(), None))
        except BaseException as error:  # noqa: BLE001  # SystemExit in a plugin must not end the PBX
            box.append((None, error))
        finally:
            done.set()

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    if not done.wait(deadline_s):
        return None, TimeoutError(f"no answer after {deadline_s:g} s")
    return box[0]
