"""The README's commands, as printed."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
read_block = runpy.run_path(str(ROOT / ".ci" / "readme_block.py"))["read_block"]


def test_there_are_exactly_three_marked_commands() -> None:
    """`tests/browser/test_browser_set_up.py` runs `empty`."""
    assert re.findall(r"<!-- run: (\w+) -->", README) == ["demo", "empty", "tests"]
    for name in ("demo", "empty", "tests"):
        block = read_block(name, README)
        assert "python3 -m venv .venv" in block, "each does all of its own set-up"
        assert ".venv/bin/pip install -q -e" in block


def test_the_demo_command_works_and_sums_up() -> None:
    block = read_block("demo", README)
    assert block.endswith("portsip-m365 demo")
    done = subprocess.run(
        ["sh", "-eu", "-c", f"{block} --once --json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["people"] == 500
    assert summary["counts"]["created"] + summary["counts"]["skipped"] == 500
    left_out = {reason: n for reason, n in summary["problems"].items() if reason != "value_lost"}
    assert sum(left_out.values()) == summary["counts"]["skipped"], "who lost a value is synced all the same"
    first, second, third, last = summary["syncs"]
    assert first["counts"]["created"] > 400
    assert not any(second["counts"][name] for name in ("created", "updated", "disabled", "enabled", "deleted"))
    assert third["requests"] == 2, "what changed, and whether the new colleague is a person"
    assert third["counts"]["created"] == 1
    assert third["counts"]["updated"] == 3
    assert third["counts"]["disabled"] == 2
    assert "photos stored" in last["message"]
    assert "mailboxes read" in last["message"]
    assert summary["requests"] == sum(sync["requests"] for sync in summary["syncs"])
    assert summary["seconds"] > 0


def test_the_gate_runs_the_tests_command_as_printed() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'bash -euo pipefail -c "$(.venv/bin/python .ci/readme_block.py tests)"' in gate
    assert ".venv/bin/pytest" in read_block("tests", README)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_what_the_readme_links_to_exists(target: str) -> None:
    assert (ROOT / target).exists()
