"""A host in which the sample plugin is set up, for the conformance suite."""

from __future__ import annotations

from pbx_plugin_api.testing import FakeHost


def make_host() -> FakeHost:
    host = FakeHost()
    host.settings.write({"greeting": "Good day"}, expected_version=0)
    host.secrets.put("token", b"not-for-anybodys-eyes")
    return host
