"""The steps of a page: what they may name, and where a host opens the page."""

from __future__ import annotations

import pytest

from pbx_plugin_api import Action, Field, InvalidValueError, SettingsPage, Step, StepState, Tab


def page(*tabs: Tab) -> SettingsPage:
    return SettingsPage(title="x", version=0, tabs=tabs, save=lambda *_: None, run=lambda _: None)  # type: ignore[arg-type,return-value]


def tab(name: str, *steps: Step) -> Tab:
    fields, actions = (Field(name=f"{name}_id", label="Id"),), (Action(name=f"{name}_test", label="Test"),)
    return Tab(name=name, label=name.upper(), steps=steps, fields=fields, actions=actions)


def step(name: str, **more: object) -> Step:
    return Step(name=name, title=name, **more)  # type: ignore[arg-type]


def test_a_page_opens_at_its_next_step_and_otherwise_at_its_first_tab() -> None:
    following = step("b", is_next=True, fields=("other_id",), actions=("main_test",))
    shown = page(tab("status"), tab("main", step("a", state=StepState.DONE), following), tab("other"))
    assert shown.next_step() == (shown.tabs[1], following)
    assert shown.opening_tab() == shown.tabs[1]
    without = page(tab("status"), tab("main", step("a")))
    assert without.next_step() is None
    assert without.opening_tab() == without.tabs[0]
    assert page().opening_tab() is None


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ((step("a"), step("a")), "each step of a page has a name of its own"),
        ((step("a", is_next=True), step("b", is_next=True)), "one step of a page can be the next"),
        ((step("a", fields=("main_id", "nothing")),), "step a names fields and actions of this page"),
        ((step("a", actions=("nothing",)),), "step a names fields and actions of this page"),
    ],
)
def test_a_page_whose_steps_contradict_it_cannot_be_built(steps: tuple[Step, ...], rule: str) -> None:
    with pytest.raises(InvalidValueError, match=rule):
        page(tab("main", *steps))


@pytest.mark.parametrize("state", [StepState.DONE, StepState.WAITING])
def test_what_is_behind_or_has_to_wait_is_not_the_next_step(state: StepState) -> None:
    with pytest.raises(InvalidValueError, match="is_next"):
        step("a", state=state, is_next=True)


def test_what_is_done_or_proven_is_settled() -> None:
    assert [state for state in StepState if state.is_settled] == [StepState.DONE, StepState.PROVEN]
