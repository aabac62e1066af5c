"""The third-party provider as a process of its own; skipped where Node.js or its packages are absent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent


def need_peer() -> str:
    """Return the path of node, or skip: CI installs the peer (`npm ci` in this folder) and demands it."""
    node = shutil.which("node")
    missing = "Node.js" if node is None else "" if (_HERE / "node_modules/oidc-provider").is_dir() else "oidc-provider"
    if node is None or missing:
        reason = f"{missing} is not installed (npm ci in {_HERE})"
        if os.environ.get("PBX_REQUIRE_OIDC_PEER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return node


@contextmanager
def run_peer(**setup: Any) -> Iterator[str]:
    """Run the provider; yields its issuer."""
    process = subprocess.Popen(
        [need_peer(), str(_HERE / "peer.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(setup) + "\n")
            process.stdin.flush()
            yield json.loads(process.stdout.readline())["issuer"]
        finally:
            process.kill()
