"""One call of a plugin's code: on a thread of its own and with a deadline, so that it can never harm the host."""

from __future__ import annotations

import contextvars
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
    """It raised an exception: a bug in the plugin."""
    TIMED_OUT = "timed_out"
    """It did not return in time. Its host refuses every use from now on."""
    WRONG_TYPE = "wrong_type"
    """It returned something that the contract does not allow."""
    DISABLED = "disabled"
    MISSING = "missing"
    """There is no such plugin, or it has no such hook, page, provider or action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """What a plugin returned, or why it returned nothing."""

    plugin: str
    version: str
    outcome: Outcome
    value: T | None = None
    sentence: str = ""
    """A sentence for the administrator; empty if the outcome is ok."""

    @property
    def ok(self) -> bool:
        """Whether the plugin returned what the contract asks for."""
        return self.outcome is Outcome.OK


def run_isolated(
    call: Callable[[], T], *, deadline_s: float | None, name: str
) -> tuple[T | None, BaseException | None]:
    """Run a call on a new thread and wait for it.

    Returns:
        The value, or the exception that was raised: `TimeoutError` if the call did not return within `deadline_s`
        seconds. A thread cannot be killed, so the call may go on; its host is closed, and the thread is a daemon.
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

    # With the context of the caller: a host may keep there for whom it calls.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), name=name, daemon=True)
    thread.start()
    if not done.wait(deadline_s):
        return None, TimeoutError(f"no answer after {deadline_s:g} s")
    return box[0]
