"""The rules of the contract for hosts, as tests to inherit. `FakeHost` passes them, and so does the reference host.

Write a fixture `pbx` that yields a new, empty `PbxUnderTest` for each test, and inherit:

    from pbx_plugin_api.testing.host_conformance import HostConformance, PbxUnderTest

    class TestMyHost(HostConformance):
        @pytest.fixture
        def pbx(self, tmp_path) -> Iterator[PbxUnderTest]:
            yield MyPbx(tmp_path)

`PbxUnderTest` (module `controls`) has a host in a run, one of a second plugin, one of a second tenant, and methods
that change the PBX: its clock, its users, its contacts. The hosts need no guard: `guard_host` adds the rule "one call,
one thread" to any host. Times may be a few seconds off, so a real clock with an offset is enough.

A subclass may add tests. Replacing a standard test raises `TypeError` when the class is made.
"""

from __future__ import annotations

from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.host_contacts import ContactRules
from pbx_plugin_api.testing.host_isolation import IsolationRules, LeaseRules
from pbx_plugin_api.testing.host_links import DivergenceRules, LinkRules, NumberRules
from pbx_plugin_api.testing.host_notices import NoticeRules
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
    NoticeRules,
    IsolationRules,
    LeaseRules,
    is_standard=True,
):
    """All standard tests of a host."""
