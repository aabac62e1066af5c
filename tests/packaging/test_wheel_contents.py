"""The check of `.ci/wheels` finds what does not belong into a wheel, and what is missing from it."""

from __future__ import annotations

import runpy
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
checks = runpy.run_path(str(ROOT / ".ci" / "wheel_contents.py"))

SOUND = {
    "pkg/__init__.py": "",
    "pkg/page.html": "<p>",
    "pkg-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: pkg\nVersion: 1.0\n",
    "pkg-1.0.dist-info/licenses/LICENSE": "MIT",
    "pkg-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, text in {"pkg/__init__.py": "", "pkg/page.html": "<p>", "LICENSE": "MIT", "VERSION": "1.0\n"}.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "source"


def find_faults(source: Path, files: Mapping[str, str]) -> list[str]:
    wheel = source.parent / "pkg-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return [fault.removeprefix(f"{wheel.name} ") for fault in checks["check_wheel"](wheel, source, ["pkg"])]


def test_a_sound_wheel_passes(source: Path) -> None:
    assert find_faults(source, SOUND) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tests/test_pkg.py": ""}, "should not hold tests/test_pkg.py"),
        ({"pkg/page.html": None}, "lacks pkg/page.html"),
        ({"pkg-1.0.dist-info/licenses/LICENSE": None}, "does not hold its LICENSE once"),
        ({"pkg-1.0.dist-info/licenses/LICENSE": "GPL"}, "does not hold its LICENSE once"),
        ({"pkg-1.0.dist-info/METADATA": "Name: pkg\nVersion: 0.9\n"}, "is not of version 1.0"),
    ],
)
def test_a_fault_is_named(source: Path, change: Mapping[str, str | None], fault: str) -> None:
    files = {name: text for name, text in {**SOUND, **change}.items() if text is not None}
    assert find_faults(source, files) == [fault]


def test_a_source_distribution_holds_no_tests(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_pkg.py").write_text("")
    path = tmp_path / "pkg-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(tmp_path / "tests", "pkg-1.0/tests")
    assert list(checks["check_source"](path)) == [
        "pkg-1.0.tar.gz should not hold tests/",
        "pkg-1.0.tar.gz lacks LICENSE",
    ]
