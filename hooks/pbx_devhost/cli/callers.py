"""Who is calling: a presented number is an extension, a contact's number, or hidden."""

from __future__ import annotations

from typing import Final

import click

from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import CliContext, command, print_shape
from pbx_devhost.cli.users import find_owner
from pbx_devhost.store.contacts.store import Caller
from pbx_devhost.texts import _, _n

_HIDDEN: Final = frozenset({"", "anonymous", "private", "restricted", "unavailable", "unknown", "withheld"})
"""Words that trunks send instead of a number that is not presented. RFC 3323 (4.1.1.3) names `anonymous`."""
_SHORT_MAX_DIGITS: Final = 6
"""Fewer digits than any public number with its country code has."""


def add_commands(main: click.Group) -> None:
    """Add the command."""
    command(
        main,
        "who",
        _(
            "Print who has a calling number: an extension, or contacts. Only the PBX's own index is "
            "searched.\n"
            "\n"
            "Put -- before a number that begins with a minus sign."
        ),
    )(_find_caller)


@click.argument("tenant_key", metavar="T")
@click.argument("number")
@option("--user", "username", help=_("The user who is called: their personal contacts are searched first."))
def _find_caller(context: CliContext, tenant_key: str, number: str, username: str | None) -> None:
    chosen = context.tenant(tenant_key)
    stores, tenant_id = context.pbx.stores, chosen.pbx_tenant_id
    owner = find_owner(context, chosen, username) if username is not None else None
    presented = number.strip().removeprefix("sip:").partition("@")[0].strip()
    if presented.casefold() in _HIDDEN:
        _print(context, None, "anonymous", [], _("The caller does not show a number."))
        return
    digits = "".join(char for char in presented if char.isascii() and char.isdigit())
    if not digits:
        _print(context, presented, "unknown", [], _("{number} is not a telephone number.", number=presented))
        return
    if "+" not in presented:
        name = stores.users.name_of_extension(tenant_id, digits)
        if name is not None:
            _print(
                context,
                digits,
                "extension",
                [_row(name, "extension")],
                _("{name} (extension {number})", name=name, number=digits),
            )
            return
        if len(digits) <= _SHORT_MAX_DIGITS:
            _print(context, digits, "unknown", [], _("No extension has the number {number}.", number=digits))
            return
    readings = _read_number(presented, digits, chosen.country)
    for e164 in readings:
        callers = stores.contacts.find_callers(tenant_id, e164, owner)
        if callers:
            rows = [_row(caller.name, _book(caller)) for caller in callers]
            _print(context, e164, "contact", rows, _describe(e164, callers))
            return
    _print(context, readings[-1], "unknown", [], _("No contact has the number {number}.", number=readings[-1]))


def _print(context: CliContext, number: str | None, kind: str, matches: list[dict[str, str]], sentence: str) -> None:
    name = matches[0]["name"] if matches else None
    print_shape(context, {"number": number, "name": name, "kind": kind, "matches": matches}, sentence)


def _row(name: str, where: str) -> dict[str, str]:
    return {"name": name, "where": where}


def _book(caller: Caller) -> str:
    return "own contacts" if caller.is_own else "company contacts"


def _describe(e164: str, callers: list[Caller]) -> str:
    if len(callers) == 1:
        return callers[0].name
    first = _n(
        "{n} contact has the number {number}:", "{n:,} contacts have the number {number}:", len(callers), number=e164
    )
    lines = [
        _("{name} (own contacts)", name=each.name) if each.is_own else _("{name} (company contacts)", name=each.name)
        for each in callers
    ]
    return "\n".join([say(first), *(f"  {line}" for line in say(lines))])


def _read_number(presented: str, digits: str, country: str) -> list[str]:
    """Return what a presented number may be in E.164: the number as it is first, then as it is dialled in the country.

    Trunks send a plus sign, 00 instead of it, neither of them, or the number as it is dialled in the country.
    """
    if presented.startswith("+") or digits.startswith("00"):
        return ["+" + digits.removeprefix("00")]
    import phonenumbers  # here: it is large, and no other command needs it

    readings = [] if digits.startswith("0") else [f"+{digits}"]
    try:
        parsed = phonenumbers.parse(presented, country)
    except phonenumbers.NumberParseException:
        return readings or [f"+{digits}"]
    if phonenumbers.is_valid_number(parsed):
        readings.append(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return list(dict.fromkeys(readings)) or [digits]
