"""The files for systemd and the proxy: accepted by their programs where those are, and about options that exist."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.world import DEPLOYED
from pbx_devhost.cli.main import main
from pbx_devhost.store.sealing import keys

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/pbx-devhost/bin/pbx-devhost"


def read(path: Path) -> dict[str, list[str]]:
    """Return the settings of a unit's section Service; a name may stand more than once."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().split("[Service]")[1].split("[Install]")[0].splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_command_has_the_options_that_it_is_given(unit: Path) -> None:
    [command] = read(unit)["ExecStart"]
    program, name, *options = shlex.split(command)
    assert program == PROGRAM
    shown = CliRunner().invoke(main, [name, "--help"]).output
    for option in options:
        if option.startswith("--"):
            assert re.search(rf"^\s+{option}\b", shown, re.MULTILINE), option
    environment = " ".join(read(unit)["Environment"])
    assert f"{keys.KEY_FILE_VARIABLE}=/var/lib/pbx-devhost/key" in environment
    assert "PBX_LOG=json" in environment
    for name, value in DEPLOYED.items():
        assert f"{name}={value}" in environment, "the report is measured with it"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_may_do_no_more_than_it_needs(unit: Path) -> None:
    settings = read(unit)
    for name in (
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "MemoryDenyWriteExecute",
        "LockPersonality",
    ):
        assert settings[name] == ["yes"], name
    assert settings["ProtectSystem"] == ["strict"]
    assert settings["CapabilityBoundingSet"] == [""]
    assert settings["UMask"] == ["0077"]
    assert int(settings["TimeoutStopSec"][0]) > 10, "it ends by itself within 10 seconds"
    assert settings["TimeoutStartSec"] == ["infinity"], "an upgrade that is ended by systemd would begin again for ever"
    assert "StartLimitIntervalSec=0" in unit.read_text().split("[Service]")[0], "a database may be away for long"


def test_the_monitor_asks_the_ports_of_the_units() -> None:
    ports = set()
    for unit in UNITS:
        [port] = re.findall(r"--metrics-port (\S+)", unit.read_text())
        ports |= {port.replace("%i", number) for number in "12"}
    targets = set(re.findall(r"127\.0\.0\.1:(\d+)", (DEPLOY / "prometheus" / "prometheus.yml").read_text()))
    assert targets == ports
    assert all(int(port.replace("%i", "9")) < 65536 for port in ports)


def test_both_units_have_the_same_limits() -> None:
    portal, worker = (read(unit) for unit in UNITS)
    assert {name for name in portal if portal[name] != worker[name]} == {"ExecStart"}


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    copies = []
    for unit in UNITS:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
        copies.append(str(copy).replace("@.service", "@1.service"))
    ran = subprocess.run(
        [analyze, "verify", "--man=no", *copies], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_nginx_accepts_the_proxy(tmp_path: Path) -> None:
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx on this machine")
    text = (DEPLOY / "nginx" / "pbx.conf").read_text()
    text = (
        re.sub(r"^\s+ssl_certificate.*$", "", text, flags=re.MULTILINE)
        .replace(" ssl http2;", ";")
        .replace("443", "8443")
    )
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
    ran = subprocess.run([nginx, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_proxy_passes_on_what_the_portal_needs() -> None:
    text = (DEPLOY / "nginx" / "pbx.conf").read_text()
    assert text.count("{") == text.count("}")
    assert text.count("proxy_set_header Host $http_host;") == text.count("proxy_pass http://pbx;") == 2
    assert "proxy_request_buffering on;" in text
    assert re.search(r"location ~ \^/\(healthz\|readyz\|metrics\)\$ \{[^}]*deny all;", text), (
        "numbers are not for the world"
    )


def test_the_example_of_the_environment_is_one(tmp_path: Path) -> None:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are upper-case
    parser.read_string("[x]\n" + (DEPLOY / "systemd" / "environment.example").read_text())
    assert set(parser["x"]) == {"PBX_DEVHOST_DB", "PGPASSFILE"}
    assert not any(word in parser["x"]["PBX_DEVHOST_DB"] for word in (":secret", "password"))


def test_a_command_of_the_operator_has_the_database_and_the_key_of_the_units(tmp_path: Path) -> None:
    """As the documents print it. Without them it would make a file in the current folder, and find nobody there."""
    block = (DEPLOY.parent / "docs" / "deploy.md").read_text().split("```sh\npbx() (")[1].split("pbx workers")[0]
    environment = tmp_path / "environment"
    address = "postgresql://pbx@db.example/pbx?sslmode=verify-full&application_name=x"
    environment.write_text(f"# a comment\nPBX_DEVHOST_DB='{address}'\n")
    for was, now in (
        ("/etc/pbx-devhost/environment", str(environment)),
        (PROGRAM, "printenv"),
        ("/var/lib/pbx-devhost", str(tmp_path)),
        ("runuser -u pbx-devhost -- ", ""),
    ):
        assert was in block, was
        block = block.replace(was, now)
    script = f"pbx() ({block}\npbx PBX_DEVHOST_DB PBX_DEVHOST_KEY_FILE"
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == [address, f"{tmp_path}/key"], ran.stderr
