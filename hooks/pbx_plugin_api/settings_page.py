"""A settings page: what an administrator sees, and what comes back. All text is plain text; the host escapes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError

__all__ = [
    "Action",
    "ActionOutcome",
    "ActionRequest",
    "AddPerson",
    "Choice",
    "Done",
    "Download",
    "Fact",
    "Field",
    "FieldError",
    "FieldKind",
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
    "Severity",
    "Started",
    "Tab",
    "Table",
]


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
    """What `SettingsPage.look_up` finds for this field, as a plural word for the page: `people`. Empty: nothing.

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
    empty_text: str = "Nothing yet."

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise InvalidValueError("rows", row, f"{len(self.columns)} cells, one for each column")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. Pressing it makes an `ActionRequest`."""

    name: str
    label: str
    help: str = ""
    enabled: bool = True
    why_disabled: str = ""
    confirm: str = ""
    """A question to ask first; empty if none is needed."""
    primary: bool = False
    danger: bool = False
    parameters: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        rules.check_key("name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab of a page."""

    name: str
    label: str
    intro: str = ""
    fields: tuple[Field, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    actions: tuple[Action, ...] = ()

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
    message: str = "Saved."
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
class Done:
    """It was done."""

    message: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    data: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """The same answer for programs: command lines print it as JSON, pages do not show it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", rules.freeze_mapping(self.data))


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
    """It was not done: why, and what to do."""

    message: str
    remedy: str = ""


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

    def field_names(self) -> tuple[str, ...]:
        """Return the names of all fields, in the order of the page."""
        return tuple(item.name for tab in self.tabs for item in tab.fields)

    def lookups(self) -> dict[str, Field]:
        """Return the fields and action parameters that offer a lookup, by name."""
        actions = (action for tab in self.tabs for action in tab.actions if action.enabled)
        parameters = (item for action in actions for item in action.parameters)
        fields = (item for tab in self.tabs for item in tab.fields)
        return {item.name: item for item in (*fields, *parameters) if item.lookup and not item.read_only}
