"""The script for Azure CLI, run by a real bash with a stand-in for `az`; then the PBX connects with what it printed."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL, Cloud
from portsip_m365_plugin.page.registration.scripts.render import Registration, make_mark, render_azure_cli
from tests.support import fake_az
from tests.support.lab import shared_key_pair

DIRECTORY = "72f988bf-0000-4000-8000-2d7cd011db47"
URIS = ("https://pbx.contoso.example:8887/ms365/callback", "https://sbc.contoso.example:10443/ms365/callback")
WANTED = ("User.Read.All", "Contacts.Read", "Mail.Send")
ROLES = [*WANTED, "Mail.ReadWrite", "Directory.Read.All"]
BASH = shutil.which("bash") or ""


def registration(**changes: Any) -> Registration:
    values: dict[str, Any] = {
        "display_name": "PortSIP PBX Contoso",
        "mark": make_mark("t1", "pbx.contoso.example:8887"),
        "cloud": GLOBAL,
        "entra_tenant_id": "",
        "client_id": "",
        "redirect_uris": URIS,
        "permissions": WANTED,
        "has_sign_in": True,
        "certificate": shared_key_pair().certificate,
    }
    return Registration(**{**values, **changes})


class Machine:
    """A colleague's machine with Azure CLI."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.az = fake_az.FakeAz(folder / "bin", BASH)
        self.put(fake_az.new_world(DIRECTORY, ROLES))

    def put(self, world: dict[str, Any]) -> None:
        self.az.world = world

    @property
    def world(self) -> dict[str, Any]:
        """A copy of what there is now."""
        return copy.deepcopy(self.az.world)

    def run(self, script: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = self.folder / "script.sh"
        path.write_bytes(script)
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "PBX_WAIT_S": "0",
            "HOME": str(self.folder),
        }
        return subprocess.run(
            [BASH, str(path), *arguments], env=environment, cwd=self.folder, capture_output=True, text=True, timeout=60
        )

    def register(self, *arguments: str, **changes: Any) -> str:
        done = self.run(render_azure_cli(registration(**changes)), *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def changes(self) -> list[str]:
        """The calls that change something, in order."""
        calls = [(method, url.partition("/v1.0/")[2]) for *_, method, url, _ in self.world["calls"]]
        return [f"{method} {path}" for method, path in calls if method not in ("", "get")]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.az.close()


def role_id(world: dict[str, Any], name: str) -> str:
    return next(str(each["id"]) for each in world["graph"]["appRoles"] if each["value"] == name)


def test_registers_everything_and_prints_the_ids(machine: Machine) -> None:
    printed = machine.register()
    world = machine.world
    (app,), (principal,) = world["applications"].values(), world["principals"].values()
    assert printed.splitlines() == [
        f"Application (client) ID: {app['appId']}",
        f"Directory (tenant) ID: {DIRECTORY}",
        f"Object ID of the app registration: {app['id']}",
    ]
    assert app["displayName"] == "PortSIP PBX Contoso"
    assert app["signInAudience"] == "AzureADMyOrg"
    assert app["web"] == {"redirectUris": list(URIS)}
    (key,) = app["keyCredentials"]
    assert key["customKeyIdentifier"] == shared_key_pair().certificate.thumbprint_sha1.upper()
    (resource,) = app["requiredResourceAccess"]
    wanted = {(role_id(world, name), "Role") for name in WANTED}
    scopes = {(each["id"], "Scope") for each in world["graph"]["oauth2PermissionScopes"] if each["value"] != "email"}
    assert resource["resourceAppId"] == fake_az.GRAPH_APP
    assert {(each["id"], each["type"]) for each in resource["resourceAccess"]} == wanted | scopes
    granted = {(each["principalId"], each["appRoleId"]) for each in world["roles"]}
    assert granted == {(principal["id"], role_id(world, name)) for name in WANTED}
    assert [(each["consentType"], each["scope"]) for each in world["grants"]] == [("AllPrincipals", "openid profile")]


def test_calls_exactly_these_and_nothing_else(machine: Machine) -> None:
    machine.register()
    (app,), graph = machine.world["applications"], machine.world["graph"]["id"]
    assert machine.changes() == [
        "post applications",
        f"patch applications/{app}",
        f"patch applications/{app}",
        "post servicePrincipals",
        *[f"post servicePrincipals/{graph}/appRoleAssignedTo"] * 3,
        "post oauth2PermissionGrants",
    ]
    assert [call[:2] for call in machine.world["calls"][:2]] == [["cloud", "set"], ["account", "show"]]


def test_a_second_run_changes_nothing(machine: Machine) -> None:
    first = machine.register()
    before = machine.world
    assert machine.register() == first
    after = machine.world
    for part in ("applications", "principals", "roles", "grants"):
        assert after[part] == before[part]


def test_what_is_there_already_stays(machine: Machine) -> None:
    """Another redirect URI, and a key that somebody else has uploaded."""
    printed = machine.register()
    world = machine.world
    (app,) = world["applications"].values()
    app["web"]["redirectUris"] = ["https://old.example/ms365/callback"]
    app["keyCredentials"] = [{"keyId": "k1", "key": "AAAA", "customKeyIdentifier": "00"}]
    machine.put(world)
    client_id = printed.splitlines()[0].partition(": ")[2]
    machine.register(client_id=client_id, entra_tenant_id=DIRECTORY, permissions=("User.Read.All",), has_sign_in=False)
    (app,) = machine.world["applications"].values()
    assert app["web"]["redirectUris"] == ["https://old.example/ms365/callback", *URIS]
    assert [key["keyId"] == "k1" for key in app["keyCredentials"]] == [True, False]
    assert [each["type"] for each in app["requiredResourceAccess"][0]["resourceAccess"]] == ["Role"]


def test_attack_application_of_the_same_name_is_left_alone(machine: Machine) -> None:
    world = machine.world
    world["applications"]["x"] = {"id": "x", "appId": "y", "displayName": "PortSIP PBX Contoso", "tags": []}
    machine.put(world)
    machine.register()
    assert machine.world["applications"]["x"] == world["applications"]["x"]
    assert len(machine.world["applications"]) == 2


def test_permissions_that_exchange_limits_are_not_granted_again(machine: Machine) -> None:
    machine.register("--without", "Mail.Send")
    world = machine.world
    assert [each["appRoleId"] for each in world["roles"]] == [
        role_id(world, name) for name in ("User.Read.All", "Contacts.Read")
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--force",), "unknown argument --force"),
        (("--without",), "name the permissions after --without"),
        (("--without", "Mail.Snd"), "--without Mail.Snd: Exchange limits only Mail.Send Mail.ReadWrite Contacts.Read"),
        (("--without", "User.Read.All"), "--without User.Read.All: Exchange limits only"),
    ],
)
def test_a_wrong_argument_is_refused(machine: Machine, arguments: tuple[str, ...], error: str) -> None:
    done = machine.run(render_azure_cli(registration()), *arguments)
    assert done.returncode == 1
    assert error in done.stderr
    assert machine.world["calls"] == []


def test_a_new_object_that_is_not_known_everywhere_yet_is_tried_again(machine: Machine) -> None:
    world = machine.world
    world["fail_next"] = {"post servicePrincipals": 3, "patch applications": 2}
    machine.put(world)
    assert "Application (client) ID" in machine.register()


@pytest.mark.parametrize(
    ("change", "changes", "error"),
    [
        ({}, {"entra_tenant_id": "9cd80435-793b-4f48-844b-6b3f37d1c1f3"}, "is signed in to the directory 72f988bf"),
        ({}, {"client_id": "9cd80435-793b-4f48-844b-6b3f37d1c1f3"}, "has no application 9cd80435"),
        ({}, {"permissions": ("User.Read.All", "Not.There")}, "no application permission Not.There"),
        ({"fail_next": {"post servicePrincipals": 99}}, {}, "refused this six times"),
        ({"fail_next": {"post applications": 1}}, {}, "the object does not exist yet"),
    ],
)
def test_stops_at_an_error(machine: Machine, change: dict[str, Any], changes: dict[str, Any], error: str) -> None:
    machine.put(machine.world | change)
    done = machine.run(render_azure_cli(registration(**changes)))
    assert done.returncode == 1
    assert error in done.stderr
    assert done.stdout == ""
    assert machine.world["grants"] == []


def test_an_expired_key_is_named_and_nothing_is_lost(machine: Machine) -> None:
    machine.register(certificate=None)
    world = machine.world
    (app,) = world["applications"].values()
    app["keyCredentials"] = [{"keyId": "k1", "endDateTime": "expired"}]
    machine.put(world)
    done = machine.run(render_azure_cli(registration()))
    assert done.returncode == 1
    assert "remove expired certificates" in done.stderr
    assert machine.world["applications"] == world["applications"]


def test_without_a_key_pair_it_says_what_to_do(machine: Machine) -> None:
    done = machine.run(render_azure_cli(registration(certificate=None)))
    assert done.returncode == 0
    assert "has no key pair yet" in done.stderr


@pytest.mark.parametrize(
    ("cloud", "az", "graph"),
    [
        (GLOBAL, "AzureCloud", "https://graph.microsoft.com"),
        (CHINA, "AzureChinaCloud", "https://microsoftgraph.chinacloudapi.cn"),
        (GCC_HIGH, "AzureUSGovernment", "https://graph.microsoft.us"),
        (DOD, "AzureUSGovernment", "https://dod-graph.microsoft.us"),
    ],
)
def test_the_right_cloud(machine: Machine, cloud: Cloud, az: str, graph: str) -> None:
    """Signed in to another cloud, it signs in to this one."""
    machine.put(machine.world | {"cloud": "Other"})
    machine.register(cloud=cloud)
    assert machine.world["cloud"] == az
    assert "login" in [call[0] for call in machine.world["calls"]]
    assert {url.partition("/v1.0/")[0] for *_, url, _ in machine.world["calls"] if url} == {graph}


# ---------------------------------------------------------------------- the script as text


@pytest.mark.parametrize(("name", "severity"), [("PortSIP PBX Contoso", "style"), ('It\'s "x" $(y) `z`', "warning")])
def test_shellcheck_finds_nothing(tmp_path: Path, name: str, severity: str) -> None:
    path = tmp_path / "register-azure-cli.sh"
    path.write_bytes(render_azure_cli(registration(display_name=name)))
    program = shutil.which("shellcheck") or str(Path(sys.executable).with_name("shellcheck"))
    done = subprocess.run([program, "-s", "bash", "-S", severity, str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert subprocess.run([BASH, "-n", str(path)], capture_output=True).returncode == 0


NASTY = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60) | st.sampled_from(
    [
        "'; touch hacked; '",
        "$(touch hacked)",
        "`touch hacked`",
        "\\'; touch hacked #",
        "a\ntouch hacked\n",
        '"; touch hacked; "',
    ]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NASTY, uri=NASTY, permission=NASTY)
def test_attack_value_that_would_be_code_of_bash(tmp_path: Path, name: str, uri: str, permission: str) -> None:
    """bash reads back exactly what was put in, and does nothing else."""
    script = render_azure_cli(registration(display_name=name, redirect_uris=(uri, "x"), permissions=(permission,)))
    values = script.decode("utf-8", "surrogatepass").partition("\nfail() {")[0]
    show = 'printf "%s\\0" "$NEW_APPLICATION" "${REDIRECT_URIS[@]}" "${PERMISSIONS[@]}"'
    (tmp_path / "values.sh").write_bytes(f"{values}\n{show}\n".encode())
    done = subprocess.run([BASH, str(tmp_path / "values.sh")], cwd=tmp_path, capture_output=True, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    application, *rest = done.stdout.decode().split("\0")[:-1]
    assert json.loads(application)["displayName"] == name
    assert rest == [uri, "x", permission]
    assert not (tmp_path / "hacked").exists()


def test_holds_no_secret() -> None:
    text = render_azure_cli(registration()).decode()
    assert "PRIVATE" not in text
    assert re.search(r"CERTIFICATE=[A-Za-z0-9+/=]{500,}\n", text)
