"""Entra's refusals of the app, explained to an administrator: what is wrong, and what to do. A table, not code.

Source: Microsoft Entra authentication and authorization error codes (2024-04-24), completed from live answers (facts
of 2026-11). Microsoft's codes are "for humans": control flow here asks only for the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class RefusalKind(StrEnum):
    """What has to change."""

    APPLICATION = "application"
    TENANT = "tenant"
    CLOUD = "cloud"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    CONSENT = "consent"
    POLICY = "policy"
    TRANSIENT = "transient"
    UNREACHABLE = "unreachable"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraRefusal:
    """No token, and why."""

    kind: RefusalKind
    sentence: str
    remedy: str
    error: str = ""
    """OAuth's own word, such as `invalid_client`."""
    code: int = 0
    """The number after AADSTS; 0 where none came."""
    trace_id: str = ""
    correlation_id: str = ""
    timestamp: str = ""

    def describe(self) -> str:
        """Return one line for a page or a log: sentence, remedy, Microsoft's ids."""
        ids = [f"AADSTS{self.code}" if self.code else "", f"trace {self.trace_id}" if self.trace_id else ""]
        ids.append(f"correlation {self.correlation_id}" if self.correlation_id else "")
        shown = ", ".join(part for part in ids if part)
        return f"{self.sentence} {self.remedy}" + (f" ({shown})" if shown else "")


_TABLE: Final[tuple[tuple[RefusalKind, str, str, tuple[int, ...]], ...]] = (
    (
        RefusalKind.APPLICATION,
        "Entra does not know this application ID in this directory.",
        "Check the application (client) ID, and that it was registered in this directory and cloud.",
        (700016, 50012100),
    ),
    (
        RefusalKind.TENANT,
        "Entra does not know this directory (tenant) ID.",
        "Check the directory ID, and that the right cloud is chosen (GLOBAL or CHINA).",
        (90002, 900021, 900023, 50020, 50059, 9001023, 90130),
    ),
    (
        RefusalKind.CLOUD,
        "The directory belongs to another Microsoft cloud than the one chosen.",
        "Choose the other cloud (GLOBAL or CHINA) in the settings.",
        (90038, 900382, 900432, 90051, 1000104, 500011, 900439),
    ),
    (
        RefusalKind.CERTIFICATE,
        "Entra does not accept the certificate of this PBX.",
        "Download public_key.pem and upload it to the app registration under Certificates & secrets; a new upload takes"
        " some minutes to be known. If it is there already, check that it has not expired.",
        (700027, 700023, 700030, 1000502, 7000214),
    ),
    (
        RefusalKind.CLOCK,
        "The clock of this server is wrong: Entra finds our signature outside its valid time.",
        "Set the server's clock (NTP) and try again.",
        (700024,),
    ),
    (
        RefusalKind.CERTIFICATE,
        "Entra finds our signed request malformed.",
        "Check the application ID; then generate a new key pair and upload it.",
        (50012, 50013, 500133, 50027, 50048, 7000218, 700025, 7000215, 7000222),
    ),
    (
        RefusalKind.APPLICATION,
        "The application is disabled in this directory.",
        "Enable it in Entra under Enterprise applications, Properties.",
        (7000112, 70001),
    ),
    (
        RefusalKind.CONSENT,
        "The app registration lacks the consent of an administrator.",
        "In Entra, open the app registration, API permissions, and grant admin consent.",
        (65001, 90094, 90095, 65004, 650052, 650056, 650057, 70011, 1002012),
    ),
    (
        RefusalKind.POLICY,
        "A Conditional Access policy of the directory blocks this application.",
        "Let the policy admit this server's address, or exclude the application from it.",
        (53000, 53001, 53003, 530032, 50005, 50131),
    ),
    (
        RefusalKind.TRANSIENT,
        "Entra has a passing problem.",
        "Nothing to do: it is tried again.",
        (90033, 90006, 90012, 90024, 50033, 50087, 50196, 90014),
    ),
)

_BY_CODE: Final = {code: (kind, sentence, remedy) for kind, sentence, remedy, codes in _TABLE for code in codes}
_UNKNOWN: Final = (
    RefusalKind.OTHER,
    "Entra refused a token to this application.",
    "Look up the code at Microsoft, and give them the ids if you ask their support.",
)
_CODE: Final = re.compile(r"AADSTS(\d{4,8})")
_GUID: Final = re.compile(r"[0-9a-fA-F-]{36}")


def explain_token_error(answer: Mapping[str, Any]) -> EntraRefusal:
    """Explain what the token endpoint answered. Never repeats its free text, which may quote what we sent."""
    error = answer.get("error")
    codes = list(_read_codes(answer))
    kind, sentence, remedy = next((_BY_CODE[code] for code in codes if code in _BY_CODE), _UNKNOWN)
    if kind is RefusalKind.OTHER and error == "temporarily_unavailable":
        kind, sentence, remedy = _BY_CODE[90033]
    return EntraRefusal(
        kind=kind,
        sentence=sentence,
        remedy=remedy,
        error=error if isinstance(error, str) and error.isascii() and len(error) <= 64 else "",
        code=codes[0] if codes else 0,
        trace_id=_read_id(answer, "trace_id"),
        correlation_id=_read_id(answer, "correlation_id"),
        timestamp=str(answer.get("timestamp", ""))[:32],
    )


def _read_codes(answer: Mapping[str, Any]) -> list[int]:
    listed = answer.get("error_codes")
    codes = [code for code in listed if isinstance(code, int)] if isinstance(listed, Sequence) else []
    found = _CODE.search(str(answer.get("error_description", "")))
    if found and int(found[1]) not in codes:
        codes.append(int(found[1]))
    return codes


def _read_id(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) and _GUID.fullmatch(value) else ""
