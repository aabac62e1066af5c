"""Fixtures for all tests: `lab`, a small simulator, and `make_lab`, one of any size."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from portsip_m365_plugin.simulator import Simulator
from tests.languages.catalogues import compile_all
from tests.support.lab import Lab, forget_microsoft
from tests.support.text_watch import watch

MakeLab = Callable[..., Lab]

# A busy machine is slow, not wrong: no example fails for the time it takes.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Compile the catalogues that changed since this checkout was installed; speak English, whoever runs the tests."""
    compile_all()
    os.environ["LC_ALL"] = "C.UTF-8"


def pytest_runtest_setup() -> None:
    """Let no test reach anything but this machine, such as Microsoft's own servers where there is a network."""
    socket_allow_hosts(["127.0.0.1", "127.0.0.11", "127.0.0.12", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def texts_stay_texts() -> Iterator[None]:
    """What the plugin says to people can be read in every language, in each scene that any test knows."""
    with watch() as faults:
        yield
    assert faults == []


@pytest.fixture
def make_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeLab]:
    """`make_lab(users=60, seed=1, clouds=("GLOBAL",), …)`: a running lab; the plugin finds the last one."""
    with ExitStack() as stack:

        def make(users: int = 60, seed: int = 1, clouds: tuple[str, ...] = ("GLOBAL",), **options: Any) -> Lab:
            forget_microsoft()
            sim = stack.enter_context(Simulator(users=users, seed=seed, clouds=clouds, **options))
            path = tmp_path / f"clouds-{sim.origin(clouds[0]).rpartition(':')[2]}.json"
            sim.write_clouds_file(path)
            monkeypatch.setenv("PORTSIP_M365_CLOUDS", str(path))
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sim.ca_path))
            return Lab(sim, path)

        yield make
        forget_microsoft()


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    """60 people in GLOBAL, every special kind among them; about 10 ms."""
    return make_lab()
