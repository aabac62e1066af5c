"""The lock of the reference deployment holds what is wanted, and an audit that asked nobody does not pass as one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load() -> Any:
    spec = importlib.util.spec_from_file_location("deployment", ROOT / ".ci" / "deployment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


deployment = load()
TODAY = date(2026, 11, 26)


def test_the_lock_holds_what_both_distributions_ask_for() -> None:
    assert list(deployment.find_gaps()) == []
    locked = deployment.read_lock()
    assert {"alembic", "prometheus-client", "structlog", "msal", "psycopg", "procrastinate"} <= set(locked)
    assert not {"pytest", "trustme", "selenium", "mypy"} & set(locked), "tests and demo are not deployed"


def test_a_gap_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = deployment.LOCK.read_text()
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        "--index-url https://x.example/\n"
        + text.replace("\nmsal==", "\nmsal-other==").replace("\nflask==3", "\nflask==2")
    )
    with lock.open("a") as file:
        file.write("unhashed==1.0\n")
    monkeypatch.setattr(deployment, "LOCK", lock)
    gaps = "\n".join(deployment.find_gaps())
    for gap in (
        "msal is wanted and not locked",
        "Flask<4,>=3.1 is wanted, and 2",
        "unhashed 1.0 has no hash",
        "names a place",
    ):
        assert gap in gaps


def library(name: str, *advisories: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "vulns": [{"id": each, "fix_versions": ["1.1"]} for each in advisories],
        **more,
    }


@pytest.mark.parametrize(
    ("exceptions", "wrong"),
    [
        ("", ["a 1.0: GHSA-1; fixed in 1.1"]),
        ("GHSA-1 2026-12-31 nothing here calls it", []),
        ("GHSA-1 2026-11-25 it was accepted too long", ["a 1.0: GHSA-1 (its exception is over); fixed in 1.1"]),
        (
            "# why\n\nGHSA-1 2026-12-31 x\nGHSA-2 2026-12-31 x",
            ["the exception GHSA-2 is for nothing that is there"],
        ),
    ],
)
def test_an_advisory_needs_an_exception_that_still_counts(exceptions: str, wrong: list[str]) -> None:
    report = {"dependencies": [library("a", "GHSA-1"), library("b")]}
    assert deployment.judge(report, deployment.read_exceptions(exceptions), TODAY) == (wrong, 2, 0)


def test_the_exceptions_in_use_can_be_read() -> None:
    deployment.read_exceptions(deployment.EXCEPTIONS.read_text())


@pytest.mark.parametrize("report", ["", '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'])
def test_an_audit_that_asked_nobody_says_so(tmp_path: Path, report: str) -> None:
    """pip-audit prints `No known vulnerabilities found` and exits with 0 then."""
    path = tmp_path / "report.json"
    path.write_text(report)
    command = [sys.executable, str(ROOT / ".ci" / "deployment.py"), "judge", str(path)]
    for required, code in (("", 0), ("1", 1)):
        environment = {**os.environ, "PBX_REQUIRE_AUDIT": required}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert "NOT AUDITED" in ran.stdout
        assert ran.returncode == code
