"""Where the bars of a chart go. The template draws them as SVG: no script, no inline style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pbx_devhost.texts import _
from pbx_plugin_api import Chart, ChartSeries, Severity

WIDTH: Final = 640
HEIGHT: Final = 72
"""Of the bars of one series, in units of the view box."""
_GAP: Final = 0.25
"""Of a bar's room."""
_LEAST: Final = 1.5
"""A bar that is not 0 can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    text: str
    """Label, value and unit: what a pointer over it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSeries:
    """The bars of one series."""

    label: str
    top: str
    """The largest value, beside the scale."""
    bars: tuple[Bar, ...]


def draw_chart(chart: Chart) -> tuple[DrawnSeries, ...]:
    """Return the bars of each series. All series of a chart share the places of their labels."""
    return tuple(_draw(chart, series) for series in chart.series)


@lru_cache(maxsize=4096)  # a month of nights has the same few numbers
def show_value(value: float) -> str:
    """A value as a person reads it."""
    return _("{n:,.0f}", n=value) if float(value).is_integer() or value >= 100 else _("{n:,.1f}", n=value)


def label_of(series: ChartSeries) -> str:
    """The label of a series, with its unit."""
    # Translators: what a column of numbers is, and its unit in brackets.
    return _("{label} ({unit})", label=series.label, unit=series.unit) if series.unit else series.label


def _draw(chart: Chart, series: ChartSeries) -> DrawnSeries:
    top = max(series.values, default=0.0)
    unit, name = series.unit.casefold(), series.label.casefold()
    says_unit = unit in name or name in unit  # "Changes" are changes, in any language
    label = series.label if says_unit else label_of(series)
    return DrawnSeries(label=label, top=show_value(top), bars=tuple(_bars(chart, series, top)))


def _bars(chart: Chart, series: ChartSeries, top: float) -> Iterator[Bar]:
    room = WIDTH / max(len(chart.labels), 10)  # a few bars are no blocks
    severities = chart.severities or (Severity.PLAIN,) * len(chart.labels)
    for n, (label, value, severity) in enumerate(zip(chart.labels, series.values, severities, strict=True)):
        height = max(HEIGHT * value / top, _LEAST) if value and top else 0.0
        yield Bar(
            x=round(n * room + room * _GAP / 2, 2),
            y=round(HEIGHT - height, 2),
            width=round(room * (1 - _GAP), 2),
            height=round(height, 2),
            tone=severity.value,
            # Translators: a bar of a chart: when, how much, and its unit.
            text=_("{label}: {value} {unit}", label=label, value=show_value(value), unit=series.unit)
            if series.unit
            else _("{label}: {value}", label=label, value=show_value(value)),
        )
