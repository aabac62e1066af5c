"""Mail texts with PortSIP's `%%NAME%%` placeholders: filling them in, and the texts used when the host wrote none.

Source: PortSIP, Supported Template Variable Parameters (read 2026-11): names are upper case and case-sensitive; the
voicemail texts there say CALLER_EXTENSION_NUMBER, the default templates CALLER_NAME and CALLER_NUMBER; both work here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pbx_plugin_api import NotificationKind

__all__ = ["DEFAULT_TEMPLATES", "Template", "fill_html", "fill_text"]

_PLACEHOLDER = re.compile(r"%%([A-Z][A-Z0-9_]*)%%")
_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Subject, heading and paragraphs (HTML) of one kind of mail."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]

    def page(self, known: Collection[str]) -> str:
        """Return the body as HTML, without the paragraphs that need a placeholder nobody gave."""
        kept = [line for line in self.paragraphs if set(_PLACEHOLDER.findall(line)) <= set(known)]
        return _page(self.title, *kept)


def fill_text(template: str, values: Mapping[str, str], *, one_line: bool = False) -> str:
    """Fill placeholders into plain text. Unknown names stay as they are, so that a typing error can be seen.

    Args:
        template: Text with `%%NAME%%` in it. Values are not searched for placeholders again.
        values: Texts by name.
        one_line: Whether line ends in values become spaces, as a subject needs.
    """

    def fill(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None:
            return match[0]
        return _LINE_ENDS.sub(" ", value) if one_line else value

    return _PLACEHOLDER.sub(fill, template)


def fill_html(template: str, values: Mapping[str, str], *, qr_content_id: str | None = None) -> str:
    """Fill placeholders into HTML: values are text and are escaped, so that a caller's name cannot write markup.

    `%%QR_CODE%%` becomes the inline picture with `qr_content_id`, where there is one.
    """

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name == "QR_CODE" and qr_content_id is not None:
            return f'<img src="cid:{html.escape(qr_content_id, quote=True)}" alt="QR code" width="200" height="200">'
        value = values.get(name)
        return match[0] if value is None else html.escape(value, quote=True).replace("\n", "<br>")

    return _PLACEHOLDER.sub(fill, template)


def _page(title: str, *lines: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return (
        '<div style="font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#1f2328">'
        f'<h2 style="font-size:18px;margin:0 0 12px">{title}</h2>{body}</div>'
    )


DEFAULT_TEMPLATES: Final[Mapping[NotificationKind, Template]] = MappingProxyType(
    {
        NotificationKind.VOICEMAIL: Template(
            subject="New voicemail from %%CALLER_NAME%% (%%CALLER_NUMBER%%)",
            title="You have a new voicemail",
            paragraphs=(
                "Hello %%DISPLAY_NAME%%,",
                "<strong>%%CALLER_NAME%%</strong> (%%CALLER_NUMBER%%) left you a message on %%DATE_TIME%%.",
                "Mailbox: %%VOICEMAIL_NAME%%",
                '<a href="%%VOICEMAIL_DOWNLOAD_URL%%">Listen to it</a>',
            ),
        ),
        NotificationKind.NEW_USER: Template(
            subject="Your telephone at %%TENANT_NAME%%: extension %%EXTENSION_NUMBER%%",
            title="Welcome, %%DISPLAY_NAME%%",
            paragraphs=(
                "Your extension is <strong>%%EXTENSION_NUMBER%%</strong>, your user name is "
                "<strong>%%USER_NAME%%</strong>, the domain is <strong>%%DOMAIN%%</strong>.",
                "Open the PortSIP ONE app and scan this code:",
                "%%QR_CODE%%",
            ),
        ),
        NotificationKind.EMERGENCY_CALL: Template(
            subject="Emergency call: %%CALLER_NUMBER%% dialled %%CALLEE_NUMBER%%",
            title="An emergency call was made",
            paragraphs=(
                "<strong>%%CALLER_NUMBER%%</strong> dialled <strong>%%CALLEE_NUMBER%%</strong> on %%DATE_TIME%%.",
            ),
        ),
        NotificationKind.TWO_FACTOR_CODE: Template(
            subject="Your sign-in code",
            title="Your sign-in code",
            paragraphs=(
                "Hello %%DISPLAY_NAME%%, your code is",
                '<span style="font-size:28px;letter-spacing:4px"><strong>%%AUTH_CODE%%</strong></span>',
                "It was asked for at %%PBX_WEB_DOMAIN%%. If that was not you, change your password.",
            ),
        ),
    }
)
"""Used only where the host wrote neither text nor HTML; a host's own text always wins."""
