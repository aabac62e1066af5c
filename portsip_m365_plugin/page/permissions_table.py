"""The table on the PERMISSIONS tab: what each permission is for, what stops without it, what calls have shown."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Table
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.permissions import PERMISSIONS, Need, Permission
from portsip_m365_plugin.proofs import Proof, read_proofs
from portsip_m365_plugin.times import show_time

_BY_MAIL: Final = ("Mail.Send", "Mail.ReadWrite")
_NEEDS: Final = {
    Need.NEEDED: "Yes",
    Need.USEFUL: "Useful",
    Need.UNUSED: "No: nothing that is on uses it",
}


def draw_permissions_table(view: PageView) -> Table:
    """Draw the table. Cost: one look at the state; no network."""
    proofs = read_proofs(view.host, view.config.connection)
    return Table(
        title="Graph application permissions",
        columns=("Permission", "Needed now", "What it is for, and what stops without it", "State"),
        rows=tuple(_draw_row(item, proofs.get(item.name), view) for item in PERMISSIONS),
    )


def _draw_row(item: Permission, proof: Proof | None, view: PageView) -> tuple[str, ...]:
    need = item.need(view.config, view.tenant)
    needed = f"{_NEEDS[need]} ({item.feature})" if need is not Need.UNUSED else _NEEDS[need]
    return (item.name, needed, f"{item.purpose} Without it: {item.without_it}", _say_state(item, need, proof, view))


def _say_state(item: Permission, need: Need, proof: Proof | None, view: PageView) -> str:
    if proof is None:
        if need is Need.UNUSED:
            return "Not checked"
        step = "press “Send test mail” on the MAIL tab" if item.name in _BY_MAIL else "press “Test connection”"
        return f"Not proven yet: {step}"
    at = show_time(proof.at_utc, view.tenant)
    tried = f"{proof.call} {proof.on}" if proof.on else proof.call
    if proof.works:
        return f"Works. Proven {at}: {tried}"
    word = "Missing" if need is Need.NEEDED else "Refused"
    return f"{word}. Tried {at}: {proof.call}. {proof.sentence}"
