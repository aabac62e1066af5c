"""Two distributions from one checkout: one version, one license, and a clear sentence where an extra is missing."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "hooks" / "VERSION").read_text("ascii").strip()
CONTRACT = tomllib.loads((ROOT / "hooks" / "pyproject.toml").read_text("utf-8"))
PLUGIN = configparser.RawConfigParser()
PLUGIN.read_string((ROOT / "setup.cfg").read_text("utf-8"))


def run_without(module: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process in which a module is not installed."""
    hidden = f"import sys; sys.modules[{module!r}] = None; {code}"
    return subprocess.run(
        [sys.executable, "-c", hidden], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )


def test_both_read_their_version_from_one_file() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert CONTRACT["project"]["dynamic"] == ["version"]
    assert CONTRACT["tool"]["setuptools"]["dynamic"]["version"] == {"file": "VERSION"}
    assert PLUGIN["metadata"]["version"] == "file: hooks/VERSION"


def test_the_plugin_needs_the_contract_of_its_own_minor_version() -> None:
    pins = [line for line in PLUGIN["options"]["install_requires"].splitlines() if line.startswith("pbx-plugin-api")]
    assert pins == [f"pbx-plugin-api~={VERSION.rpartition('.')[0]}.0"]


def test_the_changelog_names_the_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(VERSION)}\] - \d{{4}}-\d\d-\d\d", headings[1])


def test_both_carry_the_same_license() -> None:
    assert (ROOT / "hooks" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert CONTRACT["project"]["license"] == PLUGIN["metadata"]["license"] == "MIT"
    assert CONTRACT["project"]["license-files"] == [PLUGIN["metadata"]["license_files"]] == ["LICENSE"]


def test_both_ask_for_the_same_range_of_a_library() -> None:
    contract = [*CONTRACT["project"]["dependencies"], *chain(*CONTRACT["project"]["optional-dependencies"].values())]
    plugin = " ".join([PLUGIN["options"]["install_requires"], *PLUGIN["options.extras_require"].values()]).split()
    for theirs in contract:
        name = re.split(r"[<>=\[]", theirs)[0]
        assert [ours for ours in plugin if re.fullmatch(rf"{name}[<>=].*", ours) and ours != theirs] == []


@pytest.mark.parametrize("module", ["click", "cryptography", "flask", "schedule", "sqlalchemy", "uvicorn"])
def test_the_reference_host_names_its_extra(tmp_path: Path, module: str) -> None:
    command = ["--db", f"sqlite:///{tmp_path}/pbx.db", "serve", "--port", "0"]
    done = run_without(module, f"from pbx_devhost.__main__ import main; sys.argv[1:] = {command}; main()")
    wanted = f"pbx-devhost needs the Python module {module}. Install it: pip install 'pbx-plugin-api[devhost]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", wanted)


def test_postgresql_names_its_extra() -> None:
    code = (
        "from pbx_devhost.__main__ import main; "
        "sys.argv[1:] = ['--db', 'postgresql://localhost/x', 'tenant', 'list']; main()"
    )
    done = run_without("psycopg", code)
    wanted = "PostgreSQL needs the driver psycopg. Install it: pip install 'pbx-plugin-api[postgres]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", wanted)


@pytest.mark.parametrize("module", ["click", "rich"])
def test_the_plugins_program_names_its_extra(module: str) -> None:
    done = run_without(module, "from portsip_m365_plugin.__main__ import main; sys.argv[1:] = ['--help']; main()")
    wanted = f"portsip-m365 needs the Python module {module}. Install it: pip install 'portsip-m365-plugin[cli]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", wanted)


def test_the_simulator_names_its_extra() -> None:
    code = "import runpy; sys.argv[1:] = []; runpy.run_module('portsip_m365_plugin.simulator', run_name='__main__')"
    done = run_without("trustme", code)
    wanted = "The simulator needs trustme. Install it: pip install 'portsip-m365-plugin[demo]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", wanted)


def test_a_mistake_of_ours_is_not_taken_for_a_missing_extra() -> None:
    done = run_without("pbx_devhost.core", "from pbx_devhost.__main__ import main; main()")
    assert "ModuleNotFoundError" in done.stderr
    assert "pip install" not in done.stderr


def test_the_contract_and_its_suites_import_without_pytest() -> None:
    code = (
        "import importlib, pkgutil, pbx_plugin_api; "
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(pbx_plugin_api.__path__, 'pbx_plugin_api.')]"
    )
    done = run_without("pytest", code)
    assert (done.returncode, done.stderr) == (0, "")
