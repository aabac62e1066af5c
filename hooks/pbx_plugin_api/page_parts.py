"""What a settings page is made of: fields, facts, tables, charts, links. All text is plain; the host escapes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pbx_plugin_api import rules
from pbx_plugin_api._words import _
from pbx_plugin_api.errors import InvalidValueError

__all__ = ["Chart", "ChartSeries", "Choice", "Fact", "Field", "FieldKind", "Link", "Severity", "Table"]


_CHART_LABELS_MAX: Final = 100


class FieldKind(StrEnum):
    """How a value is entered. Values always travel as text."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    """Several lines. A list has one item per line."""
    CHOICE = "choice"
    TOGGLE = "toggle"
    """`true` or `false`."""
    TIME = "time"
    """HH:MM, in the tenant's time zone."""
    NUMBER = "number"
    EMAIL = "email"
    HIDDEN = "hidden"
    """Not shown: a parameter of an action that goes back as it is, such as the checksum of a plan."""


class Severity(StrEnum):
    """How a fact or a notice is coloured."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a CHOICE field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that an administrator can set."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: str = ""
    help: str = ""
    placeholder: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    read_only: bool = False
    why_read_only: str = ""
    lookup: str = ""
    """What `SettingsPage.look_up` finds for this field: a plural word, a text of the page: `people`. Empty: nothing.

    Only for a TEXT field, which takes one value, or a LONG_TEXT field, which takes one value a line. Typing stays
    possible: a host may ignore this."""

    def __post_init__(self) -> None:
        rules.check_key("name", self.name)
        rules.check_text("label", self.label, min_chars=1, max_chars=128)
        if self.lookup and self.kind not in (FieldKind.TEXT, FieldKind.LONG_TEXT):
            raise InvalidValueError("lookup", self.lookup, "set for a TEXT or LONG_TEXT field only")
        if (self.kind is FieldKind.CHOICE) != bool(self.choices):
            raise InvalidValueError("choices", self.choices, "set for a CHOICE field, and for no other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that an administrator can read, and perhaps copy."""

    label: str
    value: str
    severity: Severity = Severity.PLAIN
    copyable: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that an administrator can read: a plan, the state of each mailbox, the last failures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    empty_text: str = _("Nothing yet.")

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise InvalidValueError("rows", row, f"{len(self.columns)} cells, one for each column")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeries:
    """One quantity of a chart: a value for each label."""

    label: str
    values: tuple[float, ...]
    """0 or more each."""
    unit: str = ""
    """What the values are, for a sentence: `changes`, `minutes`."""

    def __post_init__(self) -> None:
        rules.check_text("label", self.label, min_chars=1, max_chars=128)
        for value in self.values:
            if not 0 <= value < float("inf"):
                raise InvalidValueError("values", value, "a number, 0 or more")
        object.__setattr__(self, "values", tuple(map(float, self.values)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars over a few labels, oldest first. Each series has a scale of its own, so that different units fit.

    A host draws it with its own means, and offers the same numbers as a table.
    """

    title: str
    labels: tuple[str, ...]
    """What stands under the bars, such as the time of each run. At most 100."""
    series: tuple[ChartSeries, ...]
    severities: tuple[Severity, ...] = ()
    """How the bars of each label are coloured; empty: all plain."""
    summary: str = ""
    """What the chart shows, as a sentence: it is read where the chart cannot be seen."""
    empty_text: str = _("Nothing yet.")

    def __post_init__(self) -> None:
        rules.check_text("title", self.title, min_chars=1, max_chars=128)
        if len(self.labels) > _CHART_LABELS_MAX:
            raise InvalidValueError("labels", len(self.labels), f"at most {_CHART_LABELS_MAX}")
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise InvalidValueError("series", series.label, f"{len(self.labels)} values, one for each label")
        if self.severities and len(self.severities) != len(self.labels):
            raise InvalidValueError("severities", len(self.severities), "one for each label, or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page outside of the PBX, to be opened beside this one."""

    label: str
    url: str
    """https, at most 2,048 characters."""

    def __post_init__(self) -> None:
        rules.check_text("label", self.label, min_chars=1, max_chars=128)
        rules.check_https_url("url", self.url)
