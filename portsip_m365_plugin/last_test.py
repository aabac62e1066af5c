"""What the last test of the connection found, for the steps of the set-up: what works, what does not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, dump, load
from portsip_m365_plugin.config.connection import ConnectionConfig

_KEY: Final = "last_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found. A check that could not be made has none."""

    name: str
    """The check, such as `certificate` or `Contacts.Read`."""
    works: bool
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTest:
    """One finished test."""

    at_utc: datetime
    thumbprint_sha256: str
    """Of the newest certificate at that moment."""
    findings: tuple[Finding, ...]
    app: str = ""
    """`ConnectionConfig.mark` of the application that was tested."""

    def fault(self, *names: str) -> Finding | None:
        """Return the first of these checks that failed; without names, the first of all."""
        return next((each for each in self.findings if not each.works and (not names or each.name in names)), None)

    def works(self, name: str) -> bool:
        """Whether a check was made and found nothing wrong."""
        return any(each.works for each in self.findings if each.name == name)


def read_last_test(host: Host, connection: ConnectionConfig) -> LastTest | None:
    """Return the last test of this application, or None. Cost: one look; no network."""
    record = host.state.get(_KEY)
    if record is None:
        return None
    try:
        last = load(LastTest, record.value)
    except InvalidValueError:
        return None  # another version wrote it
    return last if last.app == connection.mark else None


def keep_last_test(
    host: Host, connection: ConnectionConfig, findings: tuple[Finding, ...], *, thumbprint_sha256: str
) -> None:
    """Remember what a test found, in place of the one before."""
    now_utc = host.clock.now_utc()
    test = LastTest(at_utc=now_utc, thumbprint_sha256=thumbprint_sha256, findings=findings, app=connection.mark)
    host.state.put(_KEY, dump(test))
