"""The dashboard and the alert rules: every metric that they name exists, and promtool accepts them where it is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pbx_devhost.metrics.serving import Metrics
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_devhost.store.stores import Stores, open_stores
from tests.support.devhost_pbx import KEY

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "pbx.json"
WORDS = re.compile(r"\b((?:pbx|process)_[a-z_]+)\b")


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    stores = open_stores(f"sqlite:///{tmp_path}/pbx.db", key=KEY)
    yield stores
    stores.database.close()


@pytest.fixture
def known(stores: Stores) -> set[str]:
    """Every name under which a monitor finds a number, also those that have none yet."""
    families = list(text_string_to_metric_families(Metrics(stores).write().decode()))
    names = {"pbx_credential_days"}  # there only if some credential ends; its own test is in test_metrics.py
    for family in families:
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        names |= {family.name + end for end in ends}
    return names


def expressions() -> dict[str, str]:
    """Return each expression by where it stands."""
    found = {}
    for block in re.split(r"^ +- alert: ", RULES.read_text(), flags=re.MULTILINE)[1:]:
        name = block.split("\n", 1)[0]
        found[f"alert {name}"] = re.split(r"^ +(?:for|labels):", block.split("expr:", 1)[1], flags=re.MULTILINE)[0]
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    for panel in panels:
        for target in panel["targets"]:
            found[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    return found


def test_every_metric_that_is_named_exists(known: set[str]) -> None:
    named = expressions()
    assert len(named) > 30
    for place, expression in named.items():
        words = {word for word in WORDS.findall(expression) if not word.startswith("pbx_devhost")}
        assert words or "up{" in expression, place
        assert words <= known, f"{place} names {sorted(words - known)}"


def test_every_metric_of_ours_is_on_the_dashboard_or_in_a_rule(known: set[str]) -> None:
    named = {word for expression in expressions().values() for word in WORDS.findall(expression)}
    ours = {name for name in known if name.startswith("pbx_") and not name.endswith(("_count", "_sum", "_created"))}
    not_shown = {"pbx_tenants", "pbx_credentials", "pbx_service_waits_total"}
    assert ours - named == not_shown


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)


@pytest.mark.parametrize(
    "command",
    [("check", "rules", "alerts.yml"), ("test", "rules", "alerts-test.yml"), ("check", "config", "prometheus.yml")],
)
def test_promtool_accepts_the_files(command: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool on this machine (apt-get install prometheus)")
    ran = subprocess.run(
        [promtool, *command], cwd=RULES.parent, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
