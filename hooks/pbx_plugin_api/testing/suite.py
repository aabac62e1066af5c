"""The base of both conformance suites: a standard test cannot be replaced, and a failure shows what was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

__all__ = ["Suite", "expect", "refusal"]

E = TypeVar("E", bound=BaseException)


class Suite:
    """A set of standard tests to inherit. Subclasses add fixtures and tests. Replacing a standard test is an error."""

    _standard: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, *, is_standard: bool = False, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if is_standard:
            cls._standard = {name: getattr(cls, name) for name in dir(cls) if name.startswith("test_")}
            given = [name for base in cls.__mro__ for name in vars(base) if name.startswith("test_")]
            hidden = {name for name in given if given.count(name) > 1}
            if hidden:
                raise TypeError(f"{cls.__name__} has two standard tests of one name: {', '.join(sorted(hidden))}")
        cls._check_unweakened()

    @classmethod
    def _check_unweakened(cls) -> None:
        weakened = [name for name, test in cls._standard.items() if getattr(cls, name, None) is not test]
        if weakened:
            raise TypeError(f"{cls.__name__} replaces standard tests of its suite: {', '.join(sorted(weakened))}")

    def test_no_standard_test_is_replaced(self) -> None:
        """Not by assignment, not in a class in between, and not by switching collection off."""
        self._check_unweakened()
        expect(getattr(type(self), "__test__", True), True)


def expect(seen: object, wanted: object) -> None:
    """Fail unless both are equal, and show both (pytest rewrites no `assert` of an installed package)."""
    if seen != wanted:
        raise AssertionError(f"seen {seen!r}, wanted {wanted!r}")


def refusal(kind: type[E], call: Callable[..., object], *args: Any, **kwargs: Any) -> E:
    """Call a function that must raise this kind of error. Return the error."""
    try:
        answer = call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}, but {answer!r}")
