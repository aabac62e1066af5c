"""`docs/hooks.md` is up to date, and every hook is tested and described by name."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pbx_plugin_api
from pbx_plugin_api import hookspec
from pbx_plugin_api.markers import PROJECT_NAME
from pbx_plugin_api.reference import main, write_reference

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "hooks.md"


def live_hooks() -> list[str]:
    """The hooks that pluggy registers, independent of `__all__`."""
    return [name for name in dir(hookspec) if hasattr(getattr(hookspec, name), f"{PROJECT_NAME}_spec")]


def test_the_five_hooks_are_the_public_names_of_the_spec() -> None:
    assert live_hooks() == sorted(hookspec.__all__)
    assert len(live_hooks()) == 5


@pytest.mark.parametrize("hook", live_hooks())
def test_every_hook_has_tests_named_after_it(hook: str) -> None:
    assert any(name.startswith(f"test_hook_{hook}") for name in _test_names()), f"no test_hook_{hook}_* in tests/"


@pytest.mark.parametrize("hook", live_hooks())
def test_every_hook_is_described_with_its_exact_arguments(hook: str) -> None:
    text = REFERENCE.read_text("utf-8")
    [entry] = re.findall(rf"^### {hook}\n\n```python\n(.*?)\n```", text, flags=re.MULTILINE)
    parameters = inspect.signature(getattr(hookspec, hook)).parameters
    assert entry.startswith(f"{hook}({', '.join(f'{p.name}: {p.annotation}' for p in parameters.values())}) -> ")
    assert list(parameters)[:2] == ["host", "tenant"]
    for said in ("When", "How often", "Answers", "May block", "May raise", "Idempotency", "Since"):
        assert f"**{said}:** " in text.split(f"### {hook}\n")[1].split("\n### ")[0], said


def test_every_value_object_and_its_fields_are_described() -> None:
    text = REFERENCE.read_text("utf-8")
    described = re.findall(r"^#### (\w+)$", text, flags=re.MULTILINE)
    for name in pbx_plugin_api.__all__:
        item = getattr(pbx_plugin_api, name)
        if isinstance(item, type) and dataclasses.is_dataclass(item):
            assert name in described
            entry = re.split(rf"^#### {name}$", text, flags=re.MULTILINE)[1].split("\n#### ")[0]
            for field in dataclasses.fields(item):
                assert f"| `{field.name}` | " in entry, f"{name}.{field.name}"


def test_the_committed_reference_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["--check"]) == 0, "run: python -m pbx_plugin_api.reference"


def test_a_stale_reference_is_reported_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hooks.md"
    assert main(["--check", "--out", str(path)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line == f"{path} is out of date; run: python -m pbx_plugin_api.reference"
    assert main(["--out", str(path)]) == 0
    assert path.read_text("utf-8") == write_reference()
    assert main(["--check", "--out", str(path)]) == 0
    path.write_text(write_reference() + "x", "utf-8")
    assert main(["--check", "--out", str(path)]) == 1


def _test_names() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node.name
