"""The examples work: a plugin of one page passes the suite for plugins, and a host of one page runs it and ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pbx_plugin_api import ActionRequest, Provisioned, ProvisionReason, ProvisionRequest
from pbx_plugin_api.testing import FakeHost
from pbx_plugin_api.testing.plugin_conformance import PluginConformance
from tests.contract.sample_wheel import unpack

EXAMPLES = Path(__file__).parents[2] / "hooks" / "examples"
HELLO = EXAMPLES / "hello_plugin"


@pytest.fixture
def hello_on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(HELLO))
    yield
    sys.modules.pop("hello_plugin", None)


@pytest.mark.usefixtures("hello_on_path")
class TestHelloPlugin(PluginConformance):
    plugin = "hello_plugin"
    host_factory = "pbx_plugin_api.testing:FakeHost"

    def actions(self) -> Sequence[ActionRequest]:
        return [ActionRequest(action="greet", viewer="boss")]

    def provision_request(self, host: FakeHost) -> ProvisionRequest:
        return ProvisionRequest(reason=ProvisionReason.ADMIN, typed="world")

    def test_it_uses_all_five_hooks(self) -> None:
        assert len(self._hooks()) == 5

    def test_it_describes_the_world(self) -> None:
        host = self._host()
        assert isinstance(self._call("on_user_provision", host, host), Provisioned)


def test_hello_plugin_is_found_by_its_entry_point() -> None:
    project = tomllib.loads((HELLO / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"] == {"portsip_pbx": {"hello": "hello_plugin"}}
    assert [line.split(">")[0] for line in project["dependencies"]] == ["pbx-plugin-api"]


def test_tiny_host_runs_hello_plugin_and_this_plugin(tmp_path: Path) -> None:
    site = tmp_path / "site"
    unpack(site, source=(HELLO / "hello_plugin.py").read_text("utf-8"), name="hello")
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "tiny_host.py")],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert "hello 1.0 from hello-plugin: loaded\n" in said
    assert "hello page: Hello, tabs HELLO\nhello save: Saved(version=1" in said
    assert "hello Greet me: Done Hello, admin!\n" in said
    assert "hello night: done 1 created" in said
    assert "one person: Provisioned(draft=DraftUser(link=UserLink(authority='hello', subject='1')" in said
    assert " from portsip-m365-plugin: loaded\n" in said
    assert "m365 page: Microsoft 365, tabs PERMISSIONS, USER SYNC, SIGN IN, CONTACT SYNC, MAIL\n" in said
    assert "m365 night: not_configured 0 created Microsoft 365 is not set up yet: " in said
    assert "mail: No plugin delivers mail for this tenant.\n" in said
    assert "login page: passwords only\n" in said
