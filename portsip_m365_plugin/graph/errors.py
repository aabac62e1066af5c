"""What can go wrong with a Graph call. `graph.judge` decides which error an answer is.

GraphError
├── NotSentError            certainly not processed; safe to repeat
│   ├── ConnectFailedError      no connection: DNS, TLS, refused, proxy
│   ├── TokenMissingError       no access token (Entra refused it; has its own sentence)
│   └── BudgetSpentError        the run's time was over before the call could be made
├── AnswerLostError         sent, and no usable answer came: a write may have happened
├── ThrottledError          refused for now (429, 503 with Retry-After, 509); carries `retry_at_utc`
├── UnavailableError        500, 502, 503, 504: the service failed; a write may have happened
├── RefusedError            the service understood the call and refused it
│   ├── ConsentMissingError     the permission is not granted (Entra decides)
│   ├── AppMissingError         the app has no enterprise application in this directory (yet)
│   ├── AppDisabledError        the app's enterprise application is disabled
│   ├── ForbiddenError          403 for another reason than a missing permission
│   ├── ExchangeMissingError    the directory has no Exchange Online: no mailbox of it can be read
│   ├── MailboxRefusedError     Exchange does not let this app into this mailbox (RBAC scope, access policy)
│   ├── MailboxMissingError     no mailbox, on premises, inactive
│   ├── MailboxMovingError      being moved at the moment (MailboxInfoStale)
│   ├── SenderBlockedError      Microsoft blocks sending from this mailbox
│   ├── NotFoundError           no such object
│   ├── ConflictError           409: something else changed it at the same moment; safe to repeat
│   ├── ResyncRequiredError     the delta link or page link is too old: list everything once
│   ├── TooLargeError           413, or a message beyond the mailbox's limit
│   ├── QuotaError              the mailbox's sending or storage quota
│   ├── RecipientError          an address that Exchange does not accept
│   ├── ProofRefusedError       the proof with which the app rolls its keys is not accepted
│   ├── KeyLifeRefusedError     a policy of the directory allows no certificate that is valid for so long
│   ├── KeyKindRefusedError     a policy of the directory allows no certificate of this kind, such as self-signed
│   └── BadRequestError         anything else with 400-499: a bug of ours, or a cloud that lacks the call
├── AnswerTooLargeError     the answer is larger than we read at once; ask for less
└── ProtocolError           an answer that is not Graph's: wrong content type, broken JSON, redirect, loop
    ├── EndlessListingError     pages go on and on
    └── ForeignLinkError        a link to another origin than the cloud's Graph root
"""

from __future__ import annotations

from datetime import datetime

from pbx_plugin_api import listing, sentences
from portsip_m365_plugin.texts import _


class GraphError(Exception):
    """A Graph call failed.

    Attributes:
        sentence: For the admin: what is wrong.
        remedy: For the admin: what to do; may be empty.
        status: HTTP status, 0 where no answer came.
        code: Graph's most specific known code, or empty.
        request_id: Microsoft's id of the request, for their support; empty where no answer came.
        client_request_id: Ours.
        retry_after_s: How long the server asked us to wait; None where it did not ask.
        retry_at_utc: From when it may be tried again, where that is known.
        attempts: How often it was sent.
    """

    sentence_template: str = _("Microsoft Graph failed.")
    remedy_template: str = _("Press “Test connection” on the PERMISSIONS tab; it says what is wrong.")

    def __init__(
        self,
        detail: str = "",
        *,
        sentence: str = "",
        remedy: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        client_request_id: str = "",
        retry_after_s: float | None = None,
        retry_at_utc: datetime | None = None,
        attempts: int = 1,
    ) -> None:
        self.sentence = sentence or self.sentence_template
        self.remedy = remedy or self.remedy_template
        self.detail, self.status, self.code = detail, status, code
        self.request_id, self.client_request_id = request_id, client_request_id
        self.retry_after_s, self.retry_at_utc, self.attempts = retry_after_s, retry_at_utc, attempts
        super().__init__(detail or self.sentence)

    def describe(self) -> str:
        """Return sentence, remedy and Microsoft's ids: what the admin reads in the run log."""
        ids = [self.code] if self.code else []
        if self.request_id or self.client_request_id:
            # Translators: Microsoft's id of a request to Graph ("request-id"), for their support
            ids.append(_("request-id {id}", id=self.request_id or self.client_request_id))
        # Translators: Microsoft's ids after the sentences of an error
        return sentences(self.sentence, self.remedy, _("({ids})", ids=listing(ids)) if ids else "")

    def ids(self) -> dict[str, str]:
        """Return Microsoft's id of the request and ours, for `extra` of a log line."""
        return {"request_id": self.request_id, "client_request_id": self.client_request_id}

    def __str__(self) -> str:
        facts = [str(self.args[0])]
        if self.status:
            facts.append(f"HTTP {self.status}")
        if self.code:
            facts.append(self.code)
        if self.request_id:
            facts.append(f"request-id {self.request_id}")
        elif self.client_request_id:
            facts.append(f"client-request-id {self.client_request_id}")
        return ", ".join(facts)


class NotSentError(GraphError):
    """Certainly not processed."""


class ConnectFailedError(NotSentError):
    """No connection to Microsoft Graph."""

    sentence_template = _("Microsoft Graph cannot be reached.")
    remedy_template = _("Check this server's internet connection, DNS and proxy.")


class TokenMissingError(NotSentError):
    """No access token. Sentence and remedy come from Entra's refusal."""


class BudgetSpentError(NotSentError):
    """No time is left for the call."""

    sentence_template = _("The time for this run is over.")
    remedy_template = _("Nothing to do: the next run continues.")


class AnswerLostError(GraphError):
    """The request was sent and no usable answer came back."""

    sentence_template = _("The connection to Microsoft Graph broke before an answer came.")
    remedy_template = _("Nothing to do: reads are tried again. If it happens often, check this server's network.")


class ThrottledError(GraphError):
    """Microsoft asks us to wait."""

    sentence_template = _("Microsoft Graph is limiting the requests of this app.")
    remedy_template = _("Nothing to do: the request is sent again when Microsoft allows it.")


class UnavailableError(GraphError):
    """The service failed."""

    sentence_template = _("Microsoft Graph is not available at the moment.")
    remedy_template = _("Nothing to do: it is tried again. Microsoft's service health page may say why.")


class RefusedError(GraphError):
    """The service refused the call."""


class ConsentMissingError(RefusedError):
    """A permission is not granted."""

    sentence_template = _("The app registration lacks a permission, or no administrator has consented to it.")
    remedy_template = _(
        "In Entra, open the app registration, API permissions: add the application permission and grant admin consent."
    )

    def name_permission(self, permission: str) -> None:
        """Name the permission that the call needs."""
        if permission:
            self.sentence = _(
                "The app registration lacks the permission {permission}, or no administrator has consented to it.",
                permission=permission,
            )


class AppMissingError(RefusedError):
    """The directory has no enterprise application (service principal) of the app, or does not know it yet."""

    sentence_template = _(
        "Microsoft Graph does not know this app in the directory: its enterprise application is missing."
    )
    remedy_template = _(
        "If consent was granted a moment ago, wait five minutes. Otherwise grant admin consent in Entra: open the app"
        " registration, API permissions."
    )


class AppDisabledError(RefusedError):
    """The app's enterprise application is disabled."""

    sentence_template = _("The app is disabled in this directory.")
    remedy_template = _("Enable it in Entra under Enterprise applications, Properties.")


class ForbiddenError(RefusedError):
    """403 with a code that says nothing about permissions."""

    sentence_template = _("Microsoft Graph does not allow this request.")
    remedy_template = _("The code says why. Give it to Microsoft's support together with the request-id.")


class ExchangeMissingError(RefusedError):
    """Exchange Online does not know the directory. Users can still be read."""

    sentence_template = _("This directory has no Exchange Online, so mail and contacts cannot be used.")
    remedy_template = _(
        "Check the directory ID and the Exchange Online subscription. Without Exchange Online, switch off contact sync"
        " and mail; user sync works without it."
    )


class MailboxRefusedError(RefusedError):
    """Exchange does not let the app into this mailbox."""

    sentence_template = _("Exchange does not let the app into this mailbox.")
    remedy_template = _(
        "If the app should have access, add the mailbox to the scope of its role assignment in Exchange. A change takes"
        " up to 2 hours."
    )


class MailboxMissingError(RefusedError):
    """There is no mailbox in Exchange Online."""

    sentence_template = _("This account has no mailbox in Exchange Online (none, inactive, or on premises).")
    remedy_template = _("If it should have one, assign a licence with Exchange Online.")


class MailboxMovingError(RefusedError):
    """The mailbox is being moved."""

    sentence_template = _("This mailbox is being moved at the moment.")
    remedy_template = _("Nothing to do: it is tried again later. A move can take hours.")


class SenderBlockedError(RefusedError):
    """Microsoft does not let the mailbox send."""

    sentence_template = _("Microsoft blocks sending from this mailbox (outbound spam protection).")
    remedy_template = _("Find the cause, then unblock the mailbox in Microsoft Defender under Restricted entities.")


class NotFoundError(RefusedError):
    """There is no such object."""

    sentence_template = _("Microsoft Graph does not know this object.")
    remedy_template = _(
        "If it was just deleted at Microsoft, nothing is to do. Otherwise check the name or id that the line mentions."
    )


class ConflictError(RefusedError):
    """Something else changed the object at the same moment; the call did nothing."""

    sentence_template = _("Microsoft 365 was changing the same data at that moment.")
    remedy_template = _("Nothing to do: it is tried again.")


class ResyncRequiredError(RefusedError):
    """A stored link is too old."""

    sentence_template = _("Microsoft Graph no longer accepts the stored position of the sync.")
    remedy_template = _("Nothing to do: the next run lists everything once.")


class TooLargeError(RefusedError):
    """Larger than the service accepts."""

    sentence_template = _("Microsoft does not accept a message as large as this one.")
    remedy_template = _("Send a smaller message or smaller attachments.")


class QuotaError(RefusedError):
    """The mailbox's quota is used up."""

    sentence_template = _("The mailbox has used up its quota.")
    remedy_template = _("Free space in the mailbox, or wait until the sending quota of the day starts again.")


class RecipientError(RefusedError):
    """An address is not accepted."""

    sentence_template = _("Exchange does not accept a recipient's address.")
    remedy_template = _("Check the recipient's e-mail address.")


class ProofRefusedError(RefusedError):
    """Graph does not accept the proof that the app holds a registered key."""

    sentence_template = _("Microsoft does not accept the proof with which this PBX registers its next certificate.")
    remedy_template = _(
        "Check the application's object ID: it is the Object ID on the overview page of the app registration, not that"
        " of the enterprise application. Check the clock of this server, too."
    )


class KeyLifeRefusedError(RefusedError):
    """The certificate is valid for longer than a policy of the directory allows."""

    sentence_template = _("A policy of the directory does not allow certificates that are valid for so long.")
    remedy_template = _("The plugin tries shorter lives. If none is allowed, upload a certificate by hand.")


class KeyKindRefusedError(RefusedError):
    """A policy of the directory refuses certificates of this kind."""

    sentence_template = _("A policy of the directory does not allow certificates that this PBX signs itself.")
    remedy_template = _(
        "On the PERMISSIONS tab, press Download certificate request, have your certificate authority issue a"
        " certificate for it, and import that. Or ask the Entra administrator to exempt this application from the"
        " policy."
    )


class BadRequestError(RefusedError):
    """Any other refusal."""

    sentence_template = _("Microsoft Graph refused the request.")
    remedy_template = _("Give the code and the request-id to the plugin's maker or to Microsoft's support.")


class AnswerTooLargeError(GraphError):
    """The answer is larger than this client reads at once. It is not asked for again as it is."""

    sentence_template = _("An answer of Microsoft Graph is larger than this plugin reads at once.")
    remedy_template = _("Nothing to do: it is asked for in smaller parts where that is possible.")


class ProtocolError(GraphError):
    """The answer does not have Graph's form."""

    sentence_template = _("The answer did not come from Microsoft Graph, or something on the way changed it.")
    remedy_template = _("Check the proxy or firewall between this server and Microsoft.")


class EndlessListingError(ProtocolError):
    """A listing does not end: links in a circle, or ever new links without anything new behind them."""

    sentence_template = _("Microsoft Graph sends page after page and never ends the list, so it was given up.")
    remedy_template = _(
        "Nothing was concluded from it. It is tried again; if it lasts, give this line to Microsoft's support."
    )


class ForeignLinkError(ProtocolError):
    """A link leads to another server."""

    sentence_template = _("A link in Microsoft Graph's answer leads to another server; it was not followed.")
