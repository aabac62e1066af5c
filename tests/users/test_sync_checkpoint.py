"""When everybody is listed, and which link stays in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.checkpoint import (
    RETRY_MAX_PEOPLE,
    Basis,
    Checkpoint,
    bound_retry,
    load_checkpoint,
    save_checkpoint,
    why_full,
)

NOW = datetime(2026, 11, 24, 3, tzinfo=timezone.utc)
RULES = MappingRules(entra_tenant_id="tenant", country="DE")


def basis(**changes: str) -> Basis:
    today = Basis(
        directory="https://graph.example/v1.0 tenant",
        select_hash="select",
        scope_hash="everybody",
        mapping_fingerprint=RULES.fingerprint,
    )
    return replace(today, **changes)


def checkpoint(**changes: Any) -> Checkpoint:
    made = Checkpoint(
        delta_link="https://graph.example/v1.0/users/delta?$deltatoken=x",
        delta_link_at_utc=NOW - timedelta(days=1),
        directory="https://graph.example/v1.0 tenant",
        select_hash="select",
        scope_hash="everybody",
        mapping_fingerprint=RULES.fingerprint,
        last_full_at_utc=NOW - timedelta(days=1),
        fulls_since_fresh_link=2,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "named", "why"),
    [
        ({}, {}, ""),
        ({"fulls_since_fresh_link": 1}, {}, "the run after the first"),
        ({"last_full_at_utc": NOW - timedelta(days=7)}, {}, "weekly"),
        ({"last_full_at_utc": NOW - timedelta(days=6.9)}, {}, ""),
        ({"retry_by_full": True}, {}, "left over"),
        ({"mapping_fingerprint": "another"}, {}, "mapping"),
        ({}, {"select_hash": "another"}, "properties"),
        ({}, {"scope_hash": "a group"}, "scope"),
        ({}, {"directory": "https://china.example/v1.0 tenant"}, "directory"),
    ],
)
def test_why_full(changes: dict[str, Any], named: dict[str, str], why: str) -> None:
    found = why_full(checkpoint(**changes), basis(**named), NOW)
    assert why in found
    assert bool(found) is bool(why)


def test_the_first_run_is_full() -> None:
    assert why_full(None, basis(), NOW) == "first run"


@pytest.mark.parametrize(
    ("changes", "named", "good"),
    [
        ({}, {}, True),
        ({"mapping_fingerprint": "another"}, {}, True),
        ({}, {"scope_hash": "a group"}, True),
        ({"delta_link_at_utc": NOW - timedelta(days=6)}, {}, False),
        ({}, {"select_hash": "another"}, False),
        ({}, {"directory": "https://china.example/v1.0 tenant"}, False),
        ({"directory": "https://graph.example/v1.0 another"}, {}, False),
    ],
)
def test_which_link_stays_in_use(changes: dict[str, Any], named: dict[str, str], good: bool) -> None:
    assert checkpoint(**changes).link_still_good(basis(**named), NOW) is good


def test_stored_and_read_again() -> None:
    host = FakeHost()
    assert load_checkpoint(host) is None
    save_checkpoint(host, checkpoint(retry_ids=("a", "b")))
    assert load_checkpoint(host) == checkpoint(retry_ids=("a", "b"))


@pytest.mark.parametrize("value", ["text", {"schema_version": 99}, {"schema_version": 1, "delta_link": 5}, None])
def test_what_is_not_understood_costs_a_full_listing(value: Any) -> None:
    host = FakeHost()
    host.state.put("users.checkpoint", value)
    assert load_checkpoint(host) is None


def test_few_are_read_by_id_and_many_by_a_listing() -> None:
    assert bound_retry(["a", "b", "a"]) == (("a", "b"), False)
    many = [str(n) for n in range(RETRY_MAX_PEOPLE + 1)]
    assert bound_retry(many[:-1]) == (tuple(many[:-1]), False)
    assert bound_retry(many) == ((), True)
