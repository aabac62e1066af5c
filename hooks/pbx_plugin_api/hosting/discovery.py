"""Finds plugins among the installed distributions. A broken plugin is reported and skipped; it never stops the host."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import ModuleType

from pbx_plugin_api import hookspec
from pbx_plugin_api._words import _
from pbx_plugin_api.markers import API_VERSION, ENTRY_POINT_GROUP, PROJECT_NAME
from pbx_plugin_api.texts import Text, listing

__all__ = ["About", "FoundPlugin", "PluginStatus", "find_plugins", "inspect_plugin", "read_about"]

_log = logging.getLogger(__name__)

_ABOUT_MAX_CHARS = 500


class PluginStatus(StrEnum):
    """Whether a plugin can be called."""

    LOADED = "loaded"
    BROKEN = "broken"
    """It cannot be imported, or its hooks do not fit the contract."""
    INCOMPATIBLE = "incompatible"
    """It was written for another version of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a distribution says about itself, in its metadata. Plain text from outside: a host escapes it."""

    summary: str = ""
    """Read in other languages if the plugin's own catalogue has this text."""
    author: str = ""
    documentation_url: str = ""
    """An https address: the project URL `Documentation`, or else the home page. Empty if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlugin:
    """One entry point, and the result of loading it."""

    name: str
    distribution: str
    version: str
    status: PluginStatus
    reason: str = ""
    """Why it is not loaded, as a sentence; empty if it is."""
    module: ModuleType | None = None
    about: About = field(default_factory=About)


def find_plugins() -> Iterator[FoundPlugin]:
    """Yield every plugin of the group, distribution by distribution: a damaged one cannot hide the others."""
    seen: dict[str, str] = {}
    importlib.invalidate_caches()  # a plugin may have been installed a moment ago
    for distribution in importlib.metadata.distributions():
        try:
            title, version = distribution.metadata["Name"], distribution.version
            if not (title and version):
                raise ValueError("its metadata has no name or no version")
            points = [point for point in distribution.entry_points if point.group == ENTRY_POINT_GROUP]
        except Exception as error:  # noqa: BLE001  # a damaged distribution may raise anything; it is reported and skipped
            where = getattr(distribution, "_path", "in an unknown place")
            _log.error("The distribution %s cannot be read and is skipped: %s: %s", where, type(error).__name__, error)
            continue
        for point in points:
            if point.name in seen:
                if seen[point.name] != title:
                    reason = _(
                        "{distribution} offers a plugin of this name already; uninstall one of the two",
                        distribution=seen[point.name],
                    )
                    yield FoundPlugin(
                        name=f"{point.name}@{title}",
                        distribution=title,
                        version=version,
                        status=PluginStatus.BROKEN,
                        reason=reason,
                        about=read_about(distribution, _package_of(point)),
                    )
                continue
            seen[point.name] = title
            yield replace(_load(point, title, version), about=read_about(distribution, _package_of(point)))


def _package_of(point: importlib.metadata.EntryPoint) -> str:
    return point.value.partition(":")[0].partition(".")[0]


def read_about(distribution: importlib.metadata.Distribution, package: str = "") -> About:
    """Return what a distribution says about itself. What it does not say, or says in another form, is empty.

    Args:
        distribution: An installed one.
        package: Whose catalogue may have the summary in other languages; empty: none.

    Source: Python packaging user guide, "Core metadata specifications", version 2.4, read 2026-11-26.
    """
    try:
        metadata = distribution.metadata
        names = [name for name in ("Summary", "Author", "Author-email", "Home-page") if name in metadata]
        fields = defaultdict(str, {name: str(metadata[name]) for name in names})
        urls = [str(line).partition(",") for line in metadata.get_all("Project-URL") or ()]
    except Exception:  # noqa: BLE001  # damaged metadata may raise anything; the plugin itself may be well
        return About()
    named = {label.strip().casefold(): url.strip() for label, _, url in urls}
    found = (named.get("documentation"), named.get("homepage"), fields["Home-page"], named.get("repository"))
    summary = fields["Summary"][:_ABOUT_MAX_CHARS]
    is_sentence = bool(package and summary) and not {"{", "}"} & set(summary)
    return About(
        summary=Text(summary, {}, domain=package) if is_sentence else summary,
        author=(fields["Author"] or fields["Author-email"].partition("<")[0].strip(' "'))[:_ABOUT_MAX_CHARS],
        documentation_url=next((url for url in found if url and url.startswith("https://")), ""),
    )


def inspect_plugin(module: ModuleType) -> tuple[PluginStatus, str]:
    """Return whether a plugin module fits the contract, and if not, why."""
    written_for = getattr(module, "PBX_API_VERSION", None)
    if not (isinstance(written_for, tuple) and len(written_for) == 2 and all(isinstance(n, int) for n in written_for)):
        return PluginStatus.BROKEN, _("it does not state {name}", name="PBX_API_VERSION = (major, minor)")
    if written_for[0] != API_VERSION[0] or written_for[1] > API_VERSION[1]:
        theirs, ours = ".".join(map(str, written_for)), ".".join(map(str, API_VERSION))
        return PluginStatus.INCOMPATIBLE, _(
            "it was written for contract {theirs}, this PBX keeps {ours}", theirs=theirs, ours=ours
        )
    words = getattr(module, "PBX_WORDS", {})
    if not isinstance(words, Mapping) or not all(isinstance(each, str) for pair in words.items() for each in pair):
        return PluginStatus.BROKEN, _("{name} is not a mapping of words to texts", name="PBX_WORDS")
    for name in dir(module):
        function = getattr(module, name)
        if not callable(function):
            continue
        if getattr(function, f"{PROJECT_NAME}_impl", None) is None:
            if name in hookspec.__all__:
                return PluginStatus.BROKEN, _("{hook} is not marked with @hookimpl", hook=name)
            continue
        if name not in hookspec.__all__:
            return PluginStatus.BROKEN, _(
                "{name} is not a hook; there are {hooks}", name=name, hooks=listing(hookspec.__all__)
            )
        fault = _find_signature_fault(function, getattr(hookspec, name))
        if fault:
            return PluginStatus.BROKEN, _("{hook}: {fault}", hook=name, fault=fault)
    return PluginStatus.LOADED, ""


def _find_signature_fault(function: object, spec: object) -> str:
    given = inspect.signature(function).parameters  # type: ignore[arg-type]  # callable, checked by the caller
    wanted = tuple(inspect.signature(spec).parameters)  # type: ignore[arg-type]  # a hookspec function
    for name, parameter in given.items():
        if name not in wanted:
            return _(
                "it takes {name}, which the hook has not; its parameters are {names}", name=name, names=listing(wanted)
            )
        if parameter.default is not inspect.Parameter.empty:
            # pluggy 1.5 and 1.6 pass the default instead of the caller's value; 1.7 does not.
            return _("its parameter {name} has a default; hook parameters have none", name=name)
    return ""


def _name(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _load(point: importlib.metadata.EntryPoint, title: str, version: str) -> FoundPlugin:
    def found(status: PluginStatus, reason: str = "", module: ModuleType | None = None) -> FoundPlugin:
        if status is not PluginStatus.LOADED:
            _log.error("Plugin %s %s is %s: %s", point.name, version, status.value, reason)
        return FoundPlugin(
            name=point.name, distribution=title, version=version, status=status, reason=reason, module=module
        )

    try:
        module = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # an import may raise anything, and the host must still start
        return found(PluginStatus.BROKEN, _("it cannot be imported: {error}", error=_name(error)))
    if not isinstance(module, ModuleType):
        return found(PluginStatus.BROKEN, _("its entry point names a {kind}, not a module", kind=type(module).__name__))
    try:
        status, reason = inspect_plugin(module)
    except Exception as error:  # noqa: BLE001  # reading a module's attributes may raise anything
        return found(PluginStatus.BROKEN, _("its hooks cannot be read: {error}", error=_name(error)))
    return found(status, reason, module if status is PluginStatus.LOADED else None)
