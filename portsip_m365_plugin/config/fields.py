"""Kinds of settings: how each is typed on the page, stored, and read.

A kind reads what was typed and what was stored by the same function (`read`). What only typed input has to satisfy,
such as the length of a list, is a `check`: a stored value that was valid once stays readable.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import time
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from marshmallow import ValidationError, fields

from pbx_plugin_api import JsonValue, is_mail_address, listing, sentences
from portsip_m365_plugin.clouds import CloudFileError, load_clouds
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.wrong_lines import SayWrongLines, say_wrong_groups
from portsip_m365_plugin.texts import _

LINES_MAX: Final = 5000
GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_LINE_MAX_CHARS: Final = 320
_NAMED_MAX: Final = 20
_SEPARATORS: Final = re.compile(r"[\s,;]+")
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Setting(fields.Field[T], Generic[T]):
    """One setting.

    Args:
        place: Where its value goes in `Config`: `subject.attribute`.
        check: Raises `ValidationError` on typed input that is not allowed.
    """

    def __init__(self, place: str, check: Callable[[T], None] | None = None) -> None:
        super().__init__(validate=check)
        subject, _, attribute = place.partition(".")
        self.place = (subject, attribute)

    @abstractmethod
    def read(self, value: object) -> T:
        """Return the typed value of what was typed or stored. Raises `ValidationError`."""

    def store(self, value: T) -> JsonValue:
        """Return what is stored; here for values that are JSON already."""
        return value  # type: ignore[return-value]  # kinds whose values are not JSON override this

    def show(self, value: T) -> str:
        """Return the text on the page; typed again, it gives the same value."""
        return str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> T:
        return self.read(value)


class Toggle(Setting[bool]):
    """`true` or `false`."""

    def read(self, value: object) -> bool:
        """Return the switch's state."""
        if value in (True, "true"):
            return True
        if value in (False, "false"):
            return False
        raise ValidationError(sentences(_impossible(value), _("Enter {on} or {off}.", on="true", off="false")))

    def show(self, value: bool) -> str:
        """Return `true` or `false`."""
        return "true" if value else "false"


class Choice(Setting[E]):
    """One word out of a few."""

    def __init__(self, place: str, words: type[E]) -> None:
        super().__init__(place)
        self.words = words

    def read(self, value: object) -> E:
        """Return the chosen word."""
        try:
            return self.words(str(value))
        except ValueError:
            wanted = _("Choose one of these: {choices}.", choices=listing(self.words))
            raise ValidationError(sentences(_impossible(value), wanted)) from None

    def store(self, value: E) -> str:
        """Return the word as text."""
        return value.value

    def show(self, value: E) -> str:
        """Return the word as text."""
        return value.value


class Text(Setting[str]):
    """One line, without blanks around it; empty means that it is not set. `wanted` is a sentence for people."""

    def __init__(self, place: str, pattern: re.Pattern[str], wanted: str, *, is_lower: bool = False) -> None:
        super().__init__(place, self._check)
        self._pattern, self._wanted, self._is_lower = pattern, wanted, is_lower

    def read(self, value: object) -> str:
        """Return the text without blanks around it."""
        text = _text(value)
        return text.lower() if self._is_lower else text

    def _check(self, text: str) -> None:
        if text and not self._pattern.fullmatch(text):
            raise ValidationError(sentences(_impossible(text), self._wanted))


FIND_CLOUD: Final = "FIND"
"""What an administrator chooses instead of a cloud, so that it is found from the directory. It is never stored."""


class CloudName(Setting[str]):
    """A cloud this PBX knows: one of Microsoft's, or one that the operator added; or `FIND_CLOUD`."""

    def __init__(self, place: str) -> None:
        super().__init__(place, self._check)

    def read(self, value: object) -> str:
        """Return the cloud's name."""
        return _text(value)

    def _check(self, name: str) -> None:
        if name == FIND_CLOUD:
            return
        try:
            known = load_clouds()
        except CloudFileError as error:
            fault = _("The operator's file of clouds cannot be used: {error}.", error=error.text)
            raise ValidationError(fault) from error
        if name not in known:
            wanted = _("Choose one of these: {choices}.", choices=listing(known))
            raise ValidationError(sentences(_impossible(name), wanted))


class TimeOfDay(Setting[time]):
    """A time such as 23:30; empty means midnight."""

    def read(self, value: object) -> time:
        """Return the time."""
        text = _text(value)
        if not text:
            return time()
        if not _TIME.fullmatch(text):
            raise ValidationError(sentences(_impossible(text), _("Give a time such as 00:00 or 23:30.")))
        return time.fromisoformat(text)

    def store(self, value: time) -> str:
        """Return hours and minutes."""
        return f"{value:%H:%M}"

    def show(self, value: time) -> str:
        """Return hours and minutes."""
        return f"{value:%H:%M}"


class WholeNumber(Setting[int]):
    """A whole number within limits.

    Args:
        place: See `Setting`.
        lowest: The least number that can be typed.
        highest: The greatest one.
        wanted: A sentence for people: what is counted, and the limits.
        or_zero: Whether 0 is possible below the least number.
    """

    def __init__(self, place: str, *, lowest: int, highest: int, wanted: str, or_zero: bool = False) -> None:
        super().__init__(place, self._check)
        self._lowest, self._highest, self._wanted, self._or_zero = lowest, highest, wanted, or_zero

    def read(self, value: object) -> int:
        """Return the number."""
        text = str(value).strip()
        if isinstance(value, bool) or not _WHOLE_NUMBER.fullmatch(text):
            raise ValidationError(sentences(_impossible(text), self._wanted))
        return int(text)

    def _check(self, number: int) -> None:
        if not (self._lowest <= number <= self._highest or (self._or_zero and number == 0)):
            raise ValidationError(sentences(_impossible(number), self._wanted))


class Lines(Setting[tuple[str, ...]]):
    """A list, one item per line; empty lines and repetitions are dropped.

    Args:
        place: See `Setting`.
        say_wrong: Says which lines are not what a line has to be.
        may_hold_blanks: Whether a line may contain spaces.
    """

    def __init__(self, place: str, say_wrong: SayWrongLines, *, may_hold_blanks: bool) -> None:
        super().__init__(place, self._check)
        self._say_wrong, self._may_hold_blanks = say_wrong, may_hold_blanks

    def read(self, value: object) -> tuple[str, ...]:
        """Return the items in the order in which they were typed."""
        return tuple(split_lines(value))

    def store(self, value: tuple[str, ...]) -> JsonValue:
        """Return the items."""
        return list(value)

    def show(self, value: tuple[str, ...]) -> str:
        """Return one item per line."""
        return "\n".join(value)

    def _check(self, items: Iterable[str]) -> None:
        _check_lines(list(items), self._say_wrong, may_hold_blanks=self._may_hold_blanks)


class Names(Setting[NameList]):
    """A list of people or mailboxes, one name per line; stored with the object id of each.

    The page looks up the ids of new names before it stores anything (`page.directory.people`).
    """

    def __init__(self, place: str, say_wrong: SayWrongLines, *, may_hold_blanks: bool = False) -> None:
        super().__init__(place, self._check)
        self._say_wrong, self._may_hold_blanks = say_wrong, may_hold_blanks

    def read(self, value: object) -> NameList:
        """Return names with their ids where they were stored, without them where they were typed."""
        if isinstance(value, list):
            try:
                return NameList.of(
                    Listed(name=_text(e["name"]), entra_object_id=_text(e["entra_object_id"])) for e in value
                )
            except (TypeError, KeyError):
                raise ValidationError(_("A list of names with their object ids is expected.")) from None
        return NameList.of(Listed(name=name) for name in split_lines(value))

    def store(self, value: NameList) -> JsonValue:
        """Return name and object id of each."""
        return [{"name": entry.name, "entra_object_id": entry.entra_object_id} for entry in value]

    def show(self, value: NameList) -> str:
        """Return one name per line."""
        return "\n".join(entry.name for entry in value)

    def _check(self, names: NameList) -> None:
        lines = [entry.name for entry in names]
        _check_lines(lines, self._say_wrong, may_hold_blanks=self._may_hold_blanks)


class GroupNames(Names):
    """A list of groups, one name, address or object id per line; stored with the object id of each.

    The page looks up the ids of new names before it stores anything (`page.directory.groups`).
    """

    def __init__(self, place: str) -> None:
        super().__init__(place, say_wrong_groups, may_hold_blanks=True)


class Addresses(Setting[tuple[str, ...]]):
    """E-mail addresses. PortSIP's pages separate them by semicolons, its API by commas, ours by lines: all are read."""

    def __init__(self, place: str, at_most: int) -> None:
        super().__init__(place, self._check)
        self._at_most = at_most

    def read(self, value: object) -> tuple[str, ...]:
        """Return the addresses in the order in which they were typed."""
        return tuple(map(_text, value)) if isinstance(value, list) else split_addresses(_text(value))

    def store(self, value: tuple[str, ...]) -> JsonValue:
        """Return the addresses."""
        return list(value)

    def show(self, value: tuple[str, ...]) -> str:
        """Return one address per line."""
        return "\n".join(value)

    def _check(self, addresses: tuple[str, ...]) -> None:
        wrong = [address for address in addresses if not is_mail_address(address)]
        faults = [describe_wrong_addresses(wrong)] if wrong else []
        if len(addresses) > self._at_most:
            faults.append(
                _(
                    "There are {n} recipients, and at most {limit} are possible. Use a distribution list.",
                    n=len(addresses),
                    limit=self._at_most,
                )
            )
        if faults:
            raise ValidationError(faults)


def describe_wrong_addresses(wrong: Sequence[str]) -> str:
    """Return a sentence that names all of them, or the first 20."""
    named = listing(repr(each[:80]) for each in wrong[:_NAMED_MAX])
    if len(wrong) == 1:
        return _("{address} is not an e-mail address.", address=named)
    if len(wrong) > _NAMED_MAX:
        return _(
            "{n} of these are not e-mail addresses; the first {shown}: {addresses}.",
            n=len(wrong),
            shown=_NAMED_MAX,
            addresses=named,
        )
    return _("These are not e-mail addresses: {addresses}.", addresses=named)


def split_addresses(text: str) -> tuple[str, ...]:
    """Return the parts of a text between blanks, commas, semicolons and line ends; each once."""
    return tuple(dict.fromkeys(part for part in _SEPARATORS.split(text) if part))


def split_lines(value: object) -> list[str]:
    """Return the lines of a text, or the texts of a stored list; without blanks around them, each once."""
    lines = [_text(line) for line in (value if isinstance(value, list) else _text(value).splitlines())]
    return list(dict.fromkeys(line for line in lines if line))


def _text(value: object) -> str:
    if not isinstance(value, str):
        # Translators: {type} is the name of a type in JSON or Python, such as list.
        raise ValidationError(_("A text is expected, not {type}.", type=type(value).__name__))
    return value.strip()


def _impossible(value: object) -> str:
    # Translators: {value} is what somebody typed, in quotation marks.
    return _("{value} is not possible here.", value=repr(value[:80] if isinstance(value, str) else value))


def _check_lines(lines: list[str], say_wrong: SayWrongLines, *, may_hold_blanks: bool) -> None:
    if len(lines) > LINES_MAX:
        fault = _("There are {n:,} lines, and at most {limit:,} are possible.", n=len(lines), limit=LINES_MAX)
        raise ValidationError(fault)
    wrong = [
        line
        for line in lines
        if len(line) > _LINE_MAX_CHARS or not line.isprintable() or (" " in line and not may_hold_blanks)
    ]
    if wrong:
        raise ValidationError(say_wrong(len(wrong), listing(repr(line[:80]) for line in wrong[:_NAMED_MAX])))
