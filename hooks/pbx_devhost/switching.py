"""Switching plugins on and off: what will happen, what is in force now, and the line in the audit log."""

from __future__ import annotations

from pbx_devhost.core import Pbx
from pbx_devhost.texts import _, _n
from pbx_plugin_api import Confirmation, Tenant
from pbx_plugin_api.hosting.discovery import PluginStatus
from pbx_plugin_api.hosting.manager import PluginState
from pbx_plugin_api.hosting.registry import refuse_name


def ask_switch_off(pbx: Pbx, plugin: str, tenant: Tenant | None) -> Confirmation:
    """Return what switching a plugin off would do, for a tenant or for the whole PBX (None).

    Raises:
        KeyError: There is no plugin of that name; the message lists those there are.
    """
    find_state(pbx, plugin, tenant)
    n_tenants = pbx.stores.tenants.count()
    n_sessions = pbx.stores.switches.count_sessions(plugin, tenant.pbx_tenant_id if tenant is not None else None)
    if tenant is not None:
        sentence = _("Switch {plugin} off for {tenant}.", plugin=plugin, tenant=tenant.name)
    else:
        sentence = _n(
            "Switch {plugin} off for the whole PBX: for its {n} tenant.",
            "Switch {plugin} off for the whole PBX: for all {n:,} tenants.",
            n_tenants,
            plugin=plugin,
        )
    signed_in = _("Nobody is signed in with it now.")
    if n_sessions:
        signed_in = _n(
            "{n} sign-in that was made with it ends at once.",
            "{n:,} sign-ins that were made with it end at once.",
            n_sessions,
        )
    return Confirmation(
        sentence=sentence,
        details=(
            signed_in,
            _(
                "Its runs, its sign-in and its mail stop. What it refuses now, such as passwords, is not refused any"
                " more."
            ),
            _("Its open notices are neither shown nor mailed while it is off."),
            _("Its settings and what it has synced stay. You can switch it on again."),
        ),
    )


def switch_plugin(
    pbx: Pbx, plugin: str, tenant: Tenant | None, enabled: bool, *, actor: str
) -> tuple[PluginState, str]:
    """Switch a plugin on or off, for a tenant or for the whole PBX (None). Idempotent.

    Returns:
        The plugin's state, and a sentence that says what is in force now and why.

    Raises:
        KeyError: There is no plugin of that name; the message lists those there are.
    """
    before = find_state(pbx, plugin, tenant)
    was_on = before.is_on if tenant is None else before.is_on_for_tenant
    state = pbx.plugins.set_enabled(plugin, enabled, tenant)
    changes = [("enabled", _word(was_on), _word(enabled))] if was_on is not enabled else []
    tenant_id = tenant.pbx_tenant_id if tenant is not None else None
    event = "plugin.enabled" if enabled else "plugin.disabled"
    pbx.stores.audit.record(tenant_id, actor, event, subject=plugin, changes=changes)
    return state, _describe(pbx, state, tenant, enabled)


def find_state(pbx: Pbx, plugin: str, tenant: Tenant | None) -> PluginState:
    """Return the state of a plugin, for a tenant or for the whole PBX.

    Raises:
        KeyError: There is no plugin of that name; the message lists those there are.
    """
    states = pbx.plugins.plugins(tenant)
    found = next((state for state in states if state.name == plugin), None)
    if found is None:
        raise KeyError(refuse_name(plugin, [state.name for state in states]))
    return found


def describe_force(state: PluginState, *, for_tenant: bool) -> str:
    """Return what is in force and why, as a sentence; of a plugin that failed, why it failed."""
    if state.status not in (PluginStatus.LOADED, "disabled"):
        return _("It cannot be used: {reason}.", reason=state.reason)
    if not state.is_on:
        return _("It is off: it is switched off for the whole PBX, and only a system administrator can switch it on.")
    if not state.is_on_for_tenant:
        return _("It is off: it is switched off for this tenant. For the PBX it is on.")
    if state.reason:
        return _("It is on: {reason}.", reason=state.reason)
    return _("It is on, for the whole PBX and for this tenant.") if for_tenant else _("It is on for the whole PBX.")


def _describe(pbx: Pbx, state: PluginState, tenant: Tenant | None, enabled: bool) -> str:
    name = state.name
    if tenant is None:
        return _describe_whole(pbx, state, enabled)
    if not enabled:
        return _("{plugin} is switched off for {tenant}.", plugin=name, tenant=tenant.name)
    if state.is_in_force:
        return _("{plugin} is switched on for {tenant}.", plugin=name, tenant=tenant.name)
    if not state.is_on:
        return _(
            "{plugin} is switched on for {tenant}, but it stays off: it is switched off for the whole PBX, and only a"
            " system administrator can switch it on.",
            plugin=name,
            tenant=tenant.name,
        )
    return _(
        "{plugin} is switched on for {tenant}, but it cannot be used: {reason}.",
        plugin=name,
        tenant=tenant.name,
        reason=state.reason,
    )


def _describe_whole(pbx: Pbx, state: PluginState, enabled: bool) -> str:
    name = state.name
    if not enabled:
        return _("{plugin} is switched off for the whole PBX, whatever its tenants have chosen.", plugin=name)
    if not state.is_in_force:
        return _(
            "{plugin} is switched on for the whole PBX, but it cannot be used: {reason}.",
            plugin=name,
            reason=state.reason,
        )
    n_off = len(pbx.stores.switches.off_for(name))
    if n_off:
        return _n(
            "{plugin} is switched on for the whole PBX. It stays off for {n} tenant, which has it switched off.",
            "{plugin} is switched on for the whole PBX. It stays off for {n:,} tenants, which have it switched off.",
            n_off,
            plugin=name,
        )
    return _("{plugin} is switched on for the whole PBX.", plugin=name)


def _word(enabled: bool) -> str:
    return "on" if enabled else "off"
