"""What is remembered about signing in with Microsoft: the last test, a fault for everybody, a suspended refusal.

All of it is in the host's state. `page` shows it, and `signin` writes and follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import Host, PasswordPolicy, Severity, dump, load, sentences
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.signin import SignInConfig
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _

_TEST_KEY: Final = "signin.test"
_TEST_FAILURE_KEY: Final = "signin.test_failure"
_FAULT_KEY: Final = "signin.fault"
_SUSPENSION_KEY: Final = "signin.refusal_suspended"

SUSPEND_HINT: Final = _(
    "To let synced users sign in with their passwords meanwhile, press “Suspend the refusal” on the SIGN IN tab."
)
"""Names the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    at_utc: datetime
    text: str
    """Who tried or pressed, or what is wrong."""
    reason: str = ""
    """For programs: why a test failed, as in `LoginRefused.reason`."""


def remember_test(host: Host, connection: ConnectionConfig, login_name: str) -> None:
    """Remember that a test sign-in with this application succeeded just now."""
    host.state.delete(_TEST_FAILURE_KEY)
    _put(host, _TEST_KEY, login_name, app=connection.mark)


def find_test(host: Host, connection: ConnectionConfig) -> Event | None:
    """Return the last test sign-in that succeeded with this application."""
    return _get(host, _TEST_KEY, app=connection.mark)


def remember_test_failure(host: Host, connection: ConnectionConfig, sentence: str, reason: str) -> None:
    """Remember why the last test sign-in with this application failed, until one succeeds."""
    _put(host, _TEST_FAILURE_KEY, sentence, app=connection.mark, reason=reason)


def find_test_failure(host: Host, connection: ConnectionConfig) -> Event | None:
    """Return why the last test sign-in with this application failed; None if it succeeded, or there was none."""
    return _get(host, _TEST_FAILURE_KEY, app=connection.mark)


def report_fault(host: Host, config: SignInConfig, text: str) -> None:
    """Remember that Microsoft signs nobody in, and notify the administrators until somebody signs in again."""
    known = _get(host, _FAULT_KEY)
    if known is None or known.text != text:
        _put(host, _FAULT_KEY, text)
    host.notify_admin(
        NoticeKind.SIGNIN_FAULT,
        _("Signing in with Microsoft does not work"),
        sentences(
            _("Microsoft signs nobody of this tenant in: {why}", why=text),
            SUSPEND_HINT if refuses_passwords(host, config) else "",
        ),
        severity=Severity.BAD,
        values={"why": text},
    )


def forget_fault(host: Host) -> None:
    """Somebody has signed in, so it works; or it is switched off. Cost: one look."""
    if host.state.get(_FAULT_KEY) is not None:
        host.state.delete(_FAULT_KEY)
        host.resolve_notice(NoticeKind.SIGNIN_FAULT)


def find_fault(host: Host) -> Event | None:
    """Return since when nobody can sign in, and why."""
    return _get(host, _FAULT_KEY)


def refuses_passwords(host: Host, config: SignInConfig) -> bool:
    """Whether the passwords of admitted people are refused now."""
    return config.password_policy is PasswordPolicy.REFUSED and find_suspension(host) is None


def find_suspension(host: Host) -> Event | None:
    """Return when and by which administrator the refusal of passwords was suspended."""
    return _get(host, _SUSPENSION_KEY)


def suspend_refusal(host: Host, who: str) -> None:
    """Let passwords in until `resume_refusal`. Idempotent."""
    if find_suspension(host) is None:
        _put(host, _SUSPENSION_KEY, who)
        host.audit.record("password_refusal.suspended", outcome="ok", subject=who)


def resume_refusal(host: Host, who: str) -> None:
    """Follow the setting again. Idempotent."""
    if find_suspension(host) is not None:
        host.state.delete(_SUSPENSION_KEY)
        host.audit.record("password_refusal.resumed", outcome="ok", subject=who)


def _put(host: Host, key: str, text: str, *, app: str = "", reason: str = "") -> None:
    value = {"at": host.clock.now_utc().isoformat(), "text": text, "app": app, "reason": reason}
    host.state.put(key, dump(value))


def _get(host: Host, key: str, *, app: str = "") -> Event | None:
    record = host.state.get(key)
    if record is None:
        return None
    value: Any = record.value
    if value["app"] != app:
        return None
    return Event(
        at_utc=datetime.fromisoformat(value["at"]), text=load(str, value["text"]), reason=value.get("reason", "")
    )
