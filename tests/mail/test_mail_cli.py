"""Mail by the real programs: `pbx-devhost notify`, `deliver`, `outbox`, `portsip-m365 send-test`, and SIGKILL."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pbx_devhost.cli.main import main as devhost_main
from portsip_m365_plugin.cli import main as plugin_main
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.lab import PERMISSIONS, Lab
from tests.support.mail_lab import render, shared_mailbox

DEVHOST = Path(sys.executable).with_name("pbx-devhost")


class DevHost:
    """`pbx-devhost --json` in this process: a program of its own costs a second each time."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *arguments: str) -> Any:
        done = CliRunner().invoke(devhost_main, ["--db", self.url, "--json", *arguments])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def fail(self, *arguments: str) -> str:
        done = CliRunner().invoke(devhost_main, ["--db", self.url, *arguments])
        assert done.exit_code == 1, done.output
        return done.stderr.strip()


@pytest.fixture
def pbx(lab: Lab, tmp_path: Path) -> DevHost:
    """A PBX that was set up as an administrator would, by the page's own fields and buttons."""
    pbx = DevHost(f"sqlite:///{tmp_path / 'pbx.db'}")
    pbx.run("tenant", "add", "Contoso")
    pbx.run("action", "Contoso", "generate_key_pair", "--out", str(tmp_path / "public_key.pem"))
    lab.register((tmp_path / "public_key.pem").read_text(), PERMISSIONS)
    pairs = lab.settings() | {"mail_mailbox": shared_mailbox(lab), "mail_recipients": "root@contoso.example"}
    pbx.run("settings", "set", "Contoso", *(f"{name}={value}" for name, value in pairs.items()))
    return pbx


def send_test(pbx: DevHost, *arguments: str) -> Result:
    return CliRunner().invoke(plugin_main, ["send-test", "Contoso", "--db", pbx.url, *arguments])


def test_from_notify_to_a_persons_mail_program(lab: Lab, pbx: DevHost, tmp_path: Path) -> None:
    wav, picture = tmp_path / "message.wav", tmp_path / "qr.png"
    wav.write_bytes(b"RIFF" + bytes(5000))
    picture.write_bytes(b"\x89PNG")
    queued = pbx.run(
        *("notify", "Contoso", "--to", "ada@customer.example", "--cc", "cc@customer.example", "--subject", "Hi %%N%%"),
        *("--html", "<p>Hello %%N%%</p>%%QR_CODE%%", "--set", "N=Zoë", "--attach", str(wav)),
        *("--inline", f"qr-code={picture}", "--priority", "urgent", "--importance", "high", "--id", "note-1"),
    )
    assert queued == {"id": "note-1", "accepted": True, "priority": "urgent"}
    again = pbx.run("notify", "Contoso", "--to", "x@y.example", "--subject", "other", "--id", "note-1")
    assert again["accepted"] is False
    (row,) = pbx.run("outbox", "Contoso")
    assert (row["state"], row["recipients"]) == ("queued", ["ada@customer.example", "cc@customer.example"])
    assert pbx.run("deliver", "--tenant", "Contoso")["sent"] == 1
    (row,) = pbx.run("outbox", "Contoso")
    assert (row["state"], row["channel"]) == ("sent", "m365")
    mail = render(lab.tenant().sent[0])
    assert (mail["Subject"], mail["Importance"]) == ("Hi Zoë", "high")
    assert mail["x-portsip-notification-id"] == "note-1"
    files = {part.get_filename(): part.get_content() for part in mail.walk() if part.get_filename()}
    assert files == {"message.wav": wav.read_bytes(), "qr.png": picture.read_bytes()}


def test_a_dead_letter_is_sent_again_by_hand(lab: Lab, pbx: DevHost, tmp_path: Path) -> None:
    lab.realm().faults.add(Fault("status", match="sendMail", status=400, code="ErrorInvalidRecipients"))
    pbx.run("notify", "Contoso", "--to", "ada@customer.example", "--subject", "Hi", "--text", "Ho", "--id", "n1")
    assert pbx.fail("deliver") == "1 mail could not be sent; see: pbx-devhost outbox TENANT"
    (row,) = pbx.run("outbox", "Contoso", "--state", "dead")
    assert "does not accept the recipients" in row["reason"]
    assert "e-mail address of the user" in row["remedy"]
    assert pbx.run("outbox", "resend", "Contoso", "--all-dead") == {"queued": ["n1"]}
    assert pbx.run("deliver")["sent"] == 1
    assert pbx.fail("outbox", "resend", "Contoso", "n1") == "the mail n1 is sent and cannot be sent again"
    assert "at least one recipient" in pbx.fail("notify", "Contoso", "--subject", "Hi")


def test_a_fault_is_printed_and_the_mail_waits(lab: Lab, pbx: DevHost) -> None:
    lab.realm().faults.add(Fault("status", match="sendMail", status=403, code="ErrorAccessDenied"))
    pbx.run("notify", "Contoso", "--to", "ada@customer.example", "--subject", "Hi", "--text", "Ho", "--id", "n1")
    printed = pbx.fail("deliver")
    assert printed.startswith("the mail of Contoso is paused: Exchange does not let the app send from the mailbox")
    assert "RBAC" in printed
    assert pbx.fail("deliver") == printed
    assert [row["id"] for row in pbx.run("outbox", "Contoso", "--state", "deferred")] == ["n1"]
    pbx.run("outbox", "resend", "Contoso", "n1")  # an administrator's act tries at once
    assert pbx.run("deliver")["sent"] == 1


def test_send_test_says_what_became_of_it(lab: Lab, pbx: DevHost, tmp_path: Path) -> None:
    done = send_test(pbx)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "root@contoso.example" in done.stdout
    assert lab.tenant().sent[0]["message"]["subject"] == "Test mail from your PBX"
    done = send_test(pbx, "--to", "ada@customer.example", "--json")
    assert json.loads(done.stdout)["message"].startswith("Microsoft 365 accepted the mail to ada@customer.example")
    lab.realm().faults.add(Fault("status", match="sendMail", status=404, code="MailboxNotEnabledForRESTAPI"))
    failed = send_test(pbx)
    assert failed.exit_code == 1
    assert "no Exchange licence" in failed.stderr
    assert "request-id" in failed.stderr
    shown: dict[str, Any] = pbx.run("settings", "get", "Contoso")
    assert any("no Exchange licence" in fact["value"] for fact in shown["facts"])


def test_a_mail_whose_sender_is_killed_before_the_answer_arrives_once_more_and_marked(
    lab: Lab, pbx: DevHost, tmp_path: Path
) -> None:
    pbx.run("notify", "Contoso", "--to", "ada@customer.example", "--subject", "Hi", "--text", "Ho", "--id", "n1")
    lab.realm().faults.add(Fault("slow", match="sendMail", chunk_bytes=1, pause_s=5.0))
    environment = {**os.environ, "PBX_DEVHOST_DB": f"sqlite:///{tmp_path / 'pbx.db'}"}
    process = subprocess.Popen([str(DEVHOST), "deliver"], env=environment)
    for _ in range(600):
        if lab.tenant().sent:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (row,) = pbx.run("outbox", "Contoso")
    assert row["state"] == "attempt_started"
    done = pbx.run("deliver")
    assert done["recovered"] == 1
    assert done["attempts"] == 0  # what ends its process is not tried again at once
    with contextlib.closing(sqlite3.connect(tmp_path / "pbx.db")) as database, database:
        assert database.execute("UPDATE outbox SET due_at = due_at - 15 WHERE state = 'unknown'").rowcount == 1
    assert pbx.run("deliver")["sent"] == 1
    first, second = (render(sent) for sent in lab.tenant().sent)
    assert first["x-portsip-possible-copy"] is None
    assert second["x-portsip-possible-copy"] == "attempt 2"
    assert first["x-portsip-notification-id"] == second["x-portsip-notification-id"] == "n1"


def test_the_systems_mailbox_serves_tenants_without_one_until_its_admin_says_no(
    lab: Lab, pbx: DevHost, tmp_path: Path
) -> None:
    own = pbx.run("settings", "get", "Contoso")["values"]
    other = shared_mailbox(lab, kind="user")
    pbx.run("action", "system", "generate_key_pair", "--out", str(tmp_path / "system.pem"))
    lab.register((tmp_path / "system.pem").read_text(), PERMISSIONS)
    pairs = lab.settings() | {"mail_mailbox": other}
    pbx.run("settings", "set", "system", *(f"{name}={value}" for name, value in pairs.items()))
    pbx.run("tenant", "add", "Fabrikam")
    for tenant in ("Contoso", "Fabrikam", "system"):
        pbx.run("notify", tenant, "--to", "ada@customer.example", "--subject", tenant, "--text", "Ho")
    assert pbx.run("deliver")["sent"] == 3
    senders = {sent["message"]["subject"]: sent["upn"] for sent in lab.tenant().sent}
    assert senders == {"Contoso": own["mail_mailbox"], "Fabrikam": other, "system": other}
    pbx.run("settings", "set", "system", "mail_for_tenants=false")
    pbx.run("notify", "Fabrikam", "--to", "ada@customer.example", "--subject", "no", "--text", "Ho")
    assert pbx.run("deliver")["deferred"] == 1
    (row,) = pbx.run("outbox", "Fabrikam", "--state", "deferred")
    assert row["reason"] == "No plugin delivers mail for this tenant."


def test_a_welcome_mail_goes_out_only_when_it_is_asked_for(pbx: DevHost, lab: Lab) -> None:
    pbx.run("tick", "--force", "--confirm-first-plan")
    user = next(user for user in pbx.run("users", "Contoso") if user["email"] and user["enabled"])
    pbx.run("deliver")
    assert lab.tenant().sent == [], "an import writes to nobody"
    pbx.run("user", "welcome", "Contoso", user["username"])
    pbx.run("deliver")
    (sent,) = lab.tenant().sent
    text = sent["message"]["body"]["content"]
    assert user["extension_number"] in sent["message"]["subject"]
    assert user["display_name"] in text
    assert "%%" not in text + sent["message"]["subject"]
    pin = text.split("Voicemail PIN: ")[1].split()[0]
    assert pin.isdigit()
    assert "no mail address" in pbx.fail("user", "welcome", "Contoso", _by_hand(pbx))
    assert "there is no user" in pbx.fail("user", "welcome", "Contoso", "nobody")
    outbox = json.dumps(pbx.run("outbox", "Contoso"))
    assert pin not in outbox


def _by_hand(pbx: DevHost) -> str:
    return str(pbx.run("user", "add", "Contoso", "byhand")["username"])
