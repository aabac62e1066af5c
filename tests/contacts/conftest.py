"""Address books of one tenant: `lab` in both clouds, `globe` in the global one."""

from __future__ import annotations

import pytest

from tests.support.contact_lab import ContactLab


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    return ContactLab(cloud=request.param)


@pytest.fixture
def globe() -> ContactLab:
    return ContactLab()
