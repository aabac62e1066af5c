"""The control interface and the command line, over HTTP as another process uses them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.lab import Lab, shared_key_pair
from tests.support.sim_client import Client


class Remote:
    """The control interface of one cloud."""

    def __init__(self, lab: Lab) -> None:
        self.origin = lab.sim.origin()
        self.http = requests.Session()
        self.http.verify = str(lab.sim.ca_path)

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        answer = self.http.request(method, f"{self.origin}/_control{path}", json=body)
        assert answer.status_code == status, answer.text
        return dict(answer.json())


@pytest.fixture
def control(lab: Lab) -> Remote:
    return Remote(lab)


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def test_the_index_names_every_route(control: Remote) -> None:
    index = control("GET", "")
    assert index["cloud"] == "GLOBAL"
    assert len(index["routes"]) > 40
    assert all(len(line.split("  ", 1)[1]) > 3 for line in index["routes"])


def test_pages_of_a_browser_are_refused(control: Remote) -> None:
    control.http.headers["Origin"] = "https://evil.example"
    assert "browser" in control("POST", "/faults", {"kind": "status"}, status=403)["error"]
    assert control.http.get(control.origin + "/_control/truth").status_code == 403
    del control.http.headers["Origin"]
    renamed = control.http.get(control.origin + "/_control/truth", headers={"Host": "evil.example"})
    assert renamed.status_code == 403


def test_what_is_unknown_or_wrong_is_named(control: Remote) -> None:
    assert "GET /_control lists" in control("GET", "/nonsense", status=404)["error"]
    assert "'pages'" in control("PATCH", "/settings", {"pages": 3}, status=400)["error"]
    assert "max_page" in control("PATCH", "/settings", {"max_page": "three"}, status=400)["error"]
    assert "'boom'" in control("POST", "/faults", {"kind": "boom"}, status=400)["error"]
    assert "'stat'" in control("POST", "/faults", {"kind": "status", "stat": 4}, status=400)["error"]
    assert "'nobody'" in control("PATCH", "/users/nobody", {"jobTitle": "x"}, status=400)["error"]
    assert "shoe" in control("POST", "/users", {"shoe": 43}, status=400)["error"]
    assert "JSON object" in control("POST", "/users", [1], status=400)["error"]
    assert "warp" in control("POST", "/clock", {"warp": 9}, status=400)["error"]


def test_settings_and_limits(control: Remote, client: Client) -> None:
    assert control("PATCH", "/settings", {"max_page": 3, "latency_s": 0})["max_page"] == 3
    assert len(client.get("/users").json()["value"]) == 3
    assert control("PATCH", "/settings", {"max_page": None})["max_page"] is None
    assert control("PATCH", "/limits", {"directory_units": 2})["directory_units"] == 2
    statuses = [client.get("/users?$select=id").status_code for _ in range(4)]
    assert 429 in statuses
    control("POST", "/limits/reset")
    assert client.get("/users?$select=id").status_code == 200


def test_faults_are_added_counted_and_cleared(control: Remote, client: Client) -> None:
    assert client.token
    control("POST", "/faults", {"kind": "status", "match": "GET /v1.0/users", "status": 503, "retry_after": "2.128"})
    answer = client.get("/users?$top=1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2.128")
    assert client.get("/users?$top=1").status_code == 200
    assert control("GET", "/faults")["faults"][0]["hits"] == 1
    control("DELETE", "/faults")
    assert control("GET", "/faults")["faults"] == []


def test_the_clock_jumps_and_runs(control: Remote, client: Client) -> None:
    before = control("GET", "/clock")["now_utc"]
    after = control("POST", "/clock", {"shift_s": 86_400 * 40, "speed": 0})["now_utc"]
    assert after > before
    assert control("GET", "/clock")["now_utc"] == after


def test_a_life_from_creation_to_the_end(control: Remote, client: Client) -> None:
    made = control("POST", "/users", {"displayName": "Zoë Test", "userPrincipalName": "zoe@contoso.onmicrosoft.com"})
    key = made["id"]
    assert control("POST", "/users", {"userPrincipalName": "ZOE@contoso.onmicrosoft.com"}, status=400)
    control("PATCH", f"/users/{key}", {"displayName": "Zoë Renamed", "mobilePhone": "+49 170 1", "mail": None})
    assert client.get(f"/users/{key}").json()["displayName"] == "Zoë Renamed"
    assert control("POST", f"/users/{key}/disable")["enabled"] is False
    assert control("POST", f"/users/{key}/enable")["enabled"] is True
    assert (
        control("PUT", f"/users/{key}/photo", {"seed": 7})["photo_etag"]
        == client.get(f"/users/{key}/photo").json()["@odata.mediaEtag"]
    )
    assert control("PUT", f"/users/{key}/mailbox", {"state": "shared"})["mailbox"] == "shared"
    assert control("POST", f"/users/{key}/delete")["state"] == "deleted"
    assert client.get(f"/users/{key}").status_code == 404
    assert control("POST", f"/users/{key}/restore")["state"] == "active"
    assert client.get(f"/users/{key}").status_code == 200
    assert control("POST", f"/users/{key}/purge")["state"] == "gone"
    assert "gone" in control("POST", f"/users/{key}/restore", status=400)["error"]
    truth = {person["id"]: person for person in control("GET", "/truth")["users"]}
    assert (truth[key]["state"], truth[key]["display_name"]) == ("gone", "Zoë Renamed")


def test_the_truth_is_what_graph_lists_when_nothing_hides_it(control: Remote, client: Client) -> None:
    listed, _ = client.list_all("/users?$select=id,displayName,mail,accountEnabled,givenName,surname&$top=7")
    truth = [person for person in control("GET", "/truth")["users"] if person["state"] == "active"]
    assert [person["id"] for person in truth] == [person["id"] for person in listed]
    for there, here in zip(truth, listed, strict=True):
        assert (there["display_name"], there["mail"]) == (here["displayName"], here["mail"])
        assert (there["enabled"], there["given_name"]) == (here["accountEnabled"], here["givenName"])


def test_contacts_and_folders(control: Remote, client: Client) -> None:
    user = control("POST", "/users", {"displayName": "Owner"})["id"]
    folder = control("POST", f"/users/{user}/folders", {"name": "Customers"})["id"]
    made = control("POST", f"/users/{user}/contacts", {"displayName": "Ada", "folder": "Customers"})
    assert "shoe" in control("POST", f"/users/{user}/contacts", {"shoe": 1}, status=400)["error"]
    control("PATCH", f"/users/{user}/contacts/{made['ordinary_id']}", {"displayName": "Ada L."})
    found = client.get(f"/users/{user}/contactFolders/{folder}/contacts").json()["value"]
    assert [contact["displayName"] for contact in found] == ["Ada L."]
    moved = control("POST", f"/users/{user}/contacts/{made['ordinary_id']}/move", {"folder": "contacts"})
    assert moved["immutable_id"] == made["immutable_id"]
    assert moved["ordinary_id"] != made["ordinary_id"]
    truth = control("GET", f"/users/{user}/contacts")["contacts"]
    assert [(each["displayName"], each["folder"]) for each in truth] == [("Ada L.", "Contacts")]
    control("DELETE", f"/users/{user}/contacts/{moved['ordinary_id']}")
    control("DELETE", f"/users/{user}/folders/Customers")
    assert "default" in control("DELETE", f"/users/{user}/folders/contacts", status=400)["error"]
    assert len(control("GET", f"/users/{user}/folders")["folders"]) == 1


def test_groups(control: Remote, client: Client) -> None:
    client.lab.register(permissions=("User.Read.All", "GroupMember.Read.All"))
    user = control("POST", "/users", {})["id"]
    inner, outer = (control("POST", "/groups", {"name": name})["id"] for name in ("Inner", "Outer"))
    control("PUT", f"/groups/{inner}/members/{user}")
    control("PUT", f"/groups/{outer}/members/{inner}")
    people = {group["name"]: group["people"] for group in control("GET", "/groups")["groups"]}
    assert people["Outer"] == people["Inner"] == [user]
    assert [each["id"] for each in client.get(f"/groups/{inner}/members").json()["value"]] == [user]
    control("DELETE", f"/groups/{inner}/members/{user}")
    control("DELETE", f"/groups/{inner}")
    people = {group["name"]: group["people"] for group in control("GET", "/groups")["groups"]}
    assert people["Outer"] == []
    assert "Inner" not in people


def test_an_app_by_its_certificate_file(control: Remote, client: Client) -> None:
    answer = control.http.post(control.origin + "/_control/apps", data=shared_key_pair().certificate.pem)
    app = answer.json()
    assert len(app["certificates"]) == 1
    changed = control("POST", "/apps", {"client_id": app["client_id"], "redirect_uris": ["https://pbx.example/x"]})
    assert changed["certificates"] == app["certificates"]
    assert changed["permissions"] == ["Contacts.Read", "Mail.Send", "User.Read.All"]
    changed = control("POST", "/apps", {"client_id": app["client_id"], "permissions": ["User.Read.All"]})
    assert changed["redirect_uris"] == ["https://pbx.example/x"]
    assert changed["permissions"] == ["User.Read.All"]
    assert "certificate" in control("POST", "/apps", {"certificate_pem": "x"}, status=400)["error"].lower()


def test_the_journal_counts_by_template(control: Remote, client: Client) -> None:
    user = client.lab.tenant().directory.order[0]
    client.get(f"/users/{user.id}")
    client.get(f"/users/{user.id}")
    counts = control("GET", "/journal")
    assert counts["GET /users/{id} 200"] == 2
    assert counts["POST /{tenant}/oauth2/v2.0/token 200"] == 1
    entries = control("GET", "/journal/entries?last=1")["entries"]
    assert entries[0]["template"] == "/users/{id}"
    assert "authorization" not in entries[0]["headers"]
    control("DELETE", "/journal")
    assert control("GET", "/journal") == {}


def test_mails_that_were_sent(control: Remote, client: Client) -> None:
    sender = next(each for each in client.lab.tenant().directory.order if each.mailbox == "shared")
    message = {"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "a@b.example"}}]}
    assert client.post(f"/users/{sender.id}/sendMail", {"message": message}).status_code == 202
    sent = control("GET", "/sent")["sent"]
    assert [(mail["mailbox_id"], mail["message"]["subject"]) for mail in sent] == [(sender.id, "Hi")]
    control("DELETE", "/sent")
    assert control("GET", "/sent")["sent"] == []


def test_tokens_and_keys_and_tenants(control: Remote, client: Client) -> None:
    assert client.get("/users?$top=1").status_code == 200
    control("POST", "/tokens/expire")
    assert client.get("/users?$top=1").status_code == 401
    assert len(control("POST", "/keys/roll")["keys"]) == 2
    second = control("POST", "/tenants", {"domain": "fabrikam.example", "users": 5})
    assert control("POST", "/tenants", {"domain": "fabrikam.example"}, status=400)
    assert [each["domain"] for each in control("GET", "/tenants")["tenants"]][1] == "fabrikam.example"
    assert len(control("GET", f"/truth?tenant={second['id']}")["users"]) == 5
    assert control("PATCH", "/tenant?tenant=fabrikam.example", {"blocked_by_policy": True})["blocked_by_policy"]
    assert "colour" in control("PATCH", "/tenant", {"colour": "red"}, status=400)["error"]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], Path]]:
    command = [sys.executable, "-m", "portsip_m365_plugin.simulator", "--users", "45", "--json"]
    files = ["--write-clouds", str(tmp_path / "clouds.json"), "--write-ca", str(tmp_path / "ca.pem")]
    process = subprocess.Popen(command + files, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline()), tmp_path
        process.kill()


def test_it_runs_alone_and_ends_on_interrupt(alone: tuple[subprocess.Popen[str], dict[str, Any], Path]) -> None:
    process, told, folder = alone
    assert set(told["clouds"]) == {"GLOBAL", "CHINA"}
    assert json.loads((folder / "clouds.json").read_text()) == told["clouds_file"]
    for cloud in told["clouds"].values():
        answer = requests.get(f"{cloud['origin']}/_control/truth", verify=str(folder / "ca.pem"), timeout=5)
        assert len(answer.json()["users"]) == 45
        assert answer.json()["tenant_id"] == cloud["tenant_id"]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0


def test_a_port_that_is_taken_is_said_plainly(lab: Lab) -> None:
    port = lab.sim.origin().rpartition(":")[2]
    command = [sys.executable, "-m", "portsip_m365_plugin.simulator", "--users", "1", "--only", "GLOBAL"]
    ended = subprocess.run([*command, "--port", port], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The simulator cannot start: ")
    assert "Traceback" not in ended.stderr
