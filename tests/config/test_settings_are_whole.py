"""A setting is added in `config/` and on the page, and known nowhere else."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

import portsip_m365_plugin
from pbx_plugin_api import FieldKind, Scope
from portsip_m365_plugin.config.fields import FIND_CLOUD, Choice
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.schema import SETTINGS
from tests.support.pbx_hand import Hand

PLUGIN = Path(portsip_m365_plugin.__file__).parent
OWNERS = ("config/", "simulator/")
"""The simulator is an island; its own words may be the same."""
TYPED_BY_HAND = ("page/", "demo/")
"""The page names a setting to draw it; the demo types settings on a command line, as an administrator would."""
LOOKS = {"get", "pop", "setdefault", "__getitem__"}


def places() -> list[tuple[str, str]]:
    subjects = [subject.name for subject in fields(Config) if subject.name not in ("unreadable", "saved")]
    config = Config()
    return [(subject, attribute.name) for subject in subjects for attribute in fields(getattr(config, subject))]


def test_every_setting_fills_one_place_and_every_place_has_its_setting() -> None:
    filled = Counter(setting.place for setting in SETTINGS.values())
    assert sorted(filled) == sorted(places())
    assert set(filled.values()) == {1}


def test_every_setting_is_drawn_once_in_the_order_of_the_schema() -> None:
    hand = Hand()
    drawn = [field for tab in hand.page().tabs for field in tab.fields]
    assert [field.name for field in drawn] == [key for key in SETTINGS if key != "mail_for_tenants"]
    hand.tenant = replace(hand.tenant, scope=Scope.SYSTEM)
    assert "mail_for_tenants" in [field.name for field in hand.tab("mail").fields]
    for field in drawn:
        # Before a directory is known, its region is to be found.
        assert field.value == (FIND_CLOUD if field.name == "national_cloud" else Config().shown(field.name))
        setting = SETTINGS[field.name]
        if isinstance(setting, Choice):
            assert field.kind is FieldKind.CHOICE
            assert {choice.value for choice in field.choices} == {word.value for word in setting.words}


def sources() -> list[Path]:
    return sorted(path for path in PLUGIN.rglob("*.py") if not _is_in(path, OWNERS))


def _is_in(path: Path, folders: tuple[str, ...]) -> bool:
    return str(path.relative_to(PLUGIN)).startswith(folders)


def lookups(tree: ast.AST) -> Iterator[str]:
    """Yield constants by which something is looked up."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=ast.Constant(value)):
                yield str(value)
            case ast.Call(func=ast.Attribute(attr=called), args=[ast.Constant(value), *_]) if called in LOOKS:
                yield str(value)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PLUGIN)))
def test_nobody_but_config_reads_a_setting_by_its_key(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert set(lookups(tree)) & set(SETTINGS) == set()
    if not _is_in(path, TYPED_BY_HAND):
        named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert named & set(SETTINGS) == set(), "a setting's key is known only to config/ and to the tab that draws it"


def test_stored_settings_are_read_in_config_and_where_they_are_written() -> None:
    readers = {
        str(path.relative_to(PLUGIN))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith(".settings.read")
    }
    assert readers == {"disconnect.py", "page/page.py"}
