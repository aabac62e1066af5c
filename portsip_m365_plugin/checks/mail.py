"""Mail: the permissions that only a sent mail proves, and the mailbox that sends."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from pbx_plugin_api import Host, Tenant
from portsip_m365_plugin.checks.board import MAILBOX, Board
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError
from portsip_m365_plugin.graph.users import find_users
from portsip_m365_plugin.permissions import PERMISSIONS, Need
from portsip_m365_plugin.proofs import MAILBOX as MAILBOX_PROOF
from portsip_m365_plugin.proofs import Proof, read_proofs

_SEND_TEST: Final = "Press “Send test mail” on the MAIL tab."
_UNPROVEN: Final = {
    "Mail.Send": "Only a sent mail proves it.",
    "Mail.ReadWrite": "The test mail proves it with a draft that is deleted again.",
}


def check_mail(board: Board, host: Host, tenant: Tenant, config: Config, client: GraphClient | None) -> None:
    """Note the permissions for mail and the mailbox. Cost: one request; three for an alias of the mailbox.

    Args:
        board: Takes the lines.
        host: Holds what sent mail has shown.
        tenant: Whose mail.
        config: Names the mailbox.
        client: None where Graph cannot be asked.
    """
    mailbox = config.mail.mailbox
    proofs = {name: proof for name, proof in read_proofs(host, config.connection).items() if proof.on == mailbox}
    for item in PERMISSIONS:
        if item.name not in _UNPROVEN:
            continue
        need = item.need(config, tenant)
        if need is Need.UNUSED:
            board.not_checked(item.name, "Nothing that is on uses it.", is_needed=False)
            continue
        _note(board, item.name, proofs.get(item.name), tenant, _UNPROVEN[item.name], is_needed=need is Need.NEEDED)
    if not mailbox:
        board.not_checked(MAILBOX, "No mailbox is chosen on the MAIL tab.", is_needed=False)
        return
    proof = proofs.get(MAILBOX_PROOF)
    if proof is not None and not proof.works:
        _note(board, MAILBOX, proof, tenant, "", is_needed=True)
    elif client is not None:
        _look_up(board, client, mailbox, has_sent=proof is not None)


def _note(board: Board, name: str, proof: Proof | None, tenant: Tenant, unproven: str, *, is_needed: bool) -> None:
    if proof is None:
        board.not_checked(name, unproven, _SEND_TEST, is_needed=is_needed)
        return
    at = proof.at_utc.astimezone(ZoneInfo(tenant.time_zone)).strftime("%Y-%m-%d %H:%M")
    if proof.works:
        board.ok(name, f"It works: {proof.call} {proof.on} ({at}).", is_needed=is_needed)
    else:
        remedy = f"{proof.remedy} Then send a test mail on the MAIL tab.".strip()
        board.not_well(name, f"{proof.sentence} (Tried {at}.)", remedy, is_needed=is_needed)


def _look_up(board: Board, client: GraphClient, mailbox: str, *, has_sent: bool) -> None:
    try:
        found = find_users(client, mailbox)
    except ConsentMissingError:
        board.not_checked(MAILBOX, f"Without User.Read.All nobody can look up {mailbox}.", _SEND_TEST, is_needed=False)
        return
    except GraphError as error:
        board.not_checked(MAILBOX, error.sentence, error.remedy or "Press “Test connection” again.")
        return
    if len(found) > 1:
        board.not_well(
            MAILBOX,
            f"Several accounts of this directory have the address {mailbox}.",
            "Enter the object id of the right one on the MAIL tab.",
        )
    elif not found:
        board.not_well(
            MAILBOX,
            f"{mailbox}: no account of this directory has this address or sign-in name.",
            "Check the spelling on the MAIL tab; a new mailbox takes some minutes to appear.",
        )
    else:
        sent = "and a mail was sent from it" if has_sent else "and the test mail shows whether it can send"
        board.ok(MAILBOX, f"{mailbox} is an account of this directory, {sent}.")
