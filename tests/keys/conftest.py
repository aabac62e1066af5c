"""A connected PBX for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.key_lab import KeyLab, open_key_lab
from tests.support.lab import Lab


@pytest.fixture
def keys(make_lab: Callable[..., Lab]) -> Iterator[KeyLab]:
    """It syncs by hand only, and does not renew its certificate."""
    with open_key_lab(make_lab(users=12)) as keys:
        yield keys
