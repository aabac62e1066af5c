"""Mail: what may be known without sending anything, what only a sent mail proves, and the mailbox that sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_plugin_api import Host, Tenant, sentences
from portsip_m365_plugin.checks.board import MAILBOX, Board
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, RecipientError
from portsip_m365_plugin.graph.mail import try_sending_nothing
from portsip_m365_plugin.graph.users import find_users
from portsip_m365_plugin.mail.receipts import explain_error
from portsip_m365_plugin.mail.sender import Sender
from portsip_m365_plugin.mail.shown import MAIL_SEND, find_subject, remember_receipt
from portsip_m365_plugin.permissions import PERMISSIONS, Need
from portsip_m365_plugin.proofs import Proof, read_proofs
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time

_SEND_TEST: Final = _("Press “Send test mail” on the MAIL tab.")
_UNPROVEN: Final = {
    MAIL_SEND: _("Only a sent mail proves it."),
    "Mail.ReadWrite": _("The test mail proves it with a draft that is deleted again."),
}
_AGAIN: Final = _("Press “Test connection” again.")


@dataclass(kw_only=True)
class MailCheck:
    """Checks the mail of one tenant, or of the system."""

    board: Board
    host: Host
    tenant: Tenant
    config: Config
    client: GraphClient | None
    """None where Graph cannot be asked."""

    def check(self) -> None:
        """Note the permissions for mail and the mailbox.

        Cost: two requests, four where the mailbox is named by an alias. One of them sends a message to nobody.
        """
        mailbox = self.config.mail.mailbox
        if not mailbox:
            for name in (*_UNPROVEN, MAILBOX):
                self.board.not_checked(name, _("No mailbox is chosen on the MAIL tab."), is_needed=False)
            return
        proofs = read_proofs(self.host, self.config.connection)
        known = {name: proof for name, proof in proofs.items() if proof.on == mailbox}
        for name in _UNPROVEN:
            self._note(name, known.get(name))
        proof = known.get(MAILBOX)
        if proof is not None and not proof.works:
            self._note(MAILBOX, proof)
        elif self.client is not None:
            self._look_up(self.client, mailbox, has_sent=proof is not None)

    def _note(self, name: str, proof: Proof | None) -> None:
        need = next((item.need(self.config, self.tenant) for item in PERMISSIONS if item.name == name), Need.NEEDED)
        if need is Need.UNUSED:
            self.board.not_checked(name, _("Nothing that is on uses it."), is_needed=False)
            return
        is_needed = need is Need.NEEDED
        if proof is None:
            self.board.not_proven(name, _UNPROVEN.get(name, ""), _SEND_TEST, is_needed=is_needed)
            return
        at = show_time(proof.at_utc, self.tenant)
        if proof.works:
            # Translators: {call} says what was done, such as “sent a mail from pbx@contoso.com”; {time} when.
            found = _("It works: {call} ({time}).", call=proof.call, time=at)
            self.board.ok(name, found, is_needed=is_needed)
            return
        found = sentences(proof.sentence, _("(Tried {time}.)", time=at))
        self.board.not_well(name, found, sentences(proof.remedy, _SEND_TEST), is_needed=is_needed)

    def _look_up(self, client: GraphClient, mailbox: str, *, has_sent: bool) -> None:
        try:
            found = find_users(client, mailbox)
        except ConsentMissingError:
            found = None
        except GraphError as error:
            self.board.not_checked(MAILBOX, error.sentence, error.remedy or _AGAIN)
            return
        if found is not None and len(found) > 1:
            sentence = _("Several accounts of this directory have the address {address}.", address=mailbox)
            self.board.not_well(MAILBOX, sentence, _("Enter the object id of the right one on the MAIL tab."))
        elif found is not None and not found:
            sentence = _("{mailbox}: no account of this directory has this address or sign-in name.", mailbox=mailbox)
            remedy = _("Check the spelling on the MAIL tab; a new mailbox takes some minutes to appear.")
            self.board.not_well(MAILBOX, sentence, remedy)
        else:
            self._try_nothing(client, str(found[0]["id"]) if found else mailbox, has_sent=has_sent)

    def _try_nothing(self, client: GraphClient, mailbox_id: str, *, has_sent: bool) -> None:
        mailbox = self.config.mail.mailbox
        try:
            try_sending_nothing(client, mailbox_id)
        except RecipientError:
            pass
        except GraphError as error:
            self._note_failure(error)
            return
        if has_sent:
            found = _("Exchange lets the app into {mailbox}, and a mail was sent from it.", mailbox=mailbox)
        else:
            found = _(
                "Exchange lets the app into {mailbox}, and the test mail shows whether it can send.", mailbox=mailbox
            )
        self.board.ok(MAILBOX, found)
        proof = read_proofs(self.host, self.config.connection).get(MAIL_SEND)
        if proof is not None and proof.on == mailbox and not proof.works:
            # The refusal is from before a repair: now the app is let in.
            self.board.not_proven(MAIL_SEND, _UNPROVEN[MAIL_SEND], _SEND_TEST)

    def _note_failure(self, error: GraphError) -> None:
        mailbox = self.config.mail.mailbox
        receipt = explain_error(error, mailbox, self.host.clock.now_utc())
        subject = find_subject(receipt)
        if subject is None:
            self.board.not_checked(MAILBOX, receipt.reason, receipt.remedy or _AGAIN)
            return
        remember_receipt(self.host, Sender.of(self.host, self.config), receipt)
        self.board.not_well(subject, receipt.reason, sentences(receipt.remedy, _SEND_TEST))
