"""The texts of mail for which the PBX wrote none, by kind. Data.

Source: PortSIP, "Supported Template Variable Parameters" (https://support.portsip.com, 2026-11): names are upper case;
the voicemail texts there say CALLER_EXTENSION_NUMBER, the default templates CALLER_NAME and CALLER_NUMBER.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pbx_plugin_api._words import _
from pbx_plugin_api.notifications import NotificationKind

__all__ = ["DEFAULT_TEMPLATES", "MailTemplate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """Subject, heading and paragraphs (HTML, with `%%NAME%%`) of one kind of mail; each text is one of any language."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    """One that needs a value nobody gave is left out."""
    plain: str
    """Instead of a subject or heading that needs a value nobody gave."""


DEFAULT_TEMPLATES: Final[Mapping[NotificationKind, MailTemplate]] = MappingProxyType(
    {
        NotificationKind.VOICEMAIL: MailTemplate(
            # Translators: a mail. What is between %% and %% is filled in later; keep it, and every HTML tag, as it is.
            subject=_("New voicemail from %%CALLER_NAME%% (%%CALLER_NUMBER%%)"),
            title=_("You have a new voicemail"),
            plain=_("You have a new voicemail"),
            paragraphs=(
                # Translators: how a mail greets its reader.
                _("Hello %%DISPLAY_NAME%%,"),
                # Translators: %%DATE_TIME%% is a date with a time, as the PBX writes it.
                _("<strong>%%CALLER_NAME%%</strong> (%%CALLER_NUMBER%%) left you a message on %%DATE_TIME%%."),
                # Translators: the voicemail box that has the message.
                _("Mailbox: %%VOICEMAIL_NAME%%"),
                # Translators: a link to the voicemail.
                _('<a href="%%VOICEMAIL_DOWNLOAD_URL%%">Listen to it</a>'),
            ),
        ),
        NotificationKind.NEW_USER: MailTemplate(
            subject=_("Your telephone at %%TENANT_NAME%%: extension %%EXTENSION_NUMBER%%"),
            title=_("Welcome, %%DISPLAY_NAME%%"),
            # Translators: the subject and heading of a mail to a new user whose name is not known.
            plain=_("Your new telephone"),
            paragraphs=(
                _(
                    "Your extension is <strong>%%EXTENSION_NUMBER%%</strong>, your user name is "
                    "<strong>%%USER_NAME%%</strong>, the domain is <strong>%%DOMAIN%%</strong>."
                ),
                _("Open the PortSIP ONE app and scan this code:<br>%%QR_CODE%%"),
            ),
        ),
        NotificationKind.EMERGENCY_CALL: MailTemplate(
            # Translators: somebody reads this in a hurry, to find the person who needs help. %%CALLER_NUMBER%% is the
            # extension that called, %%CALLEE_NUMBER%% the emergency number, such as 112.
            subject=_("Emergency call: %%CALLER_NUMBER%% dialled %%CALLEE_NUMBER%%"),
            title=_("An emergency call was made"),
            plain=_("An emergency call was made"),
            paragraphs=(
                _("<strong>%%CALLER_NUMBER%%</strong> dialled <strong>%%CALLEE_NUMBER%%</strong> on %%DATE_TIME%%."),
            ),
        ),
        NotificationKind.TWO_FACTOR_CODE: MailTemplate(
            subject=_("Your sign-in code"),
            title=_("Your sign-in code"),
            plain=_("Your sign-in code"),
            paragraphs=(
                # Translators: the code follows on a line of its own.
                _("Hello %%DISPLAY_NAME%%, this is your code:"),
                '<span style="font-size:28px;letter-spacing:4px"><strong>%%AUTH_CODE%%</strong></span>',
                # Translators: %%PBX_WEB_DOMAIN%% is a web address.
                _("It was asked for at %%PBX_WEB_DOMAIN%%. If that was not you, change your password."),
            ),
        ),
    }
)
"""Used only where the notification has neither text nor HTML."""
