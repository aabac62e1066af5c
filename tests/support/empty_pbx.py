"""An empty PBX, made and served by the commands that the README prints."""

from __future__ import annotations

import os
import runpy
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portsip_m365_plugin.demo.processes import Child

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"


@contextmanager
def serving_empty_pbx(folder: Path, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Run the block `empty` of the README: all lines but the last one, then the last one in the background.

    Yields:
        The address of the portal. Only the port, the database and the password differ from what is printed.
    """
    read_block = runpy.run_path(str(ROOT / ".ci" / "readme_block.py"))["read_block"]
    block: str = read_block("empty", (ROOT / "README.md").read_text(encoding="utf-8"))
    asked = "admin set-password Contoso"
    assert asked in block
    block = block.replace("localhost:8887", f"localhost:{port}")
    block = block.replace(asked, f"{asked} --password {shlex.quote(PASSWORD)}")
    *before, serve = block.splitlines()
    more = {**environment, "PBX_DEVHOST_DB": f"sqlite:///{folder}/pbx.db"}
    run(*before, environment=more)
    with Child([str(ROOT / serve.split()[0]), *serve.split()[1:], "--port", str(port)], more) as portal:
        portal.first_line()
        yield f"http://localhost:{port}"


def run(*commands: str, environment: Mapping[str, str]) -> None:
    """Run commands in a shell, in the checkout."""
    done = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(commands)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
