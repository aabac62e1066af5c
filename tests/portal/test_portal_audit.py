"""The audit log: what changed, by whom, from where; and every reference that a person was shown."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from pbx_devhost.cli.main import main
from pbx_devhost.portal.signin import refusals
from pbx_devhost.store.audit import AuditQuery, asked_from, read_changes
from pbx_devhost.store.plugins.setting_changes import find_changes
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import ActionRequest, RateLimit
from tests.support.portal_plugin import Script
from tests.support.portal_world import ADMIN, WEB, World, reference_of

OTHER = "https://other.example.com"


def add_tenant(world: World, name: str, origin: str) -> str:
    tenant = world.pbx.stores.tenants.add(name, sip_domain=f"{name.lower()}.example", web_origin=origin)
    world.pbx.stores.accounts.set_admin_password(tenant.pbx_tenant_id, "admin", "another battery staple")
    return tenant.pbx_tenant_id


def find(world: World, tenant_id: str, **wanted: Any) -> list[Any]:
    tenant = world.pbx.stores.tenants.find(tenant_id)
    origins = world.pbx.stores.tenants.origins(tenant).all()
    return list(world.pbx.stores.audit.lines(tenant_id, query=AuditQuery(**wanted), origins=origins))


# ---------------------------------------------------------------------- references


def test_a_reference_of_a_shared_address_is_found_by_the_tenants_there_and_by_nobody_else(
    world: World, script: Script
) -> None:
    """Two tenants share an address, and a browser comes back with a sign-in that nobody knows."""
    here, elsewhere = add_tenant(world, "Fabrikam", WEB), add_tenant(world, "Tailspin", OTHER)
    refused = world.browser().get("/ms365/callback?state=nothing&code=1")
    reference = reference_of(refused)
    for tenant_id in (world.tenant_id, here, SYSTEM_TENANT.pbx_tenant_id):
        (line,) = find(world, tenant_id, reference=reference.lower())
        assert line.detail.startswith("flow_unknown")
        assert line.address == "127.0.0.1"
    assert not find(world, elsewhere, reference=reference)
    browser = world.browser()
    browser.log_in()
    assert "Flow unknown" in browser.get(f"/audit?reference=Reference+{reference.lower()}").text
    assert reference not in browser.get("/audit").text


def test_every_reference_of_a_flood_is_found(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_LINES", (RateLimit(amount=3, window_s=60),))
    browser = world.browser()
    shown = [reference_of(browser.get(f"/ms365/callback?state=s{n}")) for n in range(8)]
    assert len(set(shown)) == 4
    for reference in shown:
        assert len(find(world, world.tenant_id, reference=reference)) == 1
    (line,) = world.audit("sign_in.flood")
    assert (line.subject, line.reference) == ("flow_unknown", shown[-1])
    assert shown[3:] == [shown[-1]] * 5


def test_a_wrong_password_has_a_reference_too(world: World, script: Script) -> None:
    page = world.browser().log_in("system:root", "wrong password")
    reference = re.search(r"Reference ([0-9A-Z]{8})", page.text)
    assert reference is not None
    (line,) = find(world, world.tenant_id, reference=reference[1])
    assert (line.event, line.outcome, line.actor) == ("sign_in", "refused", "somebody")


# ---------------------------------------------------------------------- before and after


def test_a_save_says_what_it_changed(world: World) -> None:
    world.save(sync_time="23:30")
    browser = world.browser()
    browser.log_in()
    browser.get("/plugins/m365/permissions")
    version = world.pbx.page(world.tenant, ADMIN, plugin="m365").value
    assert version is not None
    browser.post(
        "/plugins/m365/permissions",
        {"version": str(version.version), "f-sync_time": "01:15", "f-national_cloud": "GLOBAL"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    line = world.audit("settings.save")[0]
    assert ("sync_time", "23:30", "01:15") in read_changes(line)
    assert (line.actor, line.address, line.subject) == ("admin", "192.0.2.7", "m365")
    assert asked_from.get() == ""
    text = browser.get("/audit").text
    assert "<del>23:30</del> → <ins>01:15</ins>" in text
    assert "Time of sync with Microsoft 365</span>" in text, "a setting has the words of its field"
    assert "sync_time" not in text
    assert "from 192.0.2.7" in text


def test_lines_of_a_plugin_have_the_address_for_which_it_was_called(world: World) -> None:
    token = asked_from.set("192.0.2.9")
    try:
        asked = ActionRequest(action="generate_key_pair", viewer="admin")
        assert world.pbx.press("m365", world.tenant, ADMIN, asked).ok
    finally:
        asked_from.reset(token)
    assert [line.address for line in world.audit("key_pair.generated")] == ["192.0.2.9"]


def test_what_a_refused_save_would_have_changed_is_not_said(world: World) -> None:
    answer = world.pbx.save("m365", world.tenant, ADMIN, {"sync_time": "25:00"}, 0)
    assert answer.ok
    line = world.audit("settings.save")[0]
    assert (line.outcome, read_changes(line)) == ("saverefused", [])


def test_changes_of_settings_in_words() -> None:
    people = [{"name": f"p{n}", "entra_object_id": str(n)} for n in range(30)]
    assert find_changes({"mode": "all", "same": 1}, {"mode": "only", "same": 1, "on": True}) == [
        ("mode", "all", "only"),
        ("on", None, "true"),
    ]
    assert find_changes({"list": people[:2]}, {"list": people[1:3]}) == [("list", "p0", "p2")]
    ((_, before, shown),) = find_changes({"list": []}, {"list": people})
    assert before == ""
    assert shown is not None
    assert shown.endswith("(+10)")
    assert find_changes({"api_key": "a", "smtp_password": "b"}, {"api_key": "c"}) == [
        ("api_key", "(not shown)", "(not shown)"),
        ("smtp_password", "(not shown)", None),
    ]
    assert find_changes({"password_policy": "allowed"}, {"password_policy": "refused"}) == [
        ("password_policy", "allowed", "refused")
    ]
    ((_, _, cut),) = find_changes({"long": "a"}, {"long": "b" * 9_000})
    assert cut is not None
    assert len(cut) == 500


# ---------------------------------------------------------------------- the search


def test_search_by_person_event_and_day(world: World, script: Script) -> None:
    record, database = world.pbx.stores.audit.record, world.pbx.stores.database
    real = database.now
    # 2026-03-01 23:30 in UTC is the second of March in Berlin, the tenant's time zone.
    database.now = lambda: 1_772_407_800.0
    record(world.tenant_id, "grace", "user.edit", subject="ada", detail="email")
    database.now = lambda: 1_772_407_800.0 - 3_600
    record(world.tenant_id, "ada", "sign_in", detail="by password")
    record("other tenant", "ada", "sign_in", detail="of somebody else")
    database.now = real

    def shown(**search: str) -> list[str]:
        text = browser.get(f"/audit?{urlencode(search)}").text
        return [part for part in ("by password", "email", "administrator, by password") if f"</b> {part}<" in text]

    browser = world.browser()
    browser.log_in()
    assert shown(who="ada") == ["by password", "email"]
    assert shown(who="Ada") == ["by password", "email"]
    assert shown(who="ad") == []
    world.pbx.stores.users.add(world.tenant_id, "ada", display_name="Ada Lovelace", email="Ada@x.example")
    assert shown(who="ada@X.example") == shown(who="ada lovelace") == ["by password", "email"]
    assert shown(event="user.edit") == ["email"]
    assert shown(who="ada", event="sign_in") == ["by password"]
    assert shown(day="2026-03-02") == ["email"]
    assert shown(day="2026-03-01") == ["by password"]
    assert shown(day="2026-03-02", who="admin") == []
    wrong = browser.get("/audit?day=yesterday")
    assert wrong.status_code == 422
    assert "is not a day such as 2026-11-26" in wrong.text
    assert "of somebody else" not in browser.get("/audit").text
    assert '<option value="user.edit" >User edited</option>' in browser.get("/audit").text


def test_pages_keep_the_search(world: World, script: Script) -> None:
    for n in range(120):
        world.pbx.stores.audit.record(world.tenant_id, "grace & co", "user.edit", detail=f"line {n:03}")
    browser = world.browser()
    browser.log_in()
    first = browser.get("/audit?who=grace+%26+co&event=user.edit").text
    assert "line 119" in first
    assert "line 069" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = browser.get(following[1].replace("&amp;", "&")).text
    assert "line 069" in second
    assert "line 020" in second
    assert "line 119" not in second


def test_a_search_uses_an_index(world: World) -> None:
    """A million lines are searched as fast as a thousand."""
    with world.pbx.stores.database.read() as connection:
        for where in ("reference = 'X'", "tenant_id = 'x' AND event = 'e'", "tenant_id = 'x' AND at >= 1 AND at < 2"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM audit WHERE {where}")
            assert "USING INDEX" in str(plan.all()), where


def test_the_command_line_searches_as_well(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx_devhost.cli.output.Pbx", lambda *_args, **_kwargs: world.pbx)
    monkeypatch.setattr(world.pbx, "close", lambda: None)
    url = world.pbx.stores.database.url
    world.pbx.stores.audit.record(
        world.tenant_id, "grace", "settings.save", subject="m365", changes=[("mode", "all", None), ("on", "", "x")]
    )
    world.browser().get("/ms365/callback?state=nothing")
    (refused,) = world.audit("sign_in")

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(main, ["--db", url, "--json", "audit", *arguments])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    (saved,) = run("Contoso", "--who", "grace", "--event", "settings.save")
    assert saved["changes"] == [
        {"name": "mode", "before": "all", "after": None},
        {"name": "on", "before": "", "after": "x"},
    ]
    (line,) = run("Contoso", "--reference", refused.reference.lower())
    assert (line["reference"], line["address"]) == (refused.reference, "127.0.0.1")
    assert len(run("Contoso", "--skip", "1")) == len(run("Contoso")) - 1
    assert run("system", "--reference", refused.reference) == [line]
    text = CliRunner().invoke(main, ["--db", url, "audit", "Contoso", "--who", "grace"]).output
    assert "mode: all → (not set); on: (empty) → x" in text
    wrong = CliRunner().invoke(main, ["--db", url, "audit", "Contoso", "--day", "31.12.2026"])
    assert (wrong.exit_code, wrong.output) == (1, "--day: '31.12.2026' is not a day such as 2026-11-26\n")


def test_the_log_is_shown_also_where_a_plugin_has_no_page_any_more(world: World, script: Script) -> None:
    world.pbx.stores.audit.record(world.tenant_id, "me", "settings.save", subject="m365", changes=[("a", "1", "2")])
    browser = world.browser()
    browser.log_in()
    script.has_page = False
    assert "<del>1</del> → <ins>2</ins>" in browser.get("/audit").text
