"""The table on the PERMISSIONS tab: what each permission is for, what stops without it, what calls have shown."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Table
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.permissions import PERMISSIONS, Need, Permission
from portsip_m365_plugin.proofs import Proof, read_proofs
from portsip_m365_plugin.texts import _, _later
from portsip_m365_plugin.times import show_time

_BY_MAIL: Final = ("Mail.Send", "Mail.ReadWrite")
_NEEDS: Final = {
    # Translators: whether a permission is needed; {tab} is a tab's label, such as USER SYNC.
    Need.NEEDED: _later("Yes ({tab})"),
    # Translators: a permission is useful, but not needed; {tab} is a tab's label.
    Need.USEFUL: _later("Useful ({tab})"),
    Need.UNUSED: _later("No: nothing that is on uses it"),
}


def draw_permissions_table(view: PageView) -> Table:
    """Draw the table. Cost: one look at the state; no network."""
    proofs = read_proofs(view.host, view.config.connection)
    return Table(
        title=_("Graph application permissions"),
        columns=(_("Permission"), _("Needed now"), _("What it is for, and what stops without it"), _("State")),
        rows=tuple(_draw_row(item, proofs.get(item.name), view) for item in PERMISSIONS),
    )


def _draw_row(item: Permission, proof: Proof | None, view: PageView) -> tuple[str, ...]:
    need = item.need(view.config, view.tenant)
    # Translators: {purpose} and {consequence} are whole sentences.
    uses = _("{purpose} Without it: {consequence}", purpose=item.purpose, consequence=item.without_it)
    return (item.name, _(_NEEDS[need], tab=item.feature), uses, _say_state(item, need, proof, view))


def _say_state(item: Permission, need: Need, proof: Proof | None, view: PageView) -> str:
    if proof is None:
        if need is Need.UNUSED:
            return _("Not checked")
        if item.name in _BY_MAIL:
            return _("Not proven yet: press “Send test mail” on the MAIL tab")
        return _("Not proven yet: press “Test connection”")
    at = show_time(proof.at_utc, view.tenant)
    if proof.works:
        # Translators: {call} says what was done, such as “sent a mail from pbx@contoso.com”.
        return _("Works. Proven {time}: {call}", time=at, call=proof.call)
    if need is Need.NEEDED:
        # Translators: A permission. {call} says what was tried; {why} is a whole sentence.
        return _("Missing. Tried {time}: {call}. {why}", time=at, call=proof.call, why=proof.sentence)
    # Translators: A permission. {call} says what was tried; {why} is a whole sentence.
    return _("Refused. Tried {time}: {call}. {why}", time=at, call=proof.call, why=proof.sentence)
