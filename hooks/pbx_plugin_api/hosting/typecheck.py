"""Checks that a plugin's answer has the type that the hook declares, in every field of every object."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, Union, get_args, get_origin

__all__ = ["find_mismatch"]

_Check: TypeAlias = Callable[[Any], bool]


def find_mismatch(value: object, hint: Any, path: str = "answer") -> str | None:
    """Return a sentence that names the first place where a value is not of its type, or None if all are."""
    return None if _check_of(hint)(value) else _explain(value, hint, path)


# ---------------------------------------------------------------------- whether: a page has thousands of values


@functools.lru_cache(maxsize=1024)
def _check_of(hint: Any) -> _Check:
    """Return a function that says whether a value is of a type: reading a type takes longer than checking a value."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return lambda _: True
    if origin in (Union, types.UnionType):
        checks = tuple(map(_check_of, arguments))
        return lambda value: any(check(value) for check in checks)
    if hint is None or hint is type(None):
        return lambda value: value is None
    if origin is Callable:
        return callable
    if origin in (tuple, Sequence, list):
        return _check_of_items(origin, arguments)
    if origin is Mapping:
        of_item = _check_of(arguments[1])
        return lambda value: isinstance(value, Mapping) and all(map(of_item, value.values()))
    if not isinstance(hint, type):
        return _has_right_fields
    if hint is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if hint in (str, bool, float, bytes):
        return lambda value: isinstance(value, hint)
    return lambda value: isinstance(value, hint) and _has_right_fields(value)


def _check_of_items(origin: Any, arguments: tuple[Any, ...]) -> _Check:
    wanted = tuple if origin is tuple else (list, tuple)
    if origin is tuple and arguments[-1] is not Ellipsis:
        checks = tuple(map(_check_of, arguments))
        return lambda value: (
            isinstance(value, wanted) and all(check(each) for each, check in zip(value, checks, strict=False))
        )
    of_item = _check_of(arguments[0])
    return lambda value: isinstance(value, wanted) and all(map(of_item, value))


def _has_right_fields(value: object) -> bool:
    # mypy does not know that a class is hashable.
    return all(check(getattr(value, name)) for name, check in _field_checks(type(value)))  # type: ignore[arg-type]


@functools.lru_cache(maxsize=1024)
def _field_checks(kind: type[Any]) -> tuple[tuple[str, _Check], ...]:
    return tuple((name, _check_of(hint)) for name, hint in _read_hints(kind))  # type: ignore[arg-type]


# ---------------------------------------------------------------------- why not: where, and what is there instead


def _explain(value: object, hint: Any, path: str) -> str | None:
    if hint is Any or hint is object:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        failures = [_explain(value, argument, path) for argument in arguments]
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
        found = (_explain(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(value))
        if origin is tuple and arguments[-1] is not Ellipsis:
            pairs = zip(value, arguments, strict=False)
            found = (_explain(item, kind, f"{path}[{n}]") for n, (item, kind) in enumerate(pairs))
        return next((failure for failure in found if failure), None)
    if origin is Mapping:
        if not isinstance(value, Mapping):
            return f"{path} is {_name(type(value))}, not a mapping"
        found = (_explain(item, arguments[1], f"{path}[{key!r}]") for key, item in value.items())
        return next((failure for failure in found if failure), None)
    if not isinstance(hint, type) or (isinstance(value, hint) and not (hint is int and isinstance(value, bool))):
        return _explain_fields(value, path)
    return f"{path} is {_name(type(value))}, not {_name(hint)}"


def _explain_fields(value: Any, path: str) -> str | None:
    for name, hint in _read_hints(type(value)):  # type: ignore[arg-type]  # mypy does not know that a class is hashable
        failure = _explain(getattr(value, name), hint, f"{path}.{name}")
        if failure:
            return failure
    return None


@functools.lru_cache(maxsize=1024)
def _read_hints(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a dataclass with their types; of another class nothing."""
    if not dataclasses.is_dataclass(kind):
        return ()
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _name(kind: Any) -> str:
    return "None" if kind is type(None) else getattr(kind, "__name__", str(kind))
