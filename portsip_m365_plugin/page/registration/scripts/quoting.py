"""Values as literals of bash and PowerShell. Whatever is in a value, the script gets it as text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Final

_SINGLE_QUOTES: Final = re.compile("(['\u2018\u2019\u201a\u201b])")
"""PowerShell ends a text in single quotes at any of these (about_Quoting_Rules; CodeGeneration class, read 2026-11)."""


def bash_text(value: str) -> str:
    """Return a value as a literal of bash."""
    return shlex.quote(value)


def bash_list(values: Iterable[str]) -> str:
    """Return values as an array of bash."""
    return f"({' '.join(bash_text(value) for value in values)})"


def powershell_text(value: str) -> str:
    """Return a value as a literal of PowerShell. In single quotes nothing is special but the quotes themselves."""
    doubled = _SINGLE_QUOTES.sub(r"\1\1", value)
    return f"'{doubled}'"


def powershell_list(values: Iterable[str]) -> str:
    """Return values as an array of PowerShell."""
    return f"@({', '.join(powershell_text(value) for value in values)})"
