"""For the tests of plugins and of hosts: a complete host in memory, and two conformance suites to inherit.

The suites are `pbx_plugin_api.testing.plugin_conformance` and `pbx_plugin_api.testing.host_conformance`. They need
pytest to run, but do not import it.
"""

from __future__ import annotations

from pbx_plugin_api.notices import Notice
from pbx_plugin_api.testing.clock import FakeClock
from pbx_plugin_api.testing.fake_host import FakeHost, FakePbx
from pbx_plugin_api.testing.run import AuditLine

__all__ = ["AuditLine", "FakeClock", "FakeHost", "FakePbx", "Notice"]
