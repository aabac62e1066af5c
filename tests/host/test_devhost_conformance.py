"""The reference host passes the suite that every host has to pass, on each of its databases."""

from __future__ import annotations

import pytest

from pbx_plugin_api.testing.host_conformance import HostConformance, PbxUnderTest
from tests.support.devhost_pbx import DevPbx


class TestReferenceHost(HostConformance):
    @pytest.fixture
    def pbx(self, any_pbx: DevPbx) -> PbxUnderTest:
        return any_pbx
