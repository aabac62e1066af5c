"""`portsip-m365 plan`, `sync` and `doctor` on a reference host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portsip_m365_plugin.cli import main
from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.microsoft import SimulatedMicrosoft


def test_plan_sync_and_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = f"sqlite:///{tmp_path}/x.db"

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--db", database])

    with SimulatedMicrosoft(tmp_path, users=60, contacts=2) as microsoft:
        for name, value in microsoft.environment.items():
            monkeypatch.setenv(name, value)
        pbx = DevHost(database)
        pbx.run("tenant", "add", "t")

        sick = call("doctor", "t", "--json")
        assert sick.exit_code == 1
        assert json.loads(sick.stdout)["ok"] is False
        assert "the application ID are missing" in sick.stderr
        nobody = call("plan", "nobody")
        assert nobody.exit_code == 1
        assert nobody.stderr.count("\n") == 1

        key = tmp_path / "public_key.pem"
        pbx.run("action", "t", "generate_key_pair", "--out", str(key))
        client_id = microsoft.register_app(
            certificate_pem=key.read_text(), permissions=["User.Read.All", "Contacts.Read"]
        )
        values = (f"application_id={client_id}", f"directory_id={microsoft.tenant_id}", "national_cloud=LAB")
        pbx.run("settings", "set", "t", *values)
        well = call("doctor", "t")
        assert well.exit_code == 0, well.stderr
        assert "The connection works." in well.stdout

        planned = json.loads(call("plan", "t", "--json").stdout)
        assert planned["plan"]["counts"]["created"] == 51
        creates = [row for row in planned["rows"] if row["action"] == "create"]
        assert len(creates) == 51
        listed = call("plan", "t").stdout
        assert all(row["login_name"] in listed for row in creates), "the whole plan, not its first rows"
        who = creates[0]["login_name"]
        waits = json.loads(call("explain", "t", who, "--json").stdout)
        assert (waits["is_synced"], waits["upn"]) == (False, who)
        assert "A plan that waits for approval" in call("explain", "t", who).stdout
        assert json.loads(call("explain", "t", "nobody@x.example", "--json").stdout)["reason"] == "not_in_directory"
        asked = call("sync", "t")
        assert asked.exit_code == 1
        assert "first plan" in asked.stderr
        assert asked.stdout == "", "the message is not said twice"
        synced = call("sync", "t", "--confirm-first-plan")
        left_out = "5 disabled at Microsoft, 2 guests, 2 without first and last name"
        assert (synced.exit_code, synced.stdout) == (0, f"51 created. Left out: {left_out}.\n")
        full = json.loads(call("sync", "t", "--full", "--json").stdout)
        assert (full["status"], full["counts"]["unchanged"], full["requests"]) == ("done", 51, 2)
        assert full["counts"]["contacts_created"] == 0

        pbx.run("settings", "set", "t", "contact_personal=true", "sync_photo=true")
        more = json.loads(call("sync", "t", "--json").stdout)["counts"]
        assert more["contacts_created"] >= more["mailboxes_read"] > 40
        assert more["photos_stored"] > 0
        assert pbx.run("runs", "t", "--limit", "1")[0]["counts"] == more
