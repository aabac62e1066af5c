"""Databases for the tests of the reference host: SQLite always, PostgreSQL if it is installed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from tests.support import devhost_rogue as rogue
from tests.support.devhost_cli import Cli
from tests.support.devhost_pbx import DevPbx
from tests.support.postgres import Cluster, empty, run_cluster
from tests.support.rogue_world import RogueWorld


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with run_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_url(cluster: Cluster) -> Iterator[str]:
    """One database for all tests of a process: creating one takes longer than most tests."""
    with cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/pbx.db"
        return
    url = request.getfixturevalue("postgres_url")
    empty(url)
    yield url


@pytest.fixture
def make_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """`make_url(kind)`: the address of a new database without tables."""
    with ExitStack() as stack:

        def make(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path}/pbx.db"
            cluster: Cluster = request.getfixturevalue("cluster")
            return stack.enter_context(cluster.database())

        yield make


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/pbx.db"


@pytest.fixture
def any_pbx(any_url: str) -> Iterator[DevPbx]:
    """A reference host on each kind of database in turn."""
    with ExitStack() as stack:
        yield DevPbx(any_url, stack)


@pytest.fixture
def dev(sqlite_url: str) -> Iterator[DevPbx]:
    """A reference host on SQLite."""
    with ExitStack() as stack:
        yield DevPbx(sqlite_url, stack)


@pytest.fixture
def cli(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    rogue.install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(bytes(range(32))).decode())
    rogue.forget()
    made = Cli(sqlite_url)
    made.ok("tenant", "add", "Contoso")
    made.ok("plugins", "disable", "m365")
    yield made
    rogue.RELEASE.set()


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RogueWorld]:
    """A PBX with the rogue plugin installed and one tenant."""
    rogue.install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PBX_DEVHOST_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    rogue.forget()
    made = RogueWorld(sqlite_url)
    yield made
    rogue.RELEASE.set()
    made.pbx.close()
