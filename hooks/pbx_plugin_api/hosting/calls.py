"""One call of one hook of one plugin: bound host, thread, deadline, check of the answer, and what came of it."""

from __future__ import annotations

import logging
import typing
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pbx_plugin_api import hookspec
from pbx_plugin_api._words import _
from pbx_plugin_api.host import Host
from pbx_plugin_api.hosting.discovery import FoundPlugin
from pbx_plugin_api.hosting.guard import Gate, guard_host
from pbx_plugin_api.hosting.isolation import Answer, Outcome, run_isolated
from pbx_plugin_api.hosting.registry import PluginRegistry
from pbx_plugin_api.hosting.typecheck import find_mismatch
from pbx_plugin_api.tenants import Tenant
from pbx_plugin_api.texts import sentences

__all__ = ["HookCall", "HookCaller", "HostFactory", "NotOfferedError"]

_log = logging.getLogger(__name__)

LOG_HINT: Final = _("The log has the details.")
"""A host whose reader is not where the log is may say it in another way."""


class HostFactory(Protocol):
    """The PBX's side: makes the host that one plugin gets for one tenant and one call."""

    def open(self, plugin: str, tenant: Tenant, *, hook: str, run_id: str | None) -> AbstractContextManager[Host]:
        """Open a host for one call of a hook. `run_id` names the run of a tick, and is None otherwise."""


class NotOfferedError(Exception):
    """The plugin does not offer this page or provider now. Raised within a call; its argument says what, as a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """What is called, and how."""

    plugin: str
    tenant: Tenant
    hook: str
    arguments: Mapping[str, Any]
    """The hook's arguments besides `host`."""
    deadline_s: float
    then: Callable[[Any], Any] | None = None
    """A function of the returned object to call within the same call; its result is the answer."""
    then_type: Any = None
    """The type that `then` must return."""
    run_id: str | None = None


class HookCaller:
    """Calls hooks so that a plugin can harm neither the host nor another plugin.

    Threads: methods may be called on any thread; calls run side by side.
    """

    def __init__(self, factory: HostFactory, registry: PluginRegistry) -> None:
        self._factory, self._registry = factory, registry

    def call(self, call: HookCall) -> Answer[Any]:
        """Make a call and wait for its end, at most until its deadline. A failure of the plugin is an answer."""
        found, caller = self._registry.find(call.plugin), self._registry.caller(call.plugin, call.hook)
        if found is None or caller is None:
            nobody = _("there is no plugin {name} with {hook}", name=repr(call.plugin), hook=call.hook)
            why = found.reason if found and found.reason else nobody
            version = found.version if found else ""
            return Answer(plugin=call.plugin, version=version, outcome=Outcome.MISSING, sentence=why)
        if not self._registry.is_enabled(call.plugin, call.tenant):
            sentence = _("{plugin} is switched off.", plugin=call.plugin)
            return Answer(plugin=call.plugin, version=found.version, outcome=Outcome.DISABLED, sentence=sentence)
        gate = Gate(f"plugin {call.plugin} {found.version}")
        try:
            result, error = run_isolated(
                lambda: self._work(call, caller, gate), deadline_s=call.deadline_s, name=f"{call.plugin}:{call.hook}"
            )
        finally:
            gate.close()
        return _judge(found, call.hook, result, error)

    def _work(self, call: HookCall, caller: Callable[..., Any], gate: Gate) -> tuple[Any, str | None]:
        """Call the hook on the isolated thread; return the value, and a sentence if its type is wrong."""
        gate.claim()
        wanted = typing.get_type_hints(getattr(hookspec, call.hook))["return"]
        with self._factory.open(call.plugin, call.tenant, hook=call.hook, run_id=call.run_id) as host:
            answers = caller(host=guard_host(host, gate), **call.arguments)
            value = answers[0] if answers else None
            mismatch = find_mismatch(value, wanted, call.hook)
            if mismatch is None and call.then is not None:
                value = call.then(value)
                mismatch = find_mismatch(value, call.then_type, f"{call.hook}'s object")
            return value, mismatch


def _judge(
    found: FoundPlugin, hook: str, result: tuple[Any, str | None] | None, error: BaseException | None
) -> Answer[Any]:
    def answer(outcome: Outcome, sentence: str = "", value: Any = None) -> Answer[Any]:
        return Answer(plugin=found.name, version=found.version, outcome=outcome, sentence=sentence, value=value)

    which = f"{found.name} {found.version}"
    who = f"Plugin {which}"
    if isinstance(error, NotOfferedError):
        return answer(Outcome.MISSING, _("Plugin {plugin}: {reason}", plugin=which, reason=error.args[0]))
    if isinstance(error, TimeoutError) and result is None:
        _log.error("%s did not return from %s in time and is cut off: %s", who, hook, error)
        return answer(Outcome.TIMED_OUT, _("Plugin {plugin} did not answer in time.", plugin=which))
    if error is not None:
        _log.error("%s raised in %s", who, hook, exc_info=error)
        failed = _("Plugin {plugin} failed in {hook} ({error}).", plugin=which, hook=hook, error=type(error).__name__)
        return answer(Outcome.FAILED, sentences(failed, LOG_HINT))
    value, mismatch = result if result is not None else (None, None)
    if mismatch:
        _log.error("%s broke the contract in %s: %s", who, hook, mismatch)
        return answer(
            Outcome.WRONG_TYPE, _("Plugin {plugin} broke the contract: {fault}.", plugin=which, fault=mismatch)
        )
    return answer(Outcome.OK, value=value)
