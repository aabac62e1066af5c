"""The audit log in words: what was done, and by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask

from pbx_devhost.store.sessions import SYSTEM_PREFIX

_EVENTS: Final[Mapping[str, str]] = {
    "account.language": "Own language set",
    "account.link": "Account linked",
    "account.unlink": "Account no longer linked",
    "admin.password": "Administrator's password set",
    "contact.add": "Contact added",
    "contact.delete": "Contact deleted",
    "mail.drop": "Mail dropped",
    "mail.probe": "Mail tried again at once",
    "mail.resend": "Mail queued again",
    "plugin.disable": "Plugin switched off",
    "plugin.disabled": "Plugin switched off",
    "plugin.enable": "Plugin switched on",
    "plugin.enabled": "Plugin switched on",
    "session.renew": "App session renewed",
    "settings.change": "Settings changed by a run",
    "settings.save": "Settings saved",
    "sign_in": "Sign-in",
    "sign_in.flood": "Many refused sign-ins",
    "sign_in.test": "Test sign-in",
    "sign_out": "Sign-out",
    "smtp.clear": "Fallback for mail removed",
    "smtp.set": "Fallback for mail set",
    "sync.now": "Sync started",
    "sync.stop": "Sync stopped",
    "system.address": "Address of the PBX set",
    "system.enter": "System administrator entered the tenant",
    "system.leave": "System administrator left the tenant",
    "tenant.add": "Tenant added",
    "tenant.language": "Language of the tenant set",
    "user.add": "User added",
    "user.create": "User created",
    "user.delete": "User deleted",
    "user.edit": "User edited",
    "user.password": "User's password set",
    "user.pick": "Person added or refreshed",
    "user.sync": "Person synced",
    "user.welcome": "Welcome mail queued",
}

_REASON: Final = re.compile("[a-z]+(_[a-z]+)+")


def install(app: Flask) -> None:
    """Give the templates these filters."""
    app.jinja_env.filters.update(event_label=_label, actor_label=_name, spelled=_spell)


def _label(event: str) -> str:
    """Words for an event of the PBX; those of a plugin are spelled out."""
    known = _EVENTS.get(event)
    if known is not None:
        return known
    subject, dot, what = event.replace("_", " ").partition(".")
    if subject == "action" and dot:
        return f"Button: {what}"
    return f"{subject}: {what}".capitalize() if dot else subject.capitalize()


def _spell(text: str) -> str:
    """A reason such as `wrong_password: …` in words; all other text as it is."""
    word, colon, more = text.partition(":")
    return f"{word.replace('_', ' ').capitalize()}{colon}{more}" if _REASON.fullmatch(word) else text


def _name(actor: str) -> str:
    if actor.startswith(SYSTEM_PREFIX):
        return f"{actor.removeprefix(SYSTEM_PREFIX)} (system administrator)"
    if actor.startswith("plugin:"):
        return f"{actor.removeprefix('plugin:')} (plugin)"
    return actor
