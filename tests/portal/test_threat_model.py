"""The threat model lists all attack tests, and only tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "threat-model.md"
ROOMS = (
    "tests/portal",
    "tests/page",
    "tests/entra/test_signin.py",
    "tests/entra/test_signin_flow.py",
    "tests/entra/test_idtoken.py",
    "tests/entra/test_jwks.py",
)


def listed() -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py::test_attack_\w+)`", DOCUMENT.read_text("utf-8"))


def attacks_in(path: Path) -> set[str]:
    names = (node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef))
    return {f"{path.relative_to(ROOT)}::{name}" for name in names if name.startswith("test_attack_")}


def test_document_and_tests_agree() -> None:
    names = listed()
    files = {ROOT / name.partition("::")[0] for name in names}
    for room in ROOMS:
        files |= set((ROOT / room).glob("test_*.py")) if (ROOT / room).is_dir() else {ROOT / room}
    there_are = set().union(*map(attacks_in, files))
    assert set(names) == there_are, "docs/threat-model.md: list these, or take them out"
    assert len(names) == len(set(names)), "one is listed twice"


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT.read_text("utf-8"))
    assert len(named) > 100
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), f"{path}::{name}"


def test_at_least_forty() -> None:
    assert len(listed()) >= 40
