"""What a mail says and to whom, the same by every channel: a plugin's service or the PBX's own fallback.

Call `check_mail` first and send what it returns, then `write_mail` for subject and text, in the language of the
notification. Both are pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pbx_plugin_api._words import _
from pbx_plugin_api.catalogues import languages_of, pick_language
from pbx_plugin_api.mail_templates import DEFAULT_TEMPLATES, MailTemplate
from pbx_plugin_api.notifications import AttachmentRef, Notification, NotificationKind, RejectedRecipient
from pbx_plugin_api.texts import Text, translate

__all__ = ["CheckedMail", "MailText", "check_mail", "find_address_fault", "is_mail_address", "write_mail"]

_PLACEHOLDER: Final = re.compile(r"%%([A-Z][A-Z0-9_]*)%%")
_SECRET: Final = re.compile(r"PASSWORD|PIN|SECRET")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAK: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HIDDEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_TURNS_TEXT: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINK: Final = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_TAG: Final = re.compile(r"<[^>]*>")
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_CONTENT_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,63}")
_FOLDERS: Final = re.compile(r".*[/\\]")
_CONTENT_ID: Final = re.compile(r"[!-~]{1,250}")
_DOUBLES: Final = (
    ("CALLER_NUMBER", "CALLER_EXTENSION_NUMBER"),
    ("CALLER_EXTENSION_NUMBER", "CALLER_NUMBER"),
    ("CALLER_NAME", "CALLER_NUMBER"),
    ("USER_EMAIL", "EMAIL_ADDRESS"),
    ("EMAIL_ADDRESS", "USER_EMAIL"),
)
"""Names in PortSIP's templates, and which other name has the value where the first has none."""
# Translators: three reasons that end a sentence, such as "This is not an e-mail address: it contains a line break …".
_LINE_BREAK_FAULT: Final = _("it contains a line break or another control character")
_HIDDEN_FAULT: Final = _("it contains a character that cannot be seen")
_FORM_FAULT: Final = _("it does not have the form name@domain")
_HEADINGS: Final = {
    # Translators: the heading of a mail that was sent to try the mail settings.
    NotificationKind.TEST: _("Test"),
    # Translators: the heading of a mail about something that has no text of its own.
    NotificationKind.OTHER: _("Other"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedMail:
    """A notification that any channel can send as it is, and what had to be left out of it."""

    notification: Notification | None
    """Only usable addresses, file names of one line and without folders. None where no recipient is left."""
    rejected: tuple[RejectedRecipient, ...] = ()
    """Recipients who cannot get it, each with a reason."""
    notes: tuple[str, ...] = ()
    """A sentence for each reply address that was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """Subject and text with every value filled in."""

    subject: str
    """One line, without control characters."""
    text: str
    html: str = ""
    """Empty where the mail is plain text only."""


def find_address_fault(address: str) -> str | None:
    """Return why this cannot be a mail address, as the end of a sentence; None where it may be one."""
    if _LINE_BREAK.search(address):
        return _LINE_BREAK_FAULT
    if _HIDDEN.search(address):
        return _HIDDEN_FAULT
    if not _ADDRESS.fullmatch(address):
        return _FORM_FAULT
    return None


def is_mail_address(address: str) -> bool:
    """Whether this can be a mail address at all; the mail service has the last word."""
    return find_address_fault(address) is None


def check_mail(notification: Notification) -> CheckedMail:
    """Sort out what no channel may send: addresses that are none, names of files that are more than a name.

    A line break in an address could add a header or a recipient.
    """
    everyone = (*notification.to, *notification.cc, *notification.bcc)
    checked = None
    if any(map(is_mail_address, everyone)):
        checked = replace(
            notification,
            to=tuple(filter(is_mail_address, notification.to)),
            cc=tuple(filter(is_mail_address, notification.cc)),
            bcc=tuple(filter(is_mail_address, notification.bcc)),
            reply_to=tuple(filter(is_mail_address, notification.reply_to)),
            attachments=tuple(map(_check_attachment, notification.attachments)),
        )
    return CheckedMail(
        notification=checked,
        rejected=tuple(
            RejectedRecipient(address=address, reason=_("This is not an e-mail address: {fault}.", fault=fault))
            for address, fault in _find_faults(everyone)
        ),
        notes=tuple(
            _("The reply address {address} was left out: {fault}.", address=repr(address), fault=fault)
            for address, fault in _find_faults(notification.reply_to)
        ),
    )


def write_mail(
    notification: Notification,
    *,
    marks_copy: bool = False,
    left_out: Sequence[AttachmentRef] = (),
    gone: Sequence[AttachmentRef] = (),
) -> MailText:
    """Return subject and text: the notification's own, or the default of its kind where it has neither text nor HTML.

    Values are text: escaped in HTML, on one line in the subject, never searched for placeholders. Those whose name ends
    in `_URL` must be web links and count as missing otherwise. A placeholder without a value stays visible in a text of
    the PBX's own; of a default text its paragraph is left out.

    Args:
        notification: As `check_mail` returned it. What is a `Text` is written in its `language`.
        marks_copy: Whether the subject says that the mail may have been sent before.
        left_out: Attachments that are too large to send. The text says so and has the PBX's links.
        gone: Attachments that the PBX no longer has. The text says so.
    """
    language = notification.language
    values, qr_id = _read_values(notification), _find_qr(notification.attachments)
    subject, text, rich = translate((notification.subject, notification.text, notification.html), language)
    template = None if text or rich else translate(DEFAULT_TEMPLATES.get(notification.kind), language)
    if template is None:
        text = text or ("" if rich else _list_values(notification, values))
    else:
        known = {name for name, value in values.items() if value}
        subject = subject or _choose_line(template.subject, template, known)
        text = _write_plain(template, known)
        spoken = pick_language([language], languages_of("pbx_plugin_api"))
        rich = _draw_page(template, known | {"QR_CODE"} if qr_id else known, spoken)
    subject = _LINE_BREAK.sub(" ", _TURNS_TEXT.sub("", _clean(_fill_text(subject, values)))).strip()
    if marks_copy:
        subject = _("[Possibly sent twice] {subject}", subject=subject).in_language(language)
    text = _clean(_fill_text(text, values))
    rich = _clean(_fill_html(rich, values, qr_id, language))
    files = [(ref, False) for ref in left_out] + [(ref, True) for ref in gone]
    if files and (text or not rich):
        notes = (_note_file(ref, is_gone, is_html=False).in_language(language) for ref, is_gone in files)
        text = text.rstrip("\n") + "\n\n" + "\n".join(notes) + "\n"
    if files and rich:
        rich += "".join(
            f"<p>{_note_file(ref, is_gone, is_html=True).in_language(language)}</p>" for ref, is_gone in files
        )
    return MailText(subject=subject, text=text, html=rich)


def _note_file(ref: AttachmentRef, is_gone: bool, *, is_html: bool) -> Text:
    """Say that a file is not attached, why, and where it is."""
    name, address = ref.filename, ref.download_url or ""
    if is_html:
        name, address = html.escape(name), html.escape(address)
    if is_gone:
        return _("{file} could not be attached: the PBX no longer has the file.", file=name)
    # Translators: a size of a file in megabytes.
    size = _("{n:.1f} MB", n=ref.size_bytes / 1_000_000)
    if not address:
        return _("{file} ({size}) is too large to send by mail: fetch it from the PBX.", file=name, size=size)
    if is_html:
        # Translators: keep <a href="{address}"> and </a>, which make a link.
        return _(
            '{file} ({size}) is too large to send by mail: <a href="{address}">download it from the PBX</a>.',
            file=name,
            size=size,
            address=address,
        )
    return _(
        "{file} ({size}) is too large to send by mail: download it from the PBX: {address}.",
        file=name,
        size=size,
        address=address,
    )


def _find_faults(addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    for address in dict.fromkeys(addresses):
        fault = find_address_fault(address)
        if fault is not None:
            yield address, fault


def _check_attachment(ref: AttachmentRef) -> AttachmentRef:
    content_type = ref.content_type.partition(";")[0].strip()
    content_id = ref.content_id.strip("<>") if ref.content_id else None
    return replace(
        ref,
        filename=_name_file(ref.filename),
        content_type=content_type if _CONTENT_TYPE.fullmatch(content_type) else "application/octet-stream",
        content_id=content_id if content_id and _CONTENT_ID.fullmatch(content_id) else None,
    )


def _name_file(text: str) -> str:
    """Return the last part of a path, on one line."""
    line = _LINE_BREAK.sub(" ", _TURNS_TEXT.sub("", text))
    return _FOLDERS.sub("", line).strip() or "attachment"


def _read_values(notification: Notification) -> Mapping[str, str]:
    written = translate(dict(notification.placeholders), notification.language)
    # A caller's name must not turn the sentence around it.
    values = {name: _TURNS_TEXT.sub("", _clean(str(value))) for name, value in written.items()}
    for name, value in list(values.items()):
        if name.endswith("_URL") and not _WEB_ADDRESS.fullmatch(value):
            values[name] = ""
    for name, other in _DOUBLES:
        if name not in values and other in values:
            values[name] = values[other]
    return values


def _clean(text: str) -> str:
    """Leave out control characters, and what UTF-8 cannot write."""
    return _CONTROL.sub("", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _fill_text(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _fill_html(template: str, values: Mapping[str, str], qr_id: str | None, language: str) -> str:
    # Translators: said in place of a picture that cannot be shown.
    alt = html.escape(_("QR code").in_language(language), quote=True)

    def fill(match: re.Match[str]) -> str:
        if match[1] == "QR_CODE" and qr_id is not None:
            return f'<img src="cid:{html.escape(qr_id, quote=True)}" alt="{alt}" width="200" height="200">'
        value = values.get(match[1])
        return match[0] if value is None else html.escape(value, quote=True).replace("\n", "<br>")

    return _PLACEHOLDER.sub(fill, template)


def _find_qr(attachments: Sequence[AttachmentRef]) -> str | None:
    """Return the content id of the picture that `%%QR_CODE%%` stands for."""
    found = (ref.content_id for ref in attachments if "qr" in f"{ref.content_id} {ref.filename}".casefold())
    return next(filter(None, found), None)


def _choose_line(line: str, template: MailTemplate, known: Collection[str]) -> str:
    return line if set(_PLACEHOLDER.findall(line)) <= set(known) else template.plain


def _choose_paragraphs(template: MailTemplate, known: Collection[str]) -> list[str]:
    return [line for line in template.paragraphs if set(_PLACEHOLDER.findall(line)) <= set(known)]


def _draw_page(template: MailTemplate, known: Collection[str], language: str) -> str:
    """The page says its language: by that a mail program reads it aloud, and chooses a Chinese font."""
    title = _choose_line(template.title, template, known)
    body = "".join(f"<p>{line}</p>" for line in _choose_paragraphs(template, known))
    return (
        f'<div lang="{language}" style="font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;'
        'color:#1f2328">'
        f'<h2 style="font-size:18px;margin:0 0 12px">{title}</h2>{body}</div>'
    )


def _write_plain(template: MailTemplate, known: Collection[str]) -> str:
    """The same as plain text, still to be filled in."""
    lines = [_choose_line(template.title, template, known), *_choose_paragraphs(template, known)]
    return "\n\n".join(_TAG.sub("", _LINK.sub(r"\2: \1", line)) for line in lines) + "\n"


def _list_values(notification: Notification, values: Mapping[str, str]) -> str:
    """A text where there is none: what is known of the event, without what is secret."""
    known = [f"{name}: %%{name}%%" for name in values if not _SECRET.search(name)]
    heading = _HEADINGS.get(notification.kind, _HEADINGS[NotificationKind.OTHER]).in_language(notification.language)
    return "\n".join([heading, *known])
