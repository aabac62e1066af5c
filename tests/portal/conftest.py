"""Fixtures of the portal's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx_devhost.store.signin import passwords
from pbx_plugin_api import CreateUser
from tests.support.portal_plugin import Script, draft
from tests.support.portal_world import World, worlds_of


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is expensive on purpose, and these tests do it some hundred times."""
    monkeypatch.setitem(passwords._COST, "n", 16)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A PBX with the plugins that are installed."""
    yield from worlds_of(tmp_path)


@pytest.fixture
def script(world: World) -> Script:
    """The scripted plugin in `world`, with three linked users (persons 1 to 3)."""
    script = Script()
    script.install(world)
    world.apply(*(CreateUser(draft=draft(n)) for n in (1, 2, 3)))
    return script
