"""A Graph contact as a PortSIP contact. Pure.

PortSIP has one name, one mail address, one address line, nine numbers and notes; Graph has lists. The order:

- name: displayName; given + middle + surname; yomi names; nickName; fileAs; the first mail's name; companyName; the
  first mail; the first number. A contact with neither a name nor a number is skipped.
- numbers: see `contact_numbers`.
- email: the first valid address. address: business, then home, then other.
- Everything without a field goes to the notes, one labelled line each, before the person's own notes: further numbers,
  mails and addresses, names with more than the name shown, and texts that were cut. `MappedContact.lost` names what the
  notes cannot hold.
- `CONTACT_NOT_READ` lists what a phone book does not need. It is not read.

Source: "contact resource type", Microsoft Graph v1.0
(https://learn.microsoft.com/graph/api/resources/contact, 2026-11); PortSIP REST API 22.2, `/contacts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pbx_plugin_api import DraftContact, is_mail_address
from portsip_m365_plugin.mapping.contact_numbers import place_numbers
from portsip_m365_plugin.mapping.text import clean_line, clean_lines, clean_name, clean_number, cut

CONTACT_MAPPING_VERSION: Final = 3
"""Raise it whenever the same contact would be mapped to other values. Every folder is then read in full once."""

CONTACT_SELECT: Final = (
    "id",
    "changeKey",
    "parentFolderId",
    "displayName",
    "givenName",
    "middleName",
    "surname",
    "yomiGivenName",
    "yomiSurname",
    "yomiCompanyName",
    "nickName",
    "fileAs",
    "companyName",
    "department",
    "jobTitle",
    "title",
    "generation",
    "profession",
    "officeLocation",
    "manager",
    "assistantName",
    "businessPhones",
    "homePhones",
    "mobilePhone",
    "emailAddresses",
    "imAddresses",
    "businessAddress",
    "homeAddress",
    "otherAddress",
    "businessHomePage",
    "personalNotes",
)
"""What is read of a contact. All of it exists in both clouds; 21Vianet lacks `primaryEmailAddress` and the like."""

CONTACT_NOT_READ: Final = (
    "birthday",
    "categories",
    "children",
    "createdDateTime",
    "extensions",
    "initials",
    "lastModifiedDateTime",
    "multiValueExtendedProperties",
    "photo",
    "singleValueExtendedProperties",
    "spouseName",
)
"""Not read: a family's private data, colours of Outlook, administrative data. Together with `CONTACT_SELECT` this is
the whole schema of both clouds, except three mail fields of GLOBAL that repeat `emailAddresses`. docs/contacts.md says
of each where it goes, and why it does not."""

_NAME_MAX_CHARS: Final = 64
_FIELD_MAX_CHARS: Final = 128
_NOTES_MAX_CHARS: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedContact:
    """A contact ready for the PBX."""

    draft: DraftContact
    lost: tuple[str, ...] = ()
    """Labels of what the notes could not hold either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedContact:
    """A contact that is left out, and why."""

    reason: str


def map_contact(contact: Mapping[str, Any], *, country: str) -> MappedContact | SkippedContact:
    """Map one contact.

    Args:
        contact: As Graph sent it. Unknown members and wrong types are ignored; null and absent mean the same.
        country: ISO 3166 country of numbers without a country code.
    """
    business, home = _list_numbers(contact.get("businessPhones")), _list_numbers(contact.get("homePhones"))
    mobile = _list_numbers([contact.get("mobilePhone")])
    mails = [(_text(entry, "name"), _text(entry, "address")) for entry in _objects(contact, "emailAddresses")]
    usable_mails = [address for _, address in mails if is_mail_address(address) and len(address) <= _FIELD_MAX_CHARS]
    numbers = [*business, *mobile, *home]
    name = _choose_name(contact, [mail_name for mail_name, _ in mails])
    if not name and not numbers:
        return SkippedContact(reason="no_name_no_number")
    company = _text(contact, "companyName") or _text(contact, "yomiCompanyName")
    full_name = name or company or next(iter(usable_mails), "") or clean_number(numbers[0])

    placed = place_numbers(business, home, mobile, country)
    spare = placed.spare
    email = usable_mails[0] if usable_mails else None
    for mail_name, address in mails:
        also = mail_name if _says_more(mail_name, f"{full_name} {address}") else ""
        if is_x500_address(address):
            address = ""
        if address and address != email:
            spare.append(("Mail", f"{also} <{address}>" if also else address))
        elif also:
            spare.append(("Mail name", also))
    addresses = [(label, _address_line(contact.get(key))) for label, key in _ADDRESSES]
    filled = [(label, line) for label, line in addresses if line]
    spare += filled[1:]
    texts: dict[str, str | None] = {}
    for field, label, text, max_chars in (
        ("name", "Name", full_name, _NAME_MAX_CHARS),
        ("company", "Company", company, _FIELD_MAX_CHARS),
        ("title", "Job title", _text(contact, "jobTitle"), _FIELD_MAX_CHARS),
        ("address", filled[0][0] if filled else "Address", filled[0][1] if filled else "", _FIELD_MAX_CHARS),
    ):
        shown = cut(text, max_chars)
        if shown != text:
            spare.append((label, text))
        texts[field] = shown or None
    spare += _further(contact, name=full_name, company=company)
    notes, lost = _write_notes(spare, clean_lines(_raw_text(contact, "personalNotes")))
    draft = DraftContact(
        name=texts["name"] or full_name[:_NAME_MAX_CHARS],
        email=email,
        company=texts["company"],
        title=texts["title"],
        address=texts["address"],
        notes=notes or None,
        further_e164=placed.further_e164,
        **placed.fields,
    )
    return MappedContact(draft=draft, lost=lost)


_ADDRESSES: Final = (
    ("Business address", "businessAddress"),
    ("Home address", "homeAddress"),
    ("Other address", "otherAddress"),
)


def _choose_name(contact: Mapping[str, Any], mail_names: Sequence[str]) -> str:
    parts = [_text(contact, key) for key in ("givenName", "middleName", "surname")]
    yomi = [_text(contact, key) for key in ("yomiSurname", "yomiGivenName")]
    candidates = (
        _text(contact, "displayName"),
        " ".join(part for part in parts if part),
        " ".join(part for part in yomi if part),
        _text(contact, "nickName"),
        _text(contact, "fileAs"),
        *(name for name in mail_names if name and not is_mail_address(name)),
        _text(contact, "companyName"),
        _text(contact, "yomiCompanyName"),
    )
    return next(filter(None, map(clean_name, candidates)), "")


def is_x500_address(address: str) -> bool:
    """Whether this is Exchange's own name of a mailbox, which is of no use outside of that Exchange."""
    return address.casefold().removeprefix("x500:").startswith("/o=")


def _says_more(text: str, said: str) -> bool:
    """Whether a text has a word that the other one lacks."""
    return not set(_words(text)) <= set(_words(said))


def _words(text: str) -> list[str]:
    return text.casefold().replace(",", " ").split()


def _further(contact: Mapping[str, Any], *, name: str, company: str) -> Iterator[tuple[str, str]]:
    """Yield label and text of what PortSIP has no field for."""
    yomi = " ".join(part for part in (_text(contact, "yomiSurname"), _text(contact, "yomiGivenName")) if part)
    yomi_company = _text(contact, "yomiCompanyName")
    parts = " ".join(part for part in (_text(contact, key) for key in ("givenName", "middleName", "surname")) if part)
    filed = _text(contact, "fileAs")
    title, suffix = _text(contact, "title"), _text(contact, "generation")
    for label, text in (
        ("Full name", parts if _says_more(parts, name) else ""),
        ("Filed as", filed if _says_more(filed, f"{name} {parts} {company}") else ""),
        ("Form of address", title if _says_more(title, name) else ""),
        ("Suffix", suffix if _says_more(suffix, name) else ""),
        ("Profession", _text(contact, "profession")),
        ("Department", _text(contact, "department")),
        ("Office", _text(contact, "officeLocation")),
        ("Manager", _text(contact, "manager")),
        ("Assistant", _text(contact, "assistantName")),
        ("Nickname", _text(contact, "nickName")),
        ("Yomi", yomi),
        ("Yomi company", yomi_company),
        ("Web page", _text(contact, "businessHomePage")),
        *(("Chat", address) for address in _texts(contact, "imAddresses")),
    ):
        if text and text not in (name, company):
            yield label, text


def _write_notes(spare: Sequence[tuple[str, str]], own: str) -> tuple[str, tuple[str, ...]]:
    """Return the notes, and the labels of what did not fit. Lines fit whole or not at all; the person's text is cut."""
    lines: list[str] = []
    lost: list[str] = []
    room = _NOTES_MAX_CHARS
    for label, text in spare:
        line = f"{label}: {text}"
        if len(line) + 1 <= room:
            lines.append(line)
            room -= len(line) + 1
        else:
            lost.append(label)
    shown = cut(own, max(room, 0))
    if shown != own:
        lost.append("Notes")
    return "\n".join([*lines, shown] if shown else lines), tuple(lost)


def _address_line(address: object) -> str:
    if not isinstance(address, Mapping):
        return ""
    city = " ".join(part for part in (_text(address, "postalCode"), _text(address, "city")) if part)
    parts = (_text(address, "street"), city, _text(address, "state"), _text(address, "countryOrRegion"))
    return ", ".join(part for part in parts if part)


def _raw_text(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _text(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return clean_line(value) if value and isinstance(value, str) else ""


def _list_numbers(values: object) -> list[str]:
    """Return the texts that show anything. Line ends stay, since they may separate two numbers."""
    texts = values if isinstance(values, list) else []
    return [text for text in texts if isinstance(text, str) and clean_number(text)]


def _texts(holder: Mapping[str, Any], key: str) -> list[str]:
    values = holder.get(key)
    found = [clean_line(value) for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return [value for value in found if value]


def _objects(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = holder.get(key)
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
