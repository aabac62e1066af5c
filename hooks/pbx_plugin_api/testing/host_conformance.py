"""What every host has to keep, as tests to inherit. `FakeHost` passes them, and so does the reference host.

Give a fixture named `pbx` that returns a `PbxUnderTest`, new and empty for each test, and inherit:

    from pbx_plugin_api.testing.host_conformance import HostConformance, PbxUnderTest

    class TestMyHost(HostConformance):
        @pytest.fixture
        def pbx(self, tmp_path) -> Iterator[PbxUnderTest]:
            yield MyPbx(tmp_path)

`PbxUnderTest` (module `controls`) is a host in a run, a second plugin's and a second tenant's host, and the levers that
only the PBX has: its clock, its administrators, its people. The hosts are handed over unguarded: the rule "one call,
one thread" is `guard_host`'s, written once. Times may be a few seconds off, so a real clock with an offset will do.

A subclass may add tests. Replacing a standard test raises `TypeError` when the class is made.
"""

from __future__ import annotations

from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.host_contacts import ContactRules
from pbx_plugin_api.testing.host_isolation import IsolationRules, LeaseRules
from pbx_plugin_api.testing.host_links import DivergenceRules, LinkRules, NumberRules
from pbx_plugin_api.testing.host_storage import BlobRules, BudgetRules, SmallRules, StorageRules
from pbx_plugin_api.testing.host_users import UserRules

__all__ = ["HostConformance", "PbxUnderTest"]


class HostConformance(
    UserRules,
    NumberRules,
    LinkRules,
    DivergenceRules,
    ContactRules,
    StorageRules,
    BlobRules,
    BudgetRules,
    SmallRules,
    IsolationRules,
    LeaseRules,
    is_standard=True,
):
    """All standard tests of a host."""
