"""What is said about lines of a list that cannot be right: one sentence for each kind of list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from portsip_m365_plugin.texts import _n

SayWrongLines: TypeAlias = Callable[[int, str], str]
"""Gets how many lines are wrong, and the first of them as a list for people."""


def say_wrong_people(n: int, lines: str) -> str:
    """Say it of people whose address is looked up."""
    return _n(
        "{lines} is not a sign-in name, address or object id; enter one person per line.",
        "{n} lines are not a sign-in name, address or object id; enter one person per line: {lines}.",
        n,
        lines=lines,
    )


def say_wrong_accounts(n: int, lines: str) -> str:
    """Say it of people who are looked up by sign-in name or object id alone."""
    return _n(
        "{lines} is not a sign-in name or object id; enter one person per line.",
        "{n} lines are not a sign-in name or object id; enter one person per line: {lines}.",
        n,
        lines=lines,
    )


def say_wrong_mailboxes(n: int, lines: str) -> str:
    """Say it of mailboxes."""
    return _n(
        "{lines} is not an address or object id; enter one mailbox per line.",
        "{n} lines are not an address or object id; enter one mailbox per line: {lines}.",
        n,
        lines=lines,
    )


def say_wrong_groups(n: int, lines: str) -> str:
    """Say it of groups."""
    return _n(
        "{lines} is not the name, address or object id of a group; enter one group per line.",
        "{n} lines are not the name, address or object id of a group; enter one group per line: {lines}.",
        n,
        lines=lines,
    )


def say_wrong_folders(n: int, lines: str) -> str:
    """Say it of folders."""
    return _n(
        "{lines} is not the name of a folder; enter one folder per line.",
        "{n} lines are not the name of a folder; enter one folder per line: {lines}.",
        n,
        lines=lines,
    )
