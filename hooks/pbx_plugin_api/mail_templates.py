"""The texts of mail for which the PBX wrote none, by kind. Data.

Source: PortSIP, "Supported Template Variable Parameters" (https://support.portsip.com, 2026-11): names are upper case;
the voicemail texts there say CALLER_EXTENSION_NUMBER, the default templates CALLER_NAME and CALLER_NUMBER.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pbx_plugin_api.notifications import NotificationKind

__all__ = ["DEFAULT_TEMPLATES", "MailTemplate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """Subject, heading and paragraphs (HTML, with `%%NAME%%`) of one kind of mail."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    """One that needs a value nobody gave is left out."""
    plain: str
    """Instead of a subject or heading that needs a value nobody gave."""


DEFAULT_TEMPLATES: Final[Mapping[NotificationKind, MailTemplate]] = MappingProxyType(
    {
        NotificationKind.VOICEMAIL: MailTemplate(
            subject="New voicemail from %%CALLER_NAME%% (%%CALLER_NUMBER%%)",
            title="You have a new voicemail",
            plain="You have a new voicemail",
            paragraphs=(
                "Hello %%DISPLAY_NAME%%,",
                "<strong>%%CALLER_NAME%%</strong> (%%CALLER_NUMBER%%) left you a message on %%DATE_TIME%%.",
                "Mailbox: %%VOICEMAIL_NAME%%",
                '<a href="%%VOICEMAIL_DOWNLOAD_URL%%">Listen to it</a>',
            ),
        ),
        NotificationKind.NEW_USER: MailTemplate(
            subject="Your telephone at %%TENANT_NAME%%: extension %%EXTENSION_NUMBER%%",
            title="Welcome, %%DISPLAY_NAME%%",
            plain="Your new telephone",
            paragraphs=(
                "Your extension is <strong>%%EXTENSION_NUMBER%%</strong>, your user name is "
                "<strong>%%USER_NAME%%</strong>, the domain is <strong>%%DOMAIN%%</strong>.",
                "Open the PortSIP ONE app and scan this code:<br>%%QR_CODE%%",
            ),
        ),
        NotificationKind.EMERGENCY_CALL: MailTemplate(
            subject="Emergency call: %%CALLER_NUMBER%% dialled %%CALLEE_NUMBER%%",
            title="An emergency call was made",
            plain="An emergency call was made",
            paragraphs=(
                "<strong>%%CALLER_NUMBER%%</strong> dialled <strong>%%CALLEE_NUMBER%%</strong> on %%DATE_TIME%%.",
            ),
        ),
        NotificationKind.TWO_FACTOR_CODE: MailTemplate(
            subject="Your sign-in code",
            title="Your sign-in code",
            plain="Your sign-in code",
            paragraphs=(
                "Hello %%DISPLAY_NAME%%, your code is",
                '<span style="font-size:28px;letter-spacing:4px"><strong>%%AUTH_CODE%%</strong></span>',
                "It was asked for at %%PBX_WEB_DOMAIN%%. If that was not you, change your password.",
            ),
        ),
    }
)
"""Used only where the notification has neither text nor HTML."""
