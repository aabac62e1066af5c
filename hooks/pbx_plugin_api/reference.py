"""Writes `docs/hooks.md` from the code: `python -m pbx_plugin_api.reference [--check]`.

Signatures, types, defaults and sentences are those of the code, so they cannot differ from it.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import enum
import inspect
import re
import sys
import textwrap
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pbx_plugin_api import (
    confirmation,
    contacts,
    counts,
    errors,
    hookspec,
    host,
    landings,
    login,
    mail_content,
    mail_templates,
    notices,
    notifications,
    observing,
    overview,
    page_parts,
    plans,
    provisioning,
    rules,
    settings_page,
    steps,
    storage,
    tenants,
    tick,
    user_changes,
    users,
)
from pbx_plugin_api.hosting import manager
from pbx_plugin_api.markers import API_VERSION, ENTRY_POINT_GROUP
from pbx_plugin_api.testing import FakeHost, host_conformance, plugin_conformance

__all__ = ["main", "write_reference"]

_SUBJECTS = (
    tenants,
    settings_page,
    page_parts,
    steps,
    landings,
    confirmation,
    login,
    users,
    user_changes,
    contacts,
    tick,
    counts,
    plans,
    notices,
    notifications,
    mail_content,
    mail_templates,
    provisioning,
    observing,
)
_SECTION = re.compile(r"([A-Z][A-Za-z ]*):(?: (.*))?$")


def main(arguments: list[str] | None = None) -> int:
    """Write the reference. With `--check` write nothing, and return 1 if the file is out of date."""
    parser = argparse.ArgumentParser(prog="python -m pbx_plugin_api.reference", description="Write the hook reference.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file differs")
    parser.add_argument("--out", type=Path, default=Path("docs/hooks.md"), help="default: docs/hooks.md")
    given = parser.parse_args(arguments)
    text = write_reference()
    if not given.check:
        given.out.write_text(text, "utf-8")
        return 0
    if given.out.is_file() and given.out.read_text("utf-8") == text:
        return 0
    sys.stderr.write(f"{given.out} is out of date; run: python -m pbx_plugin_api.reference\n")
    return 1


def write_reference() -> str:
    """Return the whole reference as Markdown."""
    version = ".".join(map(str, API_VERSION))
    parts = [
        f"# Hooks of the PBX, contract {version}",
        "Generated from the code by `python -m pbx_plugin_api.reference`. Change the docstrings, not this file; CI "
        "refuses an outdated copy.",
        f"A plugin is a module that an entry point of the group `{ENTRY_POINT_GROUP}` names. It sets "
        f"`PBX_API_VERSION = {API_VERSION}` and implements any of the five hooks with `pbx_plugin_api.hookimpl`.",
        _text(inspect.getdoc(hookspec)),
        "## Who answers",
        _who_answers(),
        "## The five hooks",
        *(_hook(name) for name in hookspec.__all__),
        "## How long a call may take",
        _table(manager.Deadlines),
        "## What the PBX offers",
        _text(inspect.getdoc(host)),
        *(_protocol(item) for module in (host, storage, overview) for item in _own(module) if _is_protocol(item)),
        "### Records of the host",
        *(
            _value_object(item)
            for module in (storage, overview)
            for item in _own(module)
            if dataclasses.is_dataclass(item)
        ),
        "## Value objects",
        "Frozen, keyword-only. A value object that breaks a limit cannot be built: `InvalidValueError` names the "
        "field, the value and the rule.",
        *(_subject(module) for module in _SUBJECTS),
        "## Limits",
        *_limits(),
        "## For your tests",
        f"### FakeHost\n\n{_doc(FakeHost)}",
        f"### Plugins\n\n{_text(inspect.getdoc(plugin_conformance))}",
        f"### Hosts\n\n{_text(inspect.getdoc(host_conformance))}",
        "## Errors",
        "```text\n" + textwrap.dedent(_text(inspect.getdoc(errors)).split("\n\n", 1)[1]) + "\n```",
        *(f"**`{item.__name__}`** {_doc(item)}" for item in _own(errors)),
    ]
    return "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------------- hooks


def _who_answers() -> str:
    rows = []
    for name in hookspec.__all__:
        said = _sections(getattr(hookspec, name))
        rows.append(f"| [`{name}`](#{name}) | {said['When']} | {said['Answers']} |")
    return "\n".join(["| hook | when the PBX calls it | who answers |", "|---|---|---|", *rows])


def _hook(name: str) -> str:
    function = getattr(hookspec, name)
    summary, said = _text(inspect.getdoc(function)).split("\n", 1)[0], _sections(function)
    example = said.pop("Example")
    lines = [f"- **{title}:** {text}" for title, text in said.items()]
    code = re.sub(r"^(>>> |\.\.\. ?)", "", example, flags=re.MULTILINE).replace("\n@hookimpl", "\n\n\n@hookimpl")
    return "\n\n".join([f"### {name}", _code(_signature(name, function)), summary, "\n".join(lines), _code(code)])


def _sections(function: Callable[..., Any]) -> dict[str, str]:
    """Return a hook's docstring by heading. Only the example keeps its line breaks."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _text(inspect.getdoc(function)).splitlines()[1:]:
        heading = _SECTION.match(line)
        if heading:
            current = found.setdefault(heading[1], [heading[2]] if heading[2] else [])
        elif line.strip():
            current.append(line.strip())
    return {title: ("\n" if title == "Example" else " ").join(lines) for title, lines in found.items()}


# ---------------------------------------------------------------------- the host


def _protocol(protocol: type) -> str:
    parts = [f"### host.{_part_name(protocol)}" if protocol is not host.Host else "### host", _doc(protocol)]
    for name, member in vars(protocol).items():
        parts += _member(name, member)
    return "\n\n".join(part for part in parts if part)


def _part_name(protocol: type) -> str:
    return next(
        (
            name
            for name, member in vars(host.Host).items()
            if isinstance(member, property) and member.fget.__annotations__["return"] == protocol.__name__
        ),
        protocol.__name__,
    )


def _member(name: str, member: object) -> list[str]:
    """Describe a public method or property, and nothing else."""
    if name.startswith("_"):
        return []
    if isinstance(member, property):
        return [_code(f"{name}: {inspect.signature(member.fget).return_annotation}"), _doc(member)]  # type: ignore[arg-type]  # all have a getter
    return [_code(_signature(name, member)), _doc(member)] if inspect.isfunction(member) else []


def _is_protocol(item: type) -> bool:
    return getattr(item, "_is_protocol", False)


# ---------------------------------------------------------------------- value objects


def _subject(module: types.ModuleType) -> str:
    title = module.__name__.rsplit(".", 1)[1].replace("_", " ").capitalize()
    parts = [f"### {title}", _text(inspect.getdoc(module))]
    for name in module.__all__:
        item = getattr(module, name)
        if isinstance(item, type):
            parts.append(_value_object(item))
        elif typing.get_origin(item):
            parts.append(f"#### {name}\n\n{_code(' | '.join(kind.__name__ for kind in typing.get_args(item)))}")
        elif inspect.isfunction(item):
            parts.append(f"#### {name}\n\n{_code(_signature(name, item))}\n\n{_doc(item)}")
        else:
            item = [repr(item)] if isinstance(item, str) else item
            parts.append(f"#### {name}\n\n{_code(', '.join(item))}\n\n{_attribute_docs(module).get(name, '')}".rstrip())
    return "\n\n".join(parts)


def _value_object(item: type) -> str:
    parts = [f"#### {item.__name__}", _doc(item)]
    if issubclass(item, enum.Enum):
        said = _attribute_docs(item)
        rows = [f"| `{member.name}` | `{member.value!r}` | {said.get(member.name, '')} |" for member in item]
        parts.append("\n".join(["| name | value | meaning |", "|---|---|---|", *rows]))
    elif dataclasses.is_dataclass(item) and dataclasses.fields(item):
        parts.append(_table(item))
    for name, member in vars(item).items():
        parts += _member(name, member)
    return "\n\n".join(part for part in parts if part)


def _table(item: Any) -> str:
    said = _attribute_docs(item)
    rows = []
    for field in dataclasses.fields(item):
        kind = str(field.type).replace("|", "\\|")
        rows.append(f"| `{field.name}` | `{kind}` | {_default(field)} | {said.get(field.name, '')} |")
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows])


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return f"`{getattr(field.default_factory, '__name__', 'made')}()`"
    if field.default is dataclasses.MISSING:
        return "required"
    shown = field.default
    return f"`{type(shown).__name__}.{shown.name}`" if isinstance(shown, enum.Enum) else f"`{shown!r}`"


def _limits() -> Iterator[str]:
    """The rules that the value objects check."""
    rows = []
    for name, function in inspect.getmembers(rules, inspect.isfunction):
        if name.startswith("check_"):
            rows.append(f"| {name.removeprefix('check_').replace('_', ' ')} | {_doc(function)} |")
    yield "\n".join(["| rule | what it allows |", "|---|---|", *rows])
    sizes = {name: value for name, value in vars(rules).items() if name.endswith("_MAX_CHARS")}
    sizes["APPLY_MAX_CHANGES"] = host.APPLY_MAX_CHANGES
    yield "\n".join(["| limit | value |", "|---|---|", *(f"| `{name}` | {value} |" for name, value in sizes.items())])


# ---------------------------------------------------------------------- text


def _own(module: types.ModuleType) -> list[type]:
    """Return a module's public classes in the order of its text."""
    classes = [getattr(module, name) for name in module.__all__ if isinstance(getattr(module, name), type)]
    return sorted(classes, key=lambda item: inspect.getsourcelines(item)[1])


@cache
def _attribute_docs(owner: type | types.ModuleType) -> dict[str, str]:
    """Return the docstrings of fields and members: the strings below them in the source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    body = tree.body if isinstance(owner, types.ModuleType) else typing.cast(ast.ClassDef, tree.body[0]).body
    said = {}
    for before, after in pairwise(body):
        target = before.targets[0] if isinstance(before, ast.Assign) else getattr(before, "target", None)
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(target, ast.Name) and is_text:
            text = typing.cast(ast.Constant, typing.cast(ast.Expr, after).value).value
            said[target.id] = " ".join(str(text).split())
    return said


def _signature(name: str, function: Callable[..., Any]) -> str:
    """Return a signature as the source has it, without `self`."""
    signature = inspect.signature(function)
    kept = [p for p in signature.parameters.values() if p.name != "self"]
    shown = ", ".join(_parameter(p) for p in kept)
    star = next((p for p in kept if p.kind is inspect.Parameter.KEYWORD_ONLY), None)
    if star is not None:
        shown = shown.replace(_parameter(star), f"*, {_parameter(star)}", 1)
    return f"{name}({shown}) -> {signature.return_annotation}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = "**" if parameter.kind is inspect.Parameter.VAR_KEYWORD else ""
    default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
    return f"{stars}{parameter.name}: {parameter.annotation}{default}"


def _doc(item: object) -> str:
    """Return a docstring as Markdown: headings such as `Raises:` set off, and their entries as a list."""
    lines: list[str] = []
    is_list = False
    for line in _text(inspect.getdoc(item)).splitlines():
        heading = _SECTION.fullmatch(line) if line.endswith(":") else None
        is_entry = is_list and re.match(r" {4}\w+: ", line)
        is_list = heading[1] != "Returns" if heading else is_list and bool(line)
        shown = line.removeprefix("    ")
        lines += [f"*{heading[1]}:*", ""] if heading else [f"- {shown}" if is_entry else shown]
    return "\n".join(lines)


def _text(docstring: str | None) -> str:
    return (docstring or "").strip()


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


if __name__ == "__main__":
    sys.exit(main())
