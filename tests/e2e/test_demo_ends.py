"""SIGTERM to the demo ends every program that it started, whenever it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WITHIN_S = 60.0


def children_of(marker: str) -> list[str]:
    """The command lines of living programs that name this folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if marker in line and str(os.getpid()) != folder.name:
            found.append(line)
    return found


def wait_for(condition: object, process: subprocess.Popen[str]) -> None:
    give_up_at = time.monotonic() + 180
    while time.monotonic() < give_up_at:
        if condition():  # type: ignore[operator]  # a function without arguments
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("the demo did not come so far")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    "moment",
    ["the simulator starts", "a command runs", pytest.param("the portal is served", marks=pytest.mark.long)],
)
def test_sigterm_ends_the_programs_of_the_demo(tmp_path: Path, moment: str) -> None:
    folder = tmp_path / "kept"
    process = subprocess.Popen(
        [sys.executable, "-m", "portsip_m365_plugin", "demo", "--users", "40", "--keep", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    marks = {
        "the simulator starts": "portsip_m365_plugin.simulator",
        "a command runs": "--json tenant add",
        "the portal is served": "serve",
    }
    wait_for(lambda: any(marks[moment] in line for line in children_of(str(folder))), process)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, output
    assert "Ended." in output
    assert children_of(str(folder)) == []
