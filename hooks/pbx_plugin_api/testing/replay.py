"""One call into a plugin in a fresh process, which has only the JSON: `python -m pbx_plugin_api.testing.replay`.

The conformance suite sends the call as JSON on stdin and reads the answer as JSON from stdout.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType, ModuleType
from typing import Any, Final

from pbx_plugin_api.host import Host
from pbx_plugin_api.hosting.discovery import FoundPlugin, inspect_plugin
from pbx_plugin_api.hosting.isolation import Answer, Outcome
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.landings import Landing
from pbx_plugin_api.login import LoginFlow, LoginOutcome
from pbx_plugin_api.notifications import DeliveryReceipt, Notification
from pbx_plugin_api.provisioning import ProvisionOutcome, ProvisionRequest
from pbx_plugin_api.settings_page import (
    ActionOutcome,
    ActionRequest,
    ConfirmOutcome,
    Done,
    LookUpOutcome,
    LookUpRequest,
    Refused,
    SaveOutcome,
)
from pbx_plugin_api.tenants import Tenant, Viewer
from pbx_plugin_api.testing.fake_host import FakeHost
from pbx_plugin_api.tick import Tick, TickReport
from pbx_plugin_api.travel import dump, load

__all__ = ["drive", "make_named_host", "replay"]

_NAME: Final = "under-test"
_TIMEOUT_S: Final = 120

_CALLS: Final[Mapping[str, tuple[tuple[Any, ...], Any]]] = MappingProxyType(
    {
        "save_settings": ((Viewer, Mapping[str, str], int), SaveOutcome),
        "run_action": ((Viewer, ActionRequest), ActionOutcome),
        "confirm_action": ((Viewer, ActionRequest), ConfirmOutcome | None),
        "look_up": ((Viewer, LookUpRequest), LookUpOutcome),
        "land": ((Landing,), Done | Refused),
        "complete_login": ((LoginFlow, Mapping[str, str]), LoginOutcome),
        "tick": ((Tick,), TickReport | None),
        "send_notification": ((Notification,), DeliveryReceipt | None),
        "provision_user": ((ProvisionRequest,), ProvisionOutcome | None),
    }
)
"""The arguments of each call, and its result."""
_WITHOUT_NAME: Final = ("send_notification", "provision_user")


class _OneHost:
    """Keeps `HostFactory` with one fake host."""

    def __init__(self, host: FakeHost) -> None:
        self._host = host

    @contextmanager
    def open(self, plugin: str, tenant: Tenant, *, hook: str, run_id: str | None) -> Iterator[Host]:
        yield self._host


def drive(module: ModuleType, host: FakeHost, call: str, *arguments: Any) -> Answer[Any]:
    """Make one call of `PluginHost` into a plugin module, as a PBX does."""
    status, reason = inspect_plugin(module)
    found = FoundPlugin(
        name=_NAME, distribution=module.__name__, version="0", status=status, reason=reason, module=module
    )
    pbx = PluginHost(_OneHost(host), find=lambda: iter([found]))
    leading = () if call in _WITHOUT_NAME else (_NAME,)
    answer: Answer[Any] = getattr(pbx, call)(*leading, host.tenant, *arguments)
    return answer


def replay(plugin: str, host_factory: str, call: str, *arguments: Any) -> Any:
    """Make one call in a fresh process and return its value. Arguments and value are sent as JSON.

    Raises:
        AssertionError: The plugin or the process failed. The message has its output.
    """
    asked = {"plugin": plugin, "host_factory": host_factory, "call": call, "arguments": [dump(a) for a in arguments]}
    done = subprocess.run(  # noqa: S603  # this interpreter, this module
        [sys.executable, "-m", __name__],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode != 0:
        raise AssertionError(f"{call} in a fresh process: {done.stderr.strip()[-2000:]}")
    return load(_CALLS[call][1], json.loads(done.stdout))


def make_named_host(host_factory: str) -> FakeHost:
    """Make the host that `module:function` describes."""
    module, _, function = host_factory.partition(":")
    host: FakeHost = getattr(importlib.import_module(module), function)()
    return host


def main() -> int:
    """Answer one call from stdin."""
    asked = json.load(sys.stdin)
    kinds = _CALLS[asked["call"]][0]
    arguments = [load(kind, shape) for kind, shape in zip(kinds, asked["arguments"], strict=True)]
    host = make_named_host(asked["host_factory"])
    answer = drive(importlib.import_module(asked["plugin"]), host, asked["call"], *arguments)
    if not answer.ok and answer.outcome is not Outcome.MISSING:
        sys.stderr.write(answer.sentence)
        return 1
    json.dump(dump(typing.cast(object, answer.value)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
