"""The numbered steps of a plugin's page, made ready for the template: where each field and button of a step is drawn.

The next step holds its fields and buttons itself, and the rest of the tab leaves them out. The other steps lead to the
place where theirs are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Action, Field, SettingsPage, Step, StepState, Tab

MARKS: Final[Mapping[StepState, str]] = {
    StepState.TO_DO: "○",
    StepState.WAITING: "…",
    StepState.DONE: "✓",
    StepState.PROVEN: "✓",
    StepState.FAILED: "✕",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An action, and the tab that it belongs to."""

    tab: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a field or action of a step is drawn."""

    label: str
    tab: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnStep:
    """One step of the list."""

    number: int
    step: Step
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def mark(self) -> str:
        """The sign of the state, beside its word."""
        return MARKS[self.step.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepList:
    """The steps of one tab."""

    steps: tuple[DrawnStep, ...]

    @property
    def settled(self) -> int:
        """How many are behind the administrator."""
        return sum(each.step.state.is_settled for each in self.steps)

    @property
    def next_one(self) -> DrawnStep | None:
        """The step that is to be done now."""
        return next((each for each in self.steps if each.step.is_next), None)

    @property
    def fields_inside(self) -> frozenset[str]:
        """Names of the fields that the list holds, so that no other form of the tab has them."""
        return frozenset(item.name for item in self.next_one.fields) if self.next_one else frozenset()

    @property
    def actions_inside(self) -> frozenset[str]:
        """The same for actions."""
        return frozenset(item.action.name for item in self.next_one.buttons) if self.next_one else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far the steps of a page are, and where the next one is."""

    title: str
    settled: int
    total: int
    step: Step
    path: str


def find_way(plugin: str, page: SettingsPage) -> Way | None:
    """Return where a page goes on, or None if nothing is to be done there."""
    found = page.next_step()
    if found is None:
        return None
    tab, step = found
    drawn = draw_steps(page, tab)
    return Way(
        title=page.title,
        settled=drawn.settled,
        total=len(drawn.steps),
        step=step,
        path=f"/plugins/{plugin}/{tab.name}#step-{step.name}",
    )


def draw_steps(page: SettingsPage, tab: Tab) -> StepList:
    """Return the steps of a tab."""
    return StepList(steps=tuple(_draw(page, step, number) for number, step in enumerate(tab.steps, 1)))


def find_step_fields(page: SettingsPage, tab: Tab, name: str) -> tuple[Field, ...]:
    """Return the fields of the step of a tab that has this name. Empty: there is no such step."""
    found = next((step for step in tab.steps if step.name == name), None)
    return tuple(_fields(page, found)) if found is not None else ()


def _draw(page: SettingsPage, step: Step, number: int) -> DrawnStep:
    if step.is_next:
        return DrawnStep(
            number=number, step=step, fields=tuple(_fields(page, step)), buttons=tuple(_buttons(page, step))
        )
    return DrawnStep(number=number, step=step, places=tuple(_places(page, step)))


def _fields(page: SettingsPage, step: Step) -> Iterator[Field]:
    known = {item.name: item for tab in page.tabs for item in tab.fields}
    return (known[name] for name in step.fields)


def _buttons(page: SettingsPage, step: Step) -> Iterator[Button]:
    known = {item.name: Button(tab=tab.name, action=item) for tab in page.tabs for item in tab.actions}
    return (known[name] for name in step.actions)


def _places(page: SettingsPage, step: Step) -> Iterator[Place]:
    for tab in page.tabs:
        for item in tab.fields:
            if item.name in step.fields:
                yield Place(label=item.label, tab=tab.name, anchor=f"f-{item.name}")
        for action in tab.actions:
            if action.name in step.actions:
                yield Place(label=action.label, tab=tab.name, anchor=f"do-{action.name}")
