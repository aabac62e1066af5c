"""The plugin manager: what a plugin is, whether it is well, its two switches, and what is in force."""

from __future__ import annotations

import json
from email.message import Message
from typing import Any

import pytest
from click.testing import CliRunner

from pbx_devhost.cli.main import main
from pbx_plugin_api import Severity, TickReason, TickReport, TickStatus
from pbx_plugin_api.hosting.discovery import About, PluginStatus, read_about
from tests.support.portal_plugin import Script, link
from tests.support.portal_world import Browser, World


def signed_in(world: World) -> Browser:
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins")
    return browser


def note_of(browser: Browser, response: Any) -> str:
    assert response.status_code == 303, response.text
    return browser.get(response.headers["Location"]).text.replace("&#39;", "'")


def test_the_page_says_what_the_installed_plugin_is(world: World) -> None:
    text = signed_in(world).get("/plugins").text
    for word in (
        "portsip-m365-plugin",
        "Microsoft 365 for the PortSIP PBX",
        "It is on, for the whole PBX and for this",
    ):
        assert word in text, word
    (state,) = [state for state in world.pbx.plugins.plugins(world.tenant) if state.name == "m365"]
    assert state.about.summary in text


def test_a_tenants_switch_says_that_the_pbx_keeps_the_plugin_off(world: World, script: Script) -> None:
    root, browser = world.system_browser(), signed_in(world)
    root.get("/plugins")
    assert "switched off for the whole PBX, whatever its tenants have chosen" in note_of(
        root, root.agree("/plugins/m365/switch", {"on": "0"})
    )
    page = browser.get("/plugins").text
    assert "It is off: it is switched off for the whole PBX, and only a system administrator can switch it on." in page
    browser.agree("/plugins/m365/switch", {"on": "0"})
    browser.get("/plugins")
    note = note_of(browser, browser.post("/plugins/m365/switch", {"on": "1"}))
    assert "m365 is switched on for Contoso, but it stays off: it is switched off for the whole PBX" in note
    assert 'class="note warning"' in note
    assert browser.get("/plugins/m365/main").status_code == 404
    root.get("/plugins")
    assert "m365 is switched on for the whole PBX.<" in note_of(root, root.post("/plugins/m365/switch", {"on": "1"}))
    assert browser.get("/plugins/m365/main").status_code == 200
    changes = [(line.actor, line.event, json.loads(line.changes)) for line in world.audit("plugin.enabled")]
    assert changes == [("admin", "plugin.enabled", [["enabled", "off", "on"]])]
    whole = [line.actor for line in world.pbx.stores.audit.lines("system") if line.event.startswith("plugin.")]
    assert whole == ["system:root", "system:root"]


def test_the_pbxs_switch_says_for_whom_it_stays_off(world: World, script: Script) -> None:
    root, browser = world.system_browser(), signed_in(world)
    browser.agree("/plugins/m365/switch", {"on": "0"})
    root.get("/plugins")
    assert "1 tenant has it switched off." in root.get("/plugins").text
    root.agree("/plugins/m365/switch", {"on": "0"})
    root.get("/plugins")
    note = note_of(root, root.post("/plugins/m365/switch", {"on": "1"}))
    assert "It stays off for 1 tenant, which has it switched off." in note


def test_switching_off_says_how_many_are_signed_out(world: World, script: Script) -> None:
    user = world.pbx.stores.linked_users(world.tenant_id).find(link(1))
    assert user is not None
    for _ in range(3):
        world.pbx.stores.sessions.begin(world.tenant_id, user_id=user.user_id, provider="ms365", plugin="m365")
    asked = signed_in(world).post("/plugins/m365/switch", {"on": "0"}, csrf=False)
    assert asked.status_code == 403
    browser = signed_in(world)
    assert "3 sign-ins that were made with it end at once." in browser.post("/plugins/m365/switch", {"on": "0"}).text
    browser.agree("/plugins/m365/switch", {"on": "0"})
    assert world.pbx.stores.switches.count_sessions("m365", world.tenant_id) == 0


def test_health_is_the_last_run_and_the_open_notices(world: World, script: Script) -> None:
    browser = signed_in(world)
    text = browser.get("/plugins").text
    assert "none yet" in text
    assert "none is open" in text
    script.tick = lambda host, _tick: (
        host.notify_admin("m365.bad", "The certificate ends", "Renew it.", severity=Severity.BAD)
        or TickReport(status=TickStatus.FAILED, message="Microsoft did not answer.")
    )
    from pbx_devhost.runs.runner import Runner

    Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED)
    text = browser.get("/plugins").text
    assert "Microsoft did not answer." in text
    assert 'class="fact bad"><dt>Open notice</dt>' in text
    assert "The certificate ends" in text
    root = world.system_browser()
    assert "1 tenant has a serious notice that is open" in root.get("/plugins").text
    assert "1 open notice" in root.get("/system/tenants").text


@pytest.mark.parametrize("status", [PluginStatus.BROKEN, PluginStatus.INCOMPATIBLE])
def test_a_plugin_that_cannot_be_loaded_says_why(world: World, status: PluginStatus) -> None:
    Script().install(world, status=status, reason="it cannot be imported: SyntaxError: line 3")
    browser = signed_in(world)
    assert "It cannot be used: it cannot be imported: SyntaxError: line 3." in browser.get("/plugins").text
    browser.agree("/plugins/m365/switch", {"on": "0"})
    browser.get("/plugins")
    note = note_of(browser, browser.post("/plugins/m365/switch", {"on": "1"}))
    assert "m365 is switched on for Contoso, but it cannot be used: it cannot be imported" in note


def test_a_plugin_that_is_switched_off_says_so_on_its_page_without_alarm(world: World, script: Script) -> None:
    world.pbx.plugins.set_enabled("m365", False, world.tenant)
    page = signed_in(world).get("/plugins/m365/main")
    assert page.status_code == 404
    assert '<div class="note warning" role="alert">It is off: it is switched off for this tenant.' in page.text


def test_the_command_line_says_what_is_in_force(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx_devhost.cli.output.Pbx", lambda *_args, **_kwargs: world.pbx)
    monkeypatch.setattr(world.pbx, "close", lambda: None)
    url = world.pbx.stores.database.url

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(main, ["--db", url, "--json", "plugins", *arguments])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    off = run("disable", "m365")
    assert (off["enabled"], off["in_force"]) == (False, False)
    on = run("enable", "m365", "--tenant", "Contoso")
    assert (on["enabled"], on["in_force"]) == (True, False)
    assert on["message"] == (
        "m365 is switched on for Contoso, but it stays off: it is switched off for the whole PBX, and only a system"
        " administrator can switch it on."
    )
    assert run("enable", "m365")["in_force"] is True
    unknown = CliRunner().invoke(main, ["--db", url, "plugins", "disable", "nothing"])
    assert (unknown.exit_code, unknown.output) == (1, "there is no plugin 'nothing'; installed: m365\n")
    assert {"summary", "author", "documentation"} <= set(run()[0])


class _Distribution:
    def __init__(self, *lines: tuple[str, str]) -> None:
        self.metadata = Message()
        for name, value in lines:
            self.metadata[name] = value


@pytest.mark.parametrize(
    ("lines", "about"),
    [
        ((), About()),
        (
            (("Summary", "Does it"), ("Author", "Ada"), ("Project-URL", "Documentation, https://docs.example/x")),
            About(summary="Does it", author="Ada", documentation_url="https://docs.example/x"),
        ),
        (
            (("Author-email", '"Ada" <ada@x.example>'), ("Home-page", "https://home.example")),
            About(author="Ada", documentation_url="https://home.example"),
        ),
        ((("Project-URL", "Documentation, javascript:alert(1)"), ("Home-page", "http://plain.example")), About()),
        ((("Summary", "x" * 900),), About(summary="x" * 500)),
    ],
)
def test_what_a_distribution_says_about_itself(lines: tuple[tuple[str, str], ...], about: About) -> None:
    assert read_about(_Distribution(*lines)) == about  # type: ignore[arg-type]  # it has what is read
