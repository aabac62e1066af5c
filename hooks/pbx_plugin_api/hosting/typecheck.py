"""Checks that a plugin's answer has the type that the hook declares, in every field of every object."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin

__all__ = ["find_mismatch"]


def find_mismatch(value: object, hint: Any, path: str = "answer") -> str | None:
    """Return a sentence that names the first place where a value is not of its type, or None if all are."""
    if hint is Any or hint is object:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        failures = [find_mismatch(value, argument, path) for argument in arguments]
        if None in failures:
            return None
        named = [
            f for a, f in zip(arguments, failures, strict=True) if dataclasses.is_dataclass(a) and type(value) is a
        ]
        return named[0] if named else f"{path} is {_name(type(value))}, not {' | '.join(map(_name, arguments))}"
    if hint is None or hint is type(None):
        return None if value is None else f"{path} is {_name(type(value))}, not None"
    if origin is Callable:
        return None if callable(value) else f"{path} is {_name(type(value))}, not a function"
    if origin in (tuple, Sequence) or origin is list:
        wanted = tuple if origin is tuple else (list, tuple)
        if not isinstance(value, wanted):
            return f"{path} is {_name(type(value))}, not a {_name(origin)}"
        found = (find_mismatch(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(value))
        if origin is tuple and arguments[-1] is not Ellipsis:
            pairs = zip(value, arguments, strict=False)
            found = (find_mismatch(item, kind, f"{path}[{n}]") for n, (item, kind) in enumerate(pairs))
        return next((failure for failure in found if failure), None)
    if origin is Mapping:
        if not isinstance(value, Mapping):
            return f"{path} is {_name(type(value))}, not a mapping"
        found = (find_mismatch(item, arguments[1], f"{path}[{key!r}]") for key, item in value.items())
        return next((failure for failure in found if failure), None)
    if not isinstance(hint, type) or (isinstance(value, hint) and not (hint is int and isinstance(value, bool))):
        return _check_fields(value, path) if dataclasses.is_dataclass(value) else None
    return f"{path} is {_name(type(value))}, not {_name(hint)}"


def _check_fields(value: Any, path: str) -> str | None:
    for name, hint in _read_hints(type(value)):  # type: ignore[arg-type]  # mypy does not know that a class is hashable
        failure = find_mismatch(getattr(value, name), hint, f"{path}.{name}")
        if failure:
            return failure
    return None


@functools.lru_cache(maxsize=1024)
def _read_hints(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a dataclass with their types. Reading them takes longer than checking them."""
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _name(kind: Any) -> str:
    return "None" if kind is type(None) else getattr(kind, "__name__", str(kind))
