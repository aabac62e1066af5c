"""Databases for the tests of histories: the same as for the reference host."""

from __future__ import annotations

from tests.host.conftest import any_pbx, any_url, cluster, make_url, postgres_url

__all__ = ["any_pbx", "any_url", "cluster", "make_url", "postgres_url"]
