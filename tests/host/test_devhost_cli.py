"""The command line: every command, `--json` at any place, exit codes, and one line on stderr for a failure."""

from __future__ import annotations

import base64
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from pbx_devhost.core import Pbx
from pbx_devhost.store.database import Database
from pbx_devhost.store.sealing.keys import KEY_VARIABLE, NEW_KEY_VARIABLE
from pbx_devhost.store.sql.schema import processes
from tests.support.devhost_cli import Cli, Result

USER_FIELDS = {
    "username",
    "display_name",
    "email",
    "extension_number",
    "enabled",
    "mobile_phone",
    "work_phone",
    "home_phone",
    "department",
    "authority",
    "subject",
    "entra_tenant_id",
    "entra_object_id",
    "photo_sha256",
}
COUNTS = {
    *("created", "updated", "disabled", "enabled", "deleted", "linked", "unchanged", "skipped"),
    *("contacts_created", "contacts_updated", "contacts_deleted", "contacts_restored", "contacts_unchanged"),
    *("contacts_skipped", "mailboxes_read", "photos_stored", "photos_removed"),
}


# ---------------------------------------------------------------------- tenants


def test_a_tenant_is_added_with_all_its_fields(cli: Cli) -> None:
    added = cli.json(
        *("tenant", "add", "Fabrikam GmbH", "--sip-domain", "fabrikam.example", "--time-zone", "Europe/Berlin"),
        *("--country", "DE", "--web-origin", "https://pbx.fabrikam.example:8887"),
        *("--sbc-origin", "https://sbc.fabrikam.example", "--user-limit", "50"),
    )
    assert {name: value for name, value in added.items() if name != "id"} == {
        "name": "Fabrikam GmbH",
        "sip_domain": "fabrikam.example",
        "time_zone": "Europe/Berlin",
        "country": "DE",
        "web_origin": "https://pbx.fabrikam.example:8887",
        "sbc_origin": "https://sbc.fabrikam.example",
        "user_limit": 50,
    }
    assert [tenant["name"] for tenant in cli.json("tenant", "list")] == ["Contoso", "Fabrikam GmbH"]
    for key in ("Fabrikam GmbH", "fabrikam gmbh", "fabrikam.example", added["id"]):
        assert cli.json("users", key) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Contoso"], "taken by another tenant"),
        (["X", "--sip-domain", "contoso.pbx.local"], "taken by another tenant"),
        (["X", "--time-zone", "Mars/Base"], "time_zone: 'Mars/Base'"),
        (["X", "--country", "Germany"], "country: 'Germany'"),
        (["X", "--web-origin", "http://pbx.example"], "web: 'http://pbx.example'"),
        (["X", "--user-limit", "-1"], "user_limit: -1"),
        (["X", "--user-limit", "many"], "'many' is not a valid integer"),
        ([], "Missing argument 'NAME'"),
    ],
)
def test_a_tenant_that_cannot_be_is_refused_in_one_line(cli: Cli, arguments: list[str], said: str) -> None:
    result = cli("tenant", "add", *arguments)
    assert result.code in (1, 2)
    assert said in result.err
    assert [tenant["name"] for tenant in cli.json("tenant", "list")] == ["Contoso"]


def test_a_tenant_has_a_language_when_one_is_chosen(cli: Cli) -> None:
    added = cli.json("tenant", "add", "Fabrikam", "--language", "de")
    with closing(Pbx(cli.url)) as pbx:
        assert pbx.stores.languages.of_tenant(added["id"]) == "de"
    assert cli.json("tenant", "set", "Fabrikam", "--language", "zh-Hans") == {"name": "Fabrikam", "language": "zh-Hans"}
    with closing(Pbx(cli.url)) as pbx:
        assert pbx.stores.tenants.find("Fabrikam").language == "zh-Hans"
    assert cli.json("tenant", "set", "Fabrikam", "--language", "browser")["language"] is None
    assert "tenant.language" in cli.ok("audit", "Fabrikam").out
    for arguments in (("Fabrikam", "--language", "fr"), ("Fabrikam",), ("system", "--language", "de")):
        assert cli("tenant", "set", *arguments).code in (1, 2)


def test_names_beyond_ascii_are_found_however_they_are_typed(cli: Cli) -> None:
    cli.ok("tenant", "add", "Ärzte Öd", "--sip-domain", "aerzte.example")
    assert cli.json("users", "Ärzte Öd") == []
    assert cli.json("users", "ärzte öd") == []


def test_json_may_stand_anywhere(cli: Cli) -> None:
    for arguments in (("--json", "tenant", "list"), ("tenant", "--json", "list"), ("tenant", "list", "--json")):
        assert [tenant["name"] for tenant in cli.ok(*arguments).shape] == ["Contoso"]
    for arguments in (("--json", "plugins"), ("plugins", "--json")):
        assert [plugin["name"] for plugin in cli.ok(*arguments).shape] == ["m365", "rogue"]


# ---------------------------------------------------------------------- plugins


def test_plugins_say_what_they_are(cli: Cli) -> None:
    m365, found = cli.json("plugins")
    assert (m365["name"], m365["status"], m365["reason"]) == ("m365", "disabled", "switched off for the whole PBX")
    assert (found["name"], found["version"], found["status"]) == ("rogue", "1.2.3", "loaded")
    assert "on_nightly_tick" in found["hooks"]


def test_a_plugin_is_switched_off_for_a_tenant_and_on_again(cli: Cli) -> None:
    cli.ok("tenant", "add", "Fabrikam")
    cli.ok("plugins", "disable", "rogue", "--tenant", "Contoso")
    assert cli("settings", "get", "Contoso").code == 1
    assert cli("tick", "--tenant", "Contoso", "--force").code == 1
    cli.ok("settings", "get", "Fabrikam")
    cli.ok("plugins", "enable", "rogue", "--tenant", "Contoso")
    cli.ok("settings", "get", "Contoso")
    assert [line["event"] for line in cli.json("audit", "Contoso")][:2] == ["plugin.enabled", "plugin.disabled"]
    result = cli("plugins", "disable", "nonsense")
    assert (result.code, result.err) == (1, "there is no plugin 'nonsense'; installed: m365, rogue\n")


# ---------------------------------------------------------------------- settings and actions


def test_settings_go_through_the_plugins_own_page(cli: Cli) -> None:
    assert cli.json("settings", "get", "Contoso")["values"] == {"mode": "fine", "people": "3"}
    assert cli.json("settings", "set", "Contoso", "people=5") == {"version": 1, "message": "Kept."}
    page = cli.json("settings", "get", "Contoso")
    assert (page["version"], page["values"]["people"]) == (1, "5")
    assert page["steps"][1] == {
        "name": "ask",
        "title": "Ask",
        "state": "failed",
        "proven_at": None,
        "detail": "Nobody answered.",
        "remedy": "Ask again.",
        "fields": [],
        "actions": ["beg"],
        "is_next": True,
    }
    shown = cli.ok("settings", "get", "Contoso").out
    assert "people=5\n" in shown
    assert "# Step 1, Count: done.\n# Step 2, Ask: failed, next. Nobody answered. Ask again.\n" in shown
    result = cli("settings", "set", "Contoso", "people=many", "mode=odd")
    assert (result.code, result.err) == (1, "people: Type a whole number.; mode: Choose one of the list.\n")
    result = cli("settings", "set", "Contoso", "people=many", "--json")
    assert result.code == 1
    assert result.shape == {"errors": [{"field": "people", "message": "Type a whole number."}]}
    assert "there is no such setting; settings: mode, people" in cli("settings", "set", "Contoso", "x=1").err
    assert "'people' is not of the form key=value" in cli("settings", "set", "Contoso", "people").err
    assert cli.json("settings", "get", "Contoso")["version"] == 1


def test_two_plugins_with_pages_need_to_be_told_apart(cli: Cli) -> None:
    cli.ok("plugins", "enable", "m365")
    assert "m365, rogue; add --plugin with one of these names" in cli("settings", "get", "Contoso").err
    assert cli.json("settings", "get", "Contoso", "--plugin", "rogue")["title"] == "Rogue"
    cli.ok("settings", "set", "Contoso", "people=4")  # only one page has such a field


def test_saving_makes_the_tenant_due(cli: Cli) -> None:
    assert cli.json("tick") == []
    cli.ok("settings", "set", "Contoso", "people=2")
    [run] = cli.json("tick")
    assert (run["tenant"], run["status"], run["reason"]) == ("Contoso", "done", "due")
    assert cli.json("tick") == []


def test_actions_of_each_kind(cli: Cli, tmp_path: Path) -> None:
    done = cli.json("action", "Contoso", "shout", "what=HEY")
    assert done == {
        "message": "HEY!",
        "facts": [{"label": "L", "value": "V", "severity": "plain"}],
        "tables": [{"title": "T", "columns": ["a", "b"], "rows": [["1", "2"]]}],
    }
    assert cli.ok("action", "Contoso", "shout").out == "HO!\nL: V\na\tb\n1\t2\n"
    out = tmp_path / "cert.pem"
    cli.ok("action", "Contoso", "file", "--out", str(out))
    assert out.read_bytes() == b"PEM"
    [job] = cli.json("action", "Contoso", "long")
    assert (job["job"], job["status"], job["message"], job["requests"]) == ("long", "done", "The long job is done.", 7)
    result = cli("action", "Contoso", "beg")
    assert (result.code, result.err) == (1, "No. Ask nicely.\n")
    result = cli("action", "Contoso", "never")
    assert (result.code, result.err) == (1, "Never is not possible now. It is too late.\n")
    assert "There is no action 'fly' now." in cli("action", "Contoso", "fly").err
    assert "cannot be written" in cli("action", "Contoso", "file", "--out", str(tmp_path / "no" / "dir")).err
    result = cli("action", "Contoso", "boom")
    assert result.err == (
        "Plugin rogue 1.2.3 failed in on_settings_page (RuntimeError). Run pbx-devhost --verbose … for the details.\n"
    )


# ---------------------------------------------------------------------- runs


def test_a_forced_tick_and_what_it_leaves(cli: Cli) -> None:
    cli.ok("settings", "set", "Contoso", "people=2")
    assert cli.ok("tick", "--tenant", "Contoso", "--force").out == (
        "Contoso: done; 2 created, 450 skipped; 12 requests. 2 made.\n"
    )
    [run] = cli.json("runs", "Contoso")
    assert set(run["counts"]) == COUNTS
    assert (run["counts"]["created"], run["status"], run["requests"]) == (2, "done", 12)
    assert run["started_at"] <= run["finished_at"]
    assert run["started_at"].endswith("Z")
    assert len(run["problems"]) == 450
    assert (
        run["problems"][7].items()
        >= {
            "subject": "g007",
            "login_name": "g7@x.example",
            "entra_object_id": "g007",
            "upn": "g7@x.example",
            "reason": "guest",
        }.items()
    )
    users = cli.json("users", "Contoso")
    assert [user["username"] for user in users] == ["p0", "p1"]
    assert set(users[0]) >= USER_FIELDS
    assert users[0]["enabled"] is True
    assert (users[0]["extension_number"], users[0]["subject"], users[0]["authority"]) == ("101", "p0", "rogue")
    assert (users[0]["entra_object_id"], users[0]["entra_tenant_id"]) == ("p0", "rogue")
    [contact] = cli.json("contacts", "Contoso", "--company")
    assert (contact["name"], contact["synced_by"]) == ("Zoë", "rogue")
    assert cli.json("contacts", "Contoso", "--user", "p0") == []
    assert len(cli.json("runs", "Contoso", "--limit", "1")) == 1


def test_time_can_be_given(cli: Cli) -> None:
    cli.ok("tick", "--force", "--at", "2031-05-01T02:00:00+00:00")
    [run] = cli.json("runs", "Contoso")
    assert run["started_at"].startswith("2031-05-01T02:00:0")
    assert cli.json("tick", "--at", "2031-05-01T23:00:00Z") == []
    [later] = cli.json("tick", "--at", "2031-05-02T02:00:10")
    assert (later["reason"], later["counts"]["unchanged"]) == ("due", 3)
    result = cli("tick", "--at", "tomorrow")
    assert result.err == "--at: 'tomorrow' is not an ISO time, such as 2026-11-24T00:00:00+00:00\n"


def test_only_done_is_success(cli: Cli) -> None:
    cli.ok("settings", "set", "Contoso", "mode=approval")
    result = cli("tick", "--tenant", "Contoso", "--force")
    assert (result.code, result.err) == (1, "Contoso: Approve the plan.\n")
    assert result.out == "Contoso: needs_approval; no changes; 0 requests.\n", "the message is not said twice"
    [run] = cli("tick", "--tenant", "Contoso", "--force", "--json").shape
    assert run["status"] == "needs_approval"
    cli.ok("tick", "--tenant", "Contoso", "--force", "--confirm-first-plan")


def test_a_plugin_that_raises_is_one_line_and_a_failed_run(cli: Cli) -> None:
    cli.ok("settings", "set", "Contoso", "mode=raise")
    result = cli("tick", "--force")
    assert result.code == 1
    assert result.err.startswith("Contoso: Plugin rogue 1.2.3 failed in on_nightly_tick (RuntimeError).")
    assert [run["status"] for run in cli.json("runs", "Contoso")] == ["failed"]


# ---------------------------------------------------------------------- users


def test_users_by_hand(cli: Cli) -> None:
    added = cli.json("user", "add", "Contoso", "alice", "--display-name", "Alice Ä", "--email", "a@contoso.example")
    assert added == {"username": "alice", "extension_number": "101"}
    cli.ok("user", "edit", "Contoso", "alice", "department=R&D", "mobile_phone=0170 1", "enabled=no")
    [user] = cli.json("users", "Contoso")
    assert (user["department"], user["mobile_phone"], user["enabled"]) == ("R&D", "0170 1", False)
    assert (user["role"], user["disabled_reason"], user["display_name"]) == ("StandardUser", "by_admin", "Alice Ä")
    assert "username: 'ALICE' is taken" in cli("user", "add", "Contoso", "ALICE").err
    assert "username: 'root' is not allowed" in cli("user", "add", "Contoso", "root").err
    assert "email: 'x" in cli("user", "edit", "Contoso", "alice", f"email={'x' * 200}").err
    assert "extension_number: cannot be edited" in cli("user", "edit", "Contoso", "alice", "extension_number=1").err
    assert "there is no user 'bob'" in cli("user", "delete", "Contoso", "bob").err
    edited = next(line for line in cli.json("audit", "Contoso") if line["event"] == "user.edit")
    assert {"name": "department", "before": None, "after": "R&D"} in edited["changes"]
    cli.ok("user", "password", "Contoso", "alice", "--password", "long enough")
    assert "password: 10 to 256 characters" in cli("user", "password", "Contoso", "alice", "--password", "short").err
    cli.ok("admin", "set-password", "Contoso", "--password", "long enough")
    assert (
        "there is no administrator bob" in cli("admin", "set-email", "Contoso", "b@x.example", "--username", "bob").err
    )
    assert "'x' is not an e-mail address" in cli("admin", "set-email", "Contoso", "x").err
    assert cli.json("admin", "set-email", "Contoso", "a@x.example") == {"username": "admin", "email": "a@x.example"}
    assert "no synced contacts" in cli("contacts", "Contoso", "--user", "alice").err
    assert "there is no user 'bob'" in cli("contacts", "Contoso", "--user", "bob").err
    assert "not both" in cli("contacts", "Contoso", "--user", "alice", "--company").err
    cli.ok("user", "delete", "Contoso", "alice")
    assert cli.json("users", "Contoso") == []
    events = [line["event"] for line in cli.json("audit", "Contoso")]
    assert events[:6] == ["user.delete", "admin.email", "admin.password", "user.password", "user.edit", "user.add"]


def test_the_key_can_be_changed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.ok("user", "add", "Contoso", "alice")
    assert cli.json("secrets", "rotate-key") == {"sealed": 2}
    assert cli.json("secrets", "rotate-key") == {"sealed": 2}
    result = cli("secrets", "rotate-key", "--key-file-too")
    assert result.err == f"set {NEW_KEY_VARIABLE} to the new key; then set {KEY_VARIABLE} to it\n"
    new = base64.b64encode(bytes(range(1, 33))).decode()
    monkeypatch.setenv(NEW_KEY_VARIABLE, new)
    assert cli.json("secrets", "rotate-key", "--key-file-too") == {"sealed": 2}
    assert len(cli.json("users", "Contoso")) == 1, "a host that has both keys goes on"
    monkeypatch.delenv(NEW_KEY_VARIABLE)
    assert "this is not the key of this database" in cli("users", "Contoso").err
    monkeypatch.setenv(KEY_VARIABLE, new)
    assert len(cli.json("users", "Contoso")) == 1


def test_the_key_in_a_file_can_be_changed(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    url, key = f"sqlite:///{tmp_path}/own.db", tmp_path / "own.db.key"

    def own(*arguments: str) -> Result:
        return cli(*arguments, url=url)

    assert own("tenant", "add", "Contoso").code == 0
    assert own("user", "add", "Contoso", "alice").code == 0
    old = key.read_bytes()
    far = {"id": "far", "kernel": "another", "pid": 1, "began": "", "command": "worker", "slots": 4, "started_at": 0.0}
    database = Database(url)
    with database.write() as connection:
        connection.execute(insert(processes).values(**far, seen_at=database.beat_time()))
    database.close()
    refused = own("secrets", "rotate-key", "--key-file-too")
    assert refused.code == 1
    assert "pbx-devhost secrets new-key, copy it to each of them" in refused.err, "they would be locked out"
    assert key.read_bytes() == old
    assert own("secrets", "new-key").code == 0
    assert own("secrets", "rotate-key", "--key-file-too").out == "2 secrets are encrypted with a new key.\n"
    assert key.read_bytes() != old
    assert key.stat().st_mode & 0o777 == 0o600
    assert own("users", "Contoso").code == 0
    # Cut off between the transaction and the move: the old key is still in the file, the new one beside it.
    beside = tmp_path / "own.db.key.new"
    beside.write_bytes(key.read_bytes())
    beside.chmod(0o600)
    key.write_bytes(old)
    assert own("users", "Contoso").code == 0, "the change is finished by itself"
    assert sorted(path.name for path in tmp_path.glob("own.db.key*")) == ["own.db.key"]
