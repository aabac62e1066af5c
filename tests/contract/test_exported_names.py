"""A plugin imports from `pbx_plugin_api` only: every name that it needs is there."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest

import pbx_plugin_api
from pbx_plugin_api import (
    contacts,
    counts,
    errors,
    host,
    login,
    notifications,
    page_parts,
    plans,
    provisioning,
    settings_page,
    steps,
    storage,
    tenants,
    tick,
    user_changes,
    users,
)

MODULES = (
    contacts,
    counts,
    errors,
    host,
    login,
    notifications,
    page_parts,
    plans,
    provisioning,
    settings_page,
    steps,
    storage,
    tenants,
    tick,
    user_changes,
    users,
)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_of_a_subject_is_exported(module: types.ModuleType) -> None:
    assert set(module.__all__) <= set(pbx_plugin_api.__all__)
    for name in module.__all__:
        assert getattr(pbx_plugin_api, name) is getattr(module, name)


def test_the_exported_names_exist_and_stand_in_order() -> None:
    names = pbx_plugin_api.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(pbx_plugin_api, name) for name in names)


def test_the_contract_and_its_suites_import_neither_pytest_nor_anything_else() -> None:
    """They import the standard library and pluggy only. A fresh process imports all of it."""
    script = """
import sys
before = set(sys.modules)
import pbx_plugin_api.hosting.manager, pbx_plugin_api.reference
import pbx_plugin_api.testing.host_conformance, pbx_plugin_api.testing.plugin_conformance
new = {name for name in set(sys.modules) - before if not name.startswith("_sysconfigdata")}
roots = {name.partition(".")[0] for name in new}
print(sorted(roots - set(sys.stdlib_module_names) - {"pbx_plugin_api", "pluggy", "_pluggy"}))
"""
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
