"""The notices to administrators that this plugin raises: each has a cause, and something that mends it ends it.

| kind | raised when | ended by |
|---|---|---|
| `SYNC_FAILED` | two runs in a row failed | a run that does not fail |
| `SYNC_BETWEEN` | every look between the nights failed for an hour | a good look, or looks switched off |
| `USERS_APPROVAL` | a plan waits | its approval, or a run that has nothing to ask |
| `USERS_WAITING` | people wait for a user, by reason | a run in which nobody waits for that reason |
| `CONTACTS_APPROVAL` | a removal of contacts waits | its approval, or a run that has nothing to ask |
| `PHOTOS_APPROVAL` | a removal of photos waits | its approval, or a run that has nothing to ask |
| `JOIN` | a first sign-in met a taken address, by person | the person is linked, or the address is free |
| `SIGNIN_FAULT` | Microsoft signs nobody in | somebody signs in, or sign-in is switched off |
| `REDIRECT_URIS` | a domain of the PBX changed | a sign-in or consent at the new one, or sign-in switched off |
| `CERTIFICATE` | the certificate expires soon, or Entra refuses it | another certificate in use |
| `RENEWAL` | the plugin could not renew the certificate | its renewal, or renewal switched off |
| `MAIL_REJECTED` | a mail was refused, by cause | the mail is sent, 30 days are over, or mail is switched off |
| `MAIL_REPLY_TO` | a reply address was left out | a mail with a good one, or mail is switched off |

Disconnecting ends all of them.
"""

from __future__ import annotations

from enum import StrEnum

from pbx_plugin_api import Host


class NoticeKind(StrEnum):
    """What a notice is about; also its key, unless several of a kind may be open."""

    SYNC_FAILED = "m365.sync.failed"
    SYNC_BETWEEN = "m365.sync.between"
    USERS_APPROVAL = "m365.users.approval"
    USERS_WAITING = "m365.users.waiting"
    """`m365.users.waiting.REASON`"""
    CONTACTS_APPROVAL = "m365.contacts.approval"
    PHOTOS_APPROVAL = "m365.photos.approval"
    JOIN = "m365.join"
    """`m365.join.OBJECT_ID`"""
    SIGNIN_FAULT = "m365.signin.fault"
    REDIRECT_URIS = "m365.redirect_uris"
    CERTIFICATE = "m365.certificate"
    RENEWAL = "m365.renewal"
    MAIL_REJECTED = "mail.rejected"
    """`mail.rejected.CAUSE`"""
    MAIL_REPLY_TO = "mail.reply_to"


def resolve_all(host: Host) -> None:
    """End every notice: nothing of Microsoft 365 is connected any more."""
    for kind in NoticeKind:
        host.resolve_notice(kind)


def level_of(n: int) -> int:
    """How bad a number of people is: 0 for up to 9, 1 up to 99, and so on. A step is worth another mail."""
    return len(str(max(n, 0))) - 1
