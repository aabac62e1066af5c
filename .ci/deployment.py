"""The libraries of the reference deployment: what is wanted, whether the lock has it, and what an audit found.

python .ci/deployment.py wanted          print what both distributions ask for, without each other
python .ci/deployment.py check           does deploy/requirements.txt satisfy that, each with hashes?
python .ci/deployment.py judge REPORT    say what a JSON report of pip-audit means; exit code 1: something is wrong
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "requirements.txt"
EXCEPTIONS = ROOT / ".ci" / "audit-exceptions.txt"
# A worker and a portal on PostgreSQL, with the plugin and its command line. Not the demo and the tests.
DEPLOYED = {"pbx-plugin-api": ("devhost", "postgres"), "portsip-m365-plugin": ("cli",)}


def find_wanted() -> list[Requirement]:
    """Return what the deployed distributions ask for."""
    found = []
    for name, extras in DEPLOYED.items():
        for text in requires(name) or ():
            wanted = Requirement(text)
            markers = [{"extra": extra} for extra in ("", *extras)]
            is_ours = canonicalize_name(wanted.name) in DEPLOYED
            if not is_ours and (wanted.marker is None or any(wanted.marker.evaluate(each) for each in markers)):
                wanted.marker = None
                found.append(wanted)
    return sorted(found, key=str)


def read_lock() -> dict[str, tuple[str, int]]:
    """Return version and number of hashes of each locked library."""
    found = {}
    for block in re.split(r"\n(?=\S)", LOCK.read_text("utf-8")):
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ \\\n;]+)", block)
        if match:
            found[str(canonicalize_name(match[1]))] = match[2], block.count("--hash=sha256:")
    return found


def find_gaps() -> Iterator[str]:
    """Yield what is wrong with the lock, as sentences."""
    locked = read_lock()
    for wanted in find_wanted():
        version, _ = locked.get(canonicalize_name(wanted.name), ("", 0))
        if not version:
            yield f"{wanted.name} is wanted and not locked"
        elif not wanted.specifier.contains(version):
            yield f"{wanted} is wanted, and {version} is locked"
    for name, (version, n_hashes) in locked.items():
        if not n_hashes:
            yield f"{name} {version} has no hash"
    text = LOCK.read_text("utf-8")
    for word in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
        if word in text:
            yield f"{word} names a place; the lock must hold for every registry"


def read_exceptions(text: str) -> dict[str, tuple[date, str]]:
    """Return until when each advisory is accepted, and why. A line: `ID UNTIL REASON…`."""
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            advisory, until, why = line.split(maxsplit=2)
            found[advisory] = date.fromisoformat(until), why
    return found


def judge(report: dict[str, Any], exceptions: dict[str, tuple[date, str]], today: date) -> tuple[list[str], int, int]:
    """Return what is wrong as sentences, how many libraries were audited, and how many could not be."""
    wrong, audited, skipped, met = [], 0, 0, set()
    for library in report["dependencies"]:
        if "skip_reason" in library:
            skipped += 1
            continue
        audited += 1
        for advisory in library["vulns"]:
            names = {advisory["id"], *advisory.get("aliases", ())}
            known = next((name for name in names if name in exceptions), None)
            if known is not None:
                met.add(known)
                if exceptions[known][0] >= today:
                    continue
            fixed = ", ".join(advisory.get("fix_versions", ())) or "no version yet"
            over = " (its exception is over)" if known else ""
            wrong.append(f"{library['name']} {library['version']}: {advisory['id']}{over}; fixed in {fixed}")
    if audited and not skipped:
        wrong += [f"the exception {name} is for nothing that is there" for name in sorted(set(exceptions) - met)]
    return wrong, audited, skipped


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for. Return the exit code."""
    if arguments == ["wanted"]:
        print("\n".join(map(str, find_wanted())))
        return 0
    if arguments == ["check"]:
        wrong = list(find_gaps())
        for sentence in wrong:
            print(f"deploy/requirements.txt: {sentence}; run: bash .ci/lock", file=sys.stderr)
        return 1 if wrong else 0
    if len(arguments) == 2 and arguments[0] == "judge":
        report = Path(arguments[1])
        shape = (
            json.loads(report.read_text("utf-8")) if report.exists() and report.stat().st_size else {"dependencies": []}
        )
        wrong, audited, _ = judge(shape, read_exceptions(EXCEPTIONS.read_text("utf-8")), date.today())  # noqa: DTZ011
        for sentence in wrong:
            print(f"audit: {sentence}", file=sys.stderr)
        n_locked = len(read_lock())
        if audited < n_locked:
            # pip-audit itself says "no known vulnerabilities" then, although it has asked nobody.
            missed = f"{n_locked - audited} of {n_locked} libraries"
            print(f"audit: NOT AUDITED: {missed}; the advisory service was not reached.")
            return 1 if wrong or os.environ.get("PBX_REQUIRE_AUDIT") else 0
        print(f"audit: {audited} libraries, {len(wrong)} advisories without an exception.")
        return 1 if wrong else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
