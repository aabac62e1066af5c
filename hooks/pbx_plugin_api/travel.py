"""JSON for value objects: how they travel between requests, processes and machines.

`load` is the inverse of `dump` for every value object of the contract. It needs the type hints alone: no registry, no
pickle. A `"type"` key names the class, so that a union can be read. Standard library only.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.texts import Text

__all__ = ["JsonValue", "dump", "load"]

JsonValue = Union[None, bool, int, float, str, list["JsonValue"], dict[str, "JsonValue"]]

T = TypeVar("T")


def dump(value: object, *, plain: bool = False) -> Any:
    """Return the JSON shape of a value object, or of anything that one may hold.

    Args:
        value: The value object.
        plain: Whether a `Text` becomes its sentence, for a reader who is no program of this PBX. By default it keeps
            what it needs to be read in another language later.

    Raises:
        TypeError: The value holds something that cannot travel, such as a function. A bug; a retry does not help.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return value.as_shape() if isinstance(value, Text) and not plain else str(value)
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shape = {field.name: dump(getattr(value, field.name), plain=plain) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **shape}
    if isinstance(value, Mapping):
        return {str(key): dump(item, plain=plain) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [dump(item, plain=plain) for item in value]
    raise TypeError(f"{type(value).__name__} does not travel: a value object holds data only")


def load(kind: type[T], shape: Any) -> T:
    """Build a value object from its JSON shape: the inverse of `dump`.

    Args:
        kind: The value object's class, or a union of such classes.
        shape: What `dump` returned, also after a trip through JSON. Unknown keys are refused. A missing key means the
            default, so a shape that an older version stored can be read.

    Raises:
        InvalidValueError: The shape does not fit `kind`, or breaks a limit. A retry does not help.
    """
    return typing.cast(T, _load(kind, shape, getattr(kind, "__name__", str(kind))))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _load(kind: Any, shape: Any, path: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if (
        kind is Any or kind is object or list in [get_origin(argument) for argument in arguments]
    ):  # the last condition is for JsonValue, which is a union with a list
        return shape
    if origin in (Union, types.UnionType):
        return _load_union(arguments, shape, path)
    if origin is tuple:
        items = _need(list, shape, path)
        return tuple(_load(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(items))
    if origin in (Mapping, dict):
        return {key: _load(arguments[1], item, f"{path}.{key}") for key, item in _need(dict, shape, path).items()}
    if dataclasses.is_dataclass(kind):
        return _load_object(typing.cast(type, kind), shape, path)
    return _load_plain(kind, shape, path)


def _load_plain(kind: Any, shape: Any, path: str) -> Any:
    if kind in (None, type(None)):
        if shape is not None:
            raise InvalidValueError(path, shape, "null")
        return None
    try:
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return kind(shape)
        if kind is datetime:
            return datetime.fromisoformat(_need(str, shape, path))
        if kind is bytes:
            return base64.b64decode(_need(str, shape, path), validate=True)
        if kind is str and isinstance(shape, dict):
            return Text.from_shape(shape)
    except RecursionError as error:
        raise InvalidValueError(path, "…", "not nested so deeply") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError(path, shape, f"a {kind.__name__}") from error
    if kind is float and isinstance(shape, int) and not isinstance(shape, bool):
        return float(shape)
    if kind is int and isinstance(shape, bool):
        raise InvalidValueError(path, shape, "a whole number")
    return _need(kind, shape, path)


def _load_object(kind: type, shape: Any, path: str) -> Any:
    given = dict(_need(dict, shape, path))
    named = given.pop("type", kind.__name__)
    if named != kind.__name__:
        raise InvalidValueError(path, named, f"an object of type {kind.__name__}")
    hints = _hints(kind)
    unknown = sorted(set(given) - set(hints))
    if unknown:
        raise InvalidValueError(path, unknown[0], f"one of {', '.join(sorted(hints))}")
    try:
        return kind(**{name: _load(hints[name], item, f"{path}.{name}") for name, item in given.items()})
    except TypeError as error:
        raise InvalidValueError(path, sorted(given), f"complete: {error}") from error


def _load_union(kinds: tuple[Any, ...], shape: Any, path: str) -> Any:
    if shape is None and type(None) in kinds:
        return None
    named = shape.get("type") if isinstance(shape, dict) else None
    for kind in kinds:
        if named is not None and dataclasses.is_dataclass(kind) and getattr(kind, "__name__", "") == named:
            return _load(kind, shape, path)
    rest = [kind for kind in kinds if not dataclasses.is_dataclass(kind) and kind is not type(None)]
    rest += [kind for kind in kinds if dataclasses.is_dataclass(kind) and named is None]
    for kind in rest:
        try:
            return _load(kind, shape, path)
        except InvalidValueError:
            continue
    raise InvalidValueError(path, shape, f"one of {', '.join(getattr(kind, '__name__', str(kind)) for kind in kinds)}")


def _need(kind: Any, shape: Any, path: str) -> Any:
    if not isinstance(shape, kind):
        raise InvalidValueError(path, shape, f"of type {kind.__name__}")
    return shape
