"""What the docs name is there: files, folders and links; and every room of the code is named in docs/design.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "hooks" / "README.md",
        ROOT / "docs" / "design.md",
        ROOT / "docs" / "simulator.md",
        *(ROOT / "docs" / "decisions").glob("*.md"),
    ]
)
PACKAGES = ("hooks/pbx_devhost", "portsip_m365_plugin")
CHANGES = {
    "map `officeLocation`",
    "a new cloud",
    "a photo size",
    "a reason for leaving people out",
    "an AADSTS code",
    "mail pacing",
    "a sixth hook",
    "a settings tab",
    "run retention",
    "a group filter",
    "a chart on the run page",
    "a username rule",
    "a metric",
    "a second ID-token issuer",
    "a store back end",
    "a simulator refusal",
    "a translated text",
}
"""Changes for which a newcomer must find the room; both tables may have more rows."""
MOST_LINES = 400
TOP = ("portsip_m365_plugin/", "hooks/", "tests/", "docs/", "bench/", ".ci/", "cassettes/")


def read_paths(page: Path) -> Iterator[str]:
    """Yield what a page names in backticks and that begins as a path of the checkout does."""
    for name in re.findall(r"`([^`\s]+)`", page.read_text("utf-8")):
        if name.startswith(TOP):
            yield name.partition(":")[0]


def read_changes(page: Path) -> dict[str, str]:
    """Return the first two columns of a page's table of changes: the change, and the one path in which it begins."""
    table = page.read_text("utf-8").partition("| change |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", table, re.MULTILINE))


def find_rooms(package: str) -> Iterator[str]:
    for path in sorted((ROOT / package).iterdir()):
        if path.name.startswith("_") or not (path.suffix == ".py" or (path / "__init__.py").exists()):
            continue
        yield f"{package}/{path.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_in_the_docs_exists(page: Path) -> None:
    missing = [name for name in read_paths(page) if not (ROOT / name).exists()]
    assert missing == [], f"{page.name} names what is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_in_the_docs_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_design_page_names_every_room(package: str) -> None:
    named = set(read_paths(ROOT / "docs" / "design.md"))
    assert [room for room in find_rooms(package) if room not in named] == []


def test_both_pages_say_where_a_change_begins() -> None:
    design = read_changes(ROOT / "docs" / "design.md")
    assert set(design) >= CHANGES
    assert [room for room in design.values() if not (ROOT / room).exists()] == []
    assert read_changes(ROOT / "CONTRIBUTING.md") == design


@pytest.mark.parametrize("package", [*PACKAGES, "hooks/pbx_plugin_api", "hooks/examples"])
def test_no_file_is_too_long_to_do_one_thing(package: str) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert [str(path) for path, lines in lengths.items() if lines > MOST_LINES] == []
