"""The plugins that a PBX has, and which of them are switched on."""

from __future__ import annotations

import logging
import threading
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pluggy

from pbx_plugin_api import hookspec
from pbx_plugin_api._words import _
from pbx_plugin_api.hosting.discovery import About, FoundPlugin, PluginStatus
from pbx_plugin_api.markers import PROJECT_NAME
from pbx_plugin_api.tenants import Tenant
from pbx_plugin_api.texts import listing

__all__ = ["MemorySwitches", "PluginRegistry", "PluginState", "Switches"]

_log = logging.getLogger(__name__)


class Switches(Protocol):
    """Where the PBX stores which plugins are switched off."""

    def is_enabled(self, plugin: str, pbx_tenant_id: str | None) -> bool:
        """Whether a plugin is on for the whole PBX (None) or for one tenant. It is, unless it was switched off."""

    def set_enabled(self, plugin: str, pbx_tenant_id: str | None, enabled: bool) -> None:
        """Switch a plugin on or off."""


class MemorySwitches:
    """Switches in memory: they last as long as the process."""

    def __init__(self) -> None:
        self._off: set[tuple[str, str | None]] = set()

    def is_enabled(self, plugin: str, pbx_tenant_id: str | None) -> bool:
        """See `Switches`."""
        return (plugin, pbx_tenant_id) not in self._off

    def set_enabled(self, plugin: str, pbx_tenant_id: str | None, enabled: bool) -> None:
        """See `Switches`."""
        (self._off.discard if enabled else self._off.add)((plugin, pbx_tenant_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginState:
    """A plugin as an administrator sees it."""

    name: str
    distribution: str
    version: str
    status: str
    """`loaded`, `disabled`, `broken` or `incompatible`."""
    reason: str = ""
    hooks: tuple[str, ...] = field(default=())
    is_on: bool = True
    """The switch for the whole PBX."""
    is_on_for_tenant: bool = True
    """The switch for the tenant that was asked about; True if none was. Both have to be on."""
    about: About = field(default_factory=About)

    @property
    def is_in_force(self) -> bool:
        """Whether the plugin works for whom was asked about: it is loaded, and both switches are on."""
        return self.status == PluginStatus.LOADED


class PluginRegistry:
    """The plugins that were found, and their switches.

    Threads: methods may be called on any thread. `refresh` replaces everything at once.
    """

    def __init__(self, find: Callable[[], Iterator[FoundPlugin]], switches: Switches) -> None:
        self._find, self._switches = find, switches
        self._lock = threading.Lock()
        self._found: dict[str, FoundPlugin] = {}
        self._manager = pluggy.PluginManager(PROJECT_NAME)

    def refresh(self) -> list[str]:
        """Look for plugins again, and return one sentence for each plugin that came, went or changed.

        The code of a new version is loaded by a new process only, because Python keeps what it has imported. Until then
        the old version runs and shows its own number.
        """
        with self._lock:
            before = self._found
            found: dict[str, FoundPlugin] = {}
            for plugin in self._find():
                found.setdefault(plugin.name, _keep_running(before.get(plugin.name), plugin))
            manager = pluggy.PluginManager(PROJECT_NAME)
            manager.add_hookspecs(hookspec)
            for name, plugin in list(found.items()):
                found[name] = _register(manager, plugin)
            self._found, self._manager = found, manager
        sentences = list(_describe_changes(before, found))
        for sentence in sentences:
            _log.info("Plugins: %s", sentence)
        return sentences

    def states(self, tenant: Tenant | None = None) -> list[PluginState]:
        """Return every plugin, by name, with its state for the PBX or for one tenant."""
        states = []
        for name, plugin in sorted(self._found.items()):
            status, reason = plugin.status.value, plugin.reason
            is_on = self._switches.is_enabled(name, None)
            is_on_here = tenant is None or self._switches.is_enabled(name, tenant.pbx_tenant_id)
            if plugin.status is PluginStatus.LOADED and not (is_on and is_on_here):
                status = "disabled"
                reason = _("switched off for the tenant") if is_on else _("switched off for the whole PBX")
            state = PluginState(
                name=name,
                distribution=plugin.distribution,
                version=plugin.version,
                status=status,
                reason=reason,
                hooks=tuple(hook for hook in hookspec.__all__ if _has_hook(plugin, hook)),
                is_on=is_on,
                is_on_for_tenant=is_on_here,
                about=plugin.about,
            )
            states.append(state)
        return states

    def set_enabled(self, plugin: str, enabled: bool, tenant: Tenant | None = None) -> PluginState:
        """Switch a plugin on or off, for the whole PBX or for one tenant. Return what is in force now.

        A plugin that is on for a tenant stays off while it is off for the whole PBX.

        Raises:
            KeyError: There is no plugin of that name; the message lists those there are.
        """
        if plugin not in self._found:
            raise KeyError(refuse_name(plugin, sorted(self._found)))
        self._switches.set_enabled(plugin, tenant.pbx_tenant_id if tenant else None, enabled)
        where = f"tenant {tenant.name}" if tenant else "the whole PBX"
        _log.info("Plugins: %s switched %s for %s", plugin, "on" if enabled else "off", where)
        return next(state for state in self.states(tenant) if state.name == plugin)

    def is_enabled(self, plugin: str, tenant: Tenant | None) -> bool:
        """Whether a plugin is on, for the whole PBX and for a tenant."""
        if not self._switches.is_enabled(plugin, None):
            return False
        return tenant is None or self._switches.is_enabled(plugin, tenant.pbx_tenant_id)

    def with_hook(self, hook: str, tenant: Tenant) -> list[str]:
        """Return the enabled plugins that have a hook, in the order in which they are called."""
        found = sorted(self._found.items())
        return [name for name, plugin in found if _has_hook(plugin, hook) and self.is_enabled(name, tenant)]

    def unusable(self, tenant: Tenant) -> list[FoundPlugin]:
        """Return the plugins that are switched on but cannot be loaded (broken or incompatible), by name."""
        found = sorted(self._found.items())
        return [p for name, p in found if p.status is not PluginStatus.LOADED and self.is_enabled(name, tenant)]

    def find(self, plugin: str) -> FoundPlugin | None:
        """Return the plugin of a name, or None."""
        return self._found.get(plugin)

    def words(self, plugin: str | None = None) -> Mapping[str, str]:
        """Return what the machine words of a plugin, or of all plugins, mean (`PBX_WORDS`); empty if none says."""
        if plugin is None:
            return ChainMap(*(dict(self.words(name)) for name in sorted(self._found)))
        found = self._found.get(plugin)
        words: Mapping[str, str] = getattr(found.module, "PBX_WORDS", {}) if found is not None else {}
        return words

    def caller(self, plugin: str, hook: str) -> Callable[..., Any] | None:
        """Return a function that calls a hook of this plugin alone, or None if the plugin has no such hook."""
        manager, found = self._manager, self._found.get(plugin)
        if found is None or not _has_hook(found, hook):
            return None
        others = [module for name, module in manager.list_name_plugin() if name != plugin and module is not None]
        return manager.subset_hook_caller(hook, remove_plugins=others)


def refuse_name(plugin: str, installed: Sequence[str]) -> str:
    """Say that there is no plugin of a name."""
    if not installed:
        return _("there is no plugin {name}, and no other one is installed", name=repr(plugin))
    return _("there is no plugin {name}; installed: {names}", name=repr(plugin), names=listing(installed))


def _keep_running(old: FoundPlugin | None, new: FoundPlugin) -> FoundPlugin:
    """Return the plugin that runs: the old version, if its code was imported and the new one's was not."""
    if old is None or old.module is None or old.module is not new.module or old.version == new.version:
        return new
    return replace(
        old, reason=_("version {version} is installed and is loaded when the PBX starts again", version=new.version)
    )


def _register(manager: pluggy.PluginManager, plugin: FoundPlugin) -> FoundPlugin:
    if plugin.module is None:
        return plugin
    try:
        manager.register(plugin.module, name=plugin.name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        _log.error("Plugin %s %s is broken: %s", plugin.name, plugin.version, error)
        reason = str(error).strip().splitlines()[-1]
        return replace(plugin, status=PluginStatus.BROKEN, reason=reason, module=None)
    return plugin


def _has_hook(plugin: FoundPlugin, hook: str) -> bool:
    return plugin.module is not None and hasattr(plugin.module, hook)


def _describe_changes(before: Mapping[str, FoundPlugin], now: Mapping[str, FoundPlugin]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old is None and new is not None:
            what = "loaded" if new.status is PluginStatus.LOADED else f"{new.status.value}: {new.reason}"
            yield f"{name} {new.version} found ({what})"
        elif new is None and old is not None:
            yield f"{name} {old.version} is gone"
        elif old is not None and new is not None and old != new:
            change = new.version if old.version == new.version else f"{old.version} -> {new.version}"
            what = ": ".join(filter(None, [new.status.value, new.reason]))
            yield f"{name} {change} ({what})"
