"""Contacts: one company book, and one personal book per user. Fields and limits are PortSIP's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.user_changes import ApplyStatus
from pbx_plugin_api.users import UserLink

__all__ = [
    "CONTACT_PHONE_FIELDS",
    "BookChanges",
    "BookRef",
    "CompanyBook",
    "ContactChange",
    "ContactPhone",
    "ContactResult",
    "ContactSource",
    "DraftContact",
    "DropContact",
    "PersonalBook",
    "PutContact",
    "SyncedContact",
]

CONTACT_PHONE_FIELDS: Final = (
    "business",
    "business2",
    "mobile_phone",
    "mobile_phone2",
    "home_phone",
    "home_phone2",
    "other",
    "business_fax",
    "home_fax",
)

_NAME_MAX_CHARS = 64
_FIELD_MAX_CHARS = 128
_NOTES_MAX_CHARS = 1024
_FURTHER_NUMBERS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyBook:
    """The tenant's company contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalBook:
    """The personal contacts of one linked user."""

    owner: UserLink


BookRef: TypeAlias = CompanyBook | PersonalBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPhone:
    """A telephone number of a contact: as written, and in E.164 to recognise callers."""

    raw: str
    e164: str | None = None

    def __post_init__(self) -> None:
        rules.check_text("raw", self.raw, min_chars=1, max_chars=_FIELD_MAX_CHARS)
        rules.check_e164("e164", self.e164)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContact:
    """A contact as the PBX should show it. PortSIP has one name, mail and address line, nine numbers, and notes."""

    name: str
    email: str | None = None
    company: str | None = None
    title: str | None = None
    business: ContactPhone | None = None
    business2: ContactPhone | None = None
    mobile_phone: ContactPhone | None = None
    mobile_phone2: ContactPhone | None = None
    home_phone: ContactPhone | None = None
    home_phone2: ContactPhone | None = None
    other: ContactPhone | None = None
    business_fax: ContactPhone | None = None
    home_fax: ContactPhone | None = None
    address: str | None = None
    notes: str | None = None
    further_e164: tuple[str, ...] = ()
    """Numbers without a field of their own, in E.164. They are not shown; a caller is found by them. At most 100."""

    def __post_init__(self) -> None:
        rules.check_text("name", self.name, min_chars=1, max_chars=_NAME_MAX_CHARS)
        for field in ("email", "company", "title", "address"):
            rules.check_optional_text(field, getattr(self, field), max_chars=_FIELD_MAX_CHARS)
        rules.check_optional_text("notes", self.notes, max_chars=_NOTES_MAX_CHARS)
        if len(self.further_e164) > _FURTHER_NUMBERS_MAX:
            raise InvalidValueError("further_e164", self.further_e164, f"at most {_FURTHER_NUMBERS_MAX} numbers")
        for number in self.further_e164:
            rules.check_e164("further_e164", number)

    def phones(self) -> tuple[ContactPhone, ...]:
        """Return the numbers that are set, in the order of `CONTACT_PHONE_FIELDS`."""
        numbers = (getattr(self, field) for field in CONTACT_PHONE_FIELDS)
        return tuple(number for number in numbers if number is not None)

    def caller_numbers(self) -> tuple[str, ...]:
        """Return every number, in E.164, by which a call from this contact is recognised; each once, sorted."""
        return tuple(sorted({phone.e164 for phone in self.phones() if phone.e164} | set(self.further_e164)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSource:
    """Where a contact is stored at the source. The host does not interpret it, but finds contacts by it."""

    mailbox_id: str
    folder_id: str
    contact_id: str
    change_key: str = ""

    def __post_init__(self) -> None:
        for field in ("mailbox_id", "folder_id", "contact_id"):
            rules.check_text(field, getattr(self, field), min_chars=1, max_chars=512)
        rules.check_text("change_key", self.change_key, max_chars=256)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutContact:
    """Create or overwrite one synced contact of a book. Contacts made by hand cannot be changed by it."""

    external_id: str
    """The plugin's key, unique within the book."""
    draft: DraftContact
    sources: tuple[ContactSource, ...]
    """One or more: the company book shows a contact once that is in several mailboxes."""

    def __post_init__(self) -> None:
        rules.check_text("external_id", self.external_id, min_chars=1, max_chars=512)
        if not self.sources:
            raise InvalidValueError("sources", self.sources, "at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class DropContact:
    """Remove one synced contact of a book."""

    external_id: str


ContactChange: TypeAlias = PutContact | DropContact


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChanges:
    """Changes of one book, in order."""

    book: BookRef
    changes: tuple[ContactChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedContact:
    """A synced contact as the host has it now."""

    external_id: str
    draft: DraftContact
    sources: tuple[ContactSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactResult:
    """The host's result for one change."""

    external_id: str
    status: ApplyStatus
    reason: str | None = None
