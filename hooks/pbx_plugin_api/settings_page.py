"""A settings page: what an administrator sees, and what comes back. All text is plain text; the host escapes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api._words import _
from pbx_plugin_api.confirmation import Confirmation
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.landings import Landing
from pbx_plugin_api.page_parts import Chart, Fact, Field, Table
from pbx_plugin_api.steps import Step

__all__ = [
    "Action",
    "ActionOutcome",
    "ActionRequest",
    "AddPerson",
    "ConfirmOutcome",
    "Done",
    "Download",
    "FieldError",
    "HostPart",
    "LoginTest",
    "LookUpOutcome",
    "LookUpRequest",
    "LookUpResult",
    "LookedUp",
    "Refused",
    "SaveConflict",
    "SaveOutcome",
    "SaveRefused",
    "Saved",
    "SettingsPage",
    "Started",
    "Tab",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. Pressing it makes an `ActionRequest`. It may be on several tabs, if it is the same on all of them."""

    name: str
    label: str
    help: str = ""
    enabled: bool = True
    why_disabled: str = ""
    confirm: str = ""
    """A fixed question to ask first; empty if none is needed.

    `SettingsPage.confirm` asks with numbers and values. Set both: a host may know this one only."""
    primary: bool = False
    danger: bool = False
    parameters: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        rules.check_key("name", self.name)


class HostPart(StrEnum):
    """What only the host can draw, because the data or the means are its own. A host may leave one out."""

    RUN = "run"
    """The run of this plugin that is in progress: how far it is, and a way to stop it. Nothing while none runs."""
    MAIL_QUEUE = "mail_queue"
    """The tenant's mail: how much waits, what pauses it, what could not be sent."""
    SIGN_INS = "sign_ins"
    """The last sign-ins of the tenant's people that were refused. The audit log is not for plugins to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab of a page."""

    name: str
    label: str
    intro: str = ""
    headline: Fact | None = None
    """The tab in one line, such as whether all is well. A host draws it large, above everything else."""
    steps: tuple[Step, ...] = ()
    """What to do in which order, above everything else of the tab."""
    fields: tuple[Field, ...] = ()
    facts: tuple[Fact, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    actions: tuple[Action, ...] = ()
    host_parts: tuple[HostPart, ...] = ()
    """What the host draws of its own on this tab, after the facts, in this order."""

    def __post_init__(self) -> None:
        rules.check_key("name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field, and what to do. `field` is empty if the error is about the whole form."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """All values were valid and are stored."""

    version: int
    message: str = _("Saved.")
    next_due_at_utc: datetime | None = None
    """When the tenant's next run is due with these settings. None: no run by the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRefused:
    """Nothing was stored. All errors at once, each with its field."""

    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveConflict:
    """Nothing was stored: somebody saved after this page was opened."""

    current_version: int


SaveOutcome: TypeAlias = Saved | SaveRefused | SaveConflict


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """A pressed button. Frozen data; survives JSON."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What was entered for the action's parameters, by name."""
    viewer: str = ""
    """Username of the person who pressed the button."""

    def __post_init__(self) -> None:
        rules.check_key("action", self.action)
        object.__setattr__(self, "values", rules.freeze_mapping(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """It was done, and there is a file to download."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"
    message: str = ""

    def __post_init__(self) -> None:
        if not self.filename or "/" in self.filename or "\\" in self.filename:
            raise InvalidValueError("filename", self.filename, "a bare file name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was done."""

    message: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    data: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """The same answer for programs: command lines print it as JSON, pages do not show it."""
    actions: tuple[str, ...] = ()
    """What to do next: names of actions of the same tab, best first. The host draws their buttons beside the answer, as
    they are on the page by then; a name that the tab does not have is left out. Nothing can be filled in there."""
    download: Download | None = None
    """A file that belongs to the answer, for programs: a command line writes it where it was asked to. A page does not
    send it; one of `actions` offers it there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", rules.freeze_mapping(self.data))
        for name in self.actions:
            rules.check_key("actions", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """It takes longer than a page request. The host calls `on_nightly_tick` with this job, under the tenant's lease."""

    job: str
    message: str

    def __post_init__(self) -> None:
        rules.check_key("job", self.job)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTest:
    """A sign-in has to be tried in the viewer's browser. The host begins one with `LoginRequest.is_test`.

    It ends with a page that says how it went. A host without a browser refuses, and says where there is one.
    """

    provider_id: str

    def __post_init__(self) -> None:
        rules.check_key("provider_id", self.provider_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson:
    """One person is to be added or refreshed now. The host asks `on_user_provision` and applies the answer.

    Repeating it changes nothing more. The host shows who got which extension, or why nobody was added.
    """

    typed: str
    """What the administrator typed or picked: a sign-in name, an address or an object id."""

    def __post_init__(self) -> None:
        rules.check_text("typed", self.typed, min_chars=1, max_chars=320)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It was not done, or it was done and found a fault: why, and what to do."""

    message: str
    remedy: str = ""
    facts: tuple[Fact, ...] = ()
    """What else was found, such as every line of a test of which one failed."""
    data: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """As in `Done`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", rules.freeze_mapping(self.data))


ConfirmOutcome: TypeAlias = Confirmation | Refused
"""The question to ask before an action, or why the action is not possible."""
ActionOutcome: TypeAlias = Done | Download | Started | LoginTest | AddPerson | Refused


LOOK_UP_TEXT_MAX_CHARS: Final = 128
LOOK_UP_PAGES_MAX: Final = 10
"""For more, an administrator types more letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpRequest:
    """What an administrator has typed to find values for a field. Frozen data; survives JSON."""

    field: str
    """Name of a field or of an action's parameter that has a `lookup`."""
    text: str
    """1 to 128 characters."""
    page: int = 1
    """1 to 10."""

    def __post_init__(self) -> None:
        rules.check_key("field", self.field)
        rules.check_text("text", self.text, min_chars=1, max_chars=LOOK_UP_TEXT_MAX_CHARS)
        if not 1 <= self.page <= LOOK_UP_PAGES_MAX:
            raise InvalidValueError("page", self.page, f"1 to {LOOK_UP_PAGES_MAX}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """One value that fits the text."""

    value: str
    """What goes into the field: one line."""
    label: str
    detail: str = ""
    """Distinguishes it from another with the same label, such as an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpResult:
    """One page of values, about 20. Empty: nothing fits. An outage is `Refused`, never an empty page."""

    found: tuple[LookedUp, ...] = ()
    has_more: bool = False
    """Whether there is a next page."""


LookUpOutcome: TypeAlias = LookUpResult | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """A page. It is valid only within the call that made it: its functions are called there or never."""

    title: str
    version: int
    """Version of the settings shown. `save` gets it back, so that two administrators cannot overwrite each other."""
    tabs: tuple[Tab, ...]
    save: Callable[[Mapping[str, str], int], SaveOutcome]
    """`save(values, expected_version)`: values are texts by field name. A field that is not named keeps its value."""
    run: Callable[[ActionRequest], ActionOutcome]
    look_up: Callable[[LookUpRequest], LookUpOutcome] | None = None
    """Set where a field has a `lookup`: finds values for it.

    It changes nothing, may ask the network, and may be repeated."""
    land: Callable[[Landing], Done | Refused] | None = None
    """A browser came back with a state of `Host.landing_state`. The answer is shown to a person who is not signed in.

    Called with a viewer who may not edit. It may remember what happened, and may be repeated; no network. A purpose
    that it does not know is refused."""
    confirm: Callable[[ActionRequest], ConfirmOutcome | None] | None = None
    """Says what an action would do now with these values, in numbers. None: only `Action.confirm` is asked, if set.

    It changes nothing, makes no network call, and may be repeated: a host asks it once for the question and once more
    when the person agrees."""

    def __post_init__(self) -> None:
        # The host reports an object of another type in its place, with a better sentence than an error here.
        steps = [step for tab in self.tabs if isinstance(tab, Tab) for step in tab.steps if isinstance(step, Step)]
        if not steps:
            return
        names = [step.name for step in steps]
        if len(set(names)) != len(names):
            raise InvalidValueError("steps", names, "each step of a page has a name of its own")
        following = [step.name for step in steps if step.is_next]
        if len(following) > 1:
            raise InvalidValueError("steps", following, "one step of a page can be the next")
        fields = set(self.field_names())
        actions = {action.name for tab in self.tabs for action in tab.actions}
        for step in steps:
            unknown = [*(set(step.fields) - fields), *(set(step.actions) - actions)]
            if unknown:
                raise InvalidValueError("steps", unknown[0], f"step {step.name} names fields and actions of this page")

    def next_step(self) -> tuple[Tab, Step] | None:
        """Return the step that is to be done next and the tab that shows it, or None."""
        return next(((tab, step) for tab in self.tabs for step in tab.steps if step.is_next), None)

    def opening_tab(self) -> Tab | None:
        """Return the tab on which a host opens the page: that of the next step, otherwise the first."""
        following = self.next_step()
        return following[0] if following is not None else next(iter(self.tabs), None)

    def field_names(self) -> tuple[str, ...]:
        """Return the names of all fields, in the order of the page."""
        return tuple(item.name for tab in self.tabs for item in tab.fields)

    def lookups(self) -> dict[str, Field]:
        """Return the fields and action parameters that offer a lookup, by name."""
        actions = (action for tab in self.tabs for action in tab.actions if action.enabled)
        parameters = (item for action in actions for item in action.parameters)
        fields = (item for tab in self.tabs for item in tab.fields)
        return {item.name: item for item in (*fields, *parameters) if item.lookup and not item.read_only}
