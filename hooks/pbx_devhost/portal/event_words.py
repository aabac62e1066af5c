"""The audit log in words: what was done, and by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask, current_app

from pbx_devhost.core import Pbx
from pbx_devhost.store.signin.sessions import SYSTEM_PREFIX
from pbx_devhost.texts import _, _p
from pbx_plugin_api import Text

_EVENTS: Final[Mapping[str, str]] = {
    "account.language": _("Own language set"),
    "account.link": _("Account linked"),
    "account.notices": _("Address for notices set"),
    "account.unlink": _("Account no longer linked"),
    "admin.email": _("Address for notices set"),
    "admin.password": _("Administrator's password set"),
    "clock.set_back": _("The clock of the PBX went back"),
    "contact.add": _("Contact added"),
    "contact.delete": _("Contact deleted"),
    "mail.drop": _("Mail dropped"),
    "mail.probe": _("Mail tried again at once"),
    "mail.resend": _("Mail queued again"),
    "nights.spread": _("Spread of the nights set"),
    "notice.dismiss": _("Notice dismissed"),
    "person.erase": _("Erasing a person asked for"),
    "plugin.disable": _("Plugin switched off"),
    "plugin.disabled": _("Plugin switched off"),
    "plugin.enable": _("Plugin switched on"),
    "plugin.enabled": _("Plugin switched on"),
    "retention.set": _("Time that things are kept set"),
    "session.renew": _("App session renewed"),
    "settings.change": _("Settings changed by a run"),
    "settings.save": _("Settings saved"),
    "sign_in": _("Sign-in"),
    "sign_in.flood": _("Many refused sign-ins"),
    "sign_in.test": _("Test sign-in"),
    "sign_out": _("Sign-out"),
    "smtp.clear": _("Fallback for mail removed"),
    "smtp.set": _("Fallback for mail set"),
    "sync.now": _("Sync started"),
    "sync.stop": _("Sync stopped"),
    "system.address": _("Address of the PBX set"),
    "system.enter": _("System administrator entered the tenant"),
    "system.leave": _("System administrator left the tenant"),
    "tenant.add": _("Tenant added"),
    "tenant.language": _("Language of the tenant set"),
    "user.add": _("User added"),
    "user.create": _("User created"),
    "user.delete": _("User deleted"),
    "user.edit": _("User edited"),
    "user.password": _("User's password set"),
    "user.pick": _("Person added or refreshed"),
    "user.sync": _("Person synced"),
    "user.welcome": _("Welcome mail queued"),
}

_REASONS: Final[Mapping[str, str]] = {
    # Translators: why somebody was not signed in or added, before a colon in the audit log.
    "wrong_password": _("Wrong password"),
    "too_many_from_address": _("Too many from address"),
    "user_disabled": _("User disabled"),
    "not_a_user": _("Not a user"),
    "provisioning_failed": _("Provisioning failed"),
    "provisioned_another": _("Provisioned another"),
    "link_at_sign_in": _("Link at sign in"),
    "not_created": _("Not created"),
    "malformed_app_request": _("Malformed app request"),
    "malformed_begin": _("Malformed begin"),
    "malformed_callback": _("Malformed callback"),
    "not_offered": _("Not offered"),
    "plugin_failed": _("Plugin failed"),
    "flow_too_large": _("Flow too large"),
    "flow_unknown": _("Flow unknown"),
    "redirect_uri_mismatch": _("Redirect uri mismatch"),
    "response_mode_mismatch": _("Response mode mismatch"),
    "origin_unknown": _("Origin unknown"),
    "link_removed": _("Link removed"),
    "refused": _("Refused"),
    "password_refused_by_policy": _("Password refused by policy"),
    "password_policy_unknown": _("Password policy unknown"),
    "administrators_not_allowed": _("Administrators not allowed"),
    "account_not_linked": _("Account not linked"),
    "not_applied": _("Not applied"),
    "not_reachable": _("Not reachable"),
}
_NOBODY: Final[Mapping[str, str]] = {
    # Translators: who did something, where it was no administrator or user who signed in.
    "somebody": _p("who did it", "somebody"),
    "portal": _p("who did it", "portal"),
    "clock": _p("who did it", "clock"),
    "command line": _p("who did it", "command line"),
}
_WITH_DETAIL: Final = "{reason}: {detail}"
_REASON: Final = re.compile("[a-z]+(_[a-z]+)+")


def install(app: Flask) -> None:
    """Give the templates these filters."""
    app.jinja_env.filters.update(event_label=_label, actor_label=_name, subject_label=_name_subject, spelled=_spell)


def _label(event: str) -> str:
    """Words for an event of the PBX; those of a plugin in its words, or spelled out."""
    known = _EVENTS.get(event) or _plugins_words().get(event)
    if known is not None:
        return known
    subject, dot, what = event.replace("_", " ").partition(".")
    if subject == "action" and dot:
        return _("Button: {button}", button=_plugins_words().get(event.partition(".")[2]) or what)
    return f"{subject}: {what}".capitalize() if dot else subject.capitalize()


def _spell(text: str) -> str:
    """A reason such as `wrong_password: …` in words; all other text as it is."""
    if isinstance(text, Text) and isinstance(text.values.get("reason"), str) and text.message == _WITH_DETAIL:
        return _("{reason}: {detail}", reason=_say_reason(str(text.values["reason"])), detail=text.values["detail"])
    if isinstance(text, Text):
        return text
    word, colon, more = text.partition(":")
    if not _REASON.fullmatch(word):
        return text
    return _("{reason}: {detail}", reason=_say_reason(word), detail=more.strip()) if colon else _say_reason(word)


def _plugins_words() -> Mapping[str, str]:
    pbx: Pbx = current_app.extensions["pbx"]
    return pbx.plugins.words()


def _say_reason(word: str) -> str:
    known = _REASONS.get(word) or _plugins_words().get(word)
    if known is not None:
        return known
    return word.replace("_", " ").capitalize() if _REASON.fullmatch(word) else word


def _name(actor: str) -> str:
    if actor in _NOBODY:
        return _NOBODY[actor]
    if actor.startswith(SYSTEM_PREFIX):
        return _("{name} (system administrator)", name=actor.removeprefix(SYSTEM_PREFIX))
    if actor.startswith("plugin:"):
        return _("{name} (plugin)", name=actor.removeprefix("plugin:"))
    return actor


def _name_subject(subject: str, reference: str | None) -> str:
    """What a line is about: a name, or the reference that a person was shown."""
    if reference and subject == f"reference {reference}":
        return _("reference {reference}", reference=reference)
    return subject
