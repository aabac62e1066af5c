"""Syncs one linked user now: asks the plugin of their directory about this person, and applies the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_devhost.texts import _, _p
from pbx_plugin_api import (
    ApplyResult,
    ApplyStatus,
    DisableReason,
    EnableUser,
    LinkedUser,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Tenant,
    UpdateUser,
    UserLink,
)

_NOT_REACHABLE: Final = "not_reachable"
"""See `ProvisionRefused.reason`."""
_SHOWN_FIELDS: Final = {
    # Translators: what a sync of one person changed, in a list: "Changed: name, e-mail."
    "display_name": _p("changed by a sync", "name"),
    "email": _p("changed by a sync", "e-mail"),
    "mobile_phone": _p("changed by a sync", "mobile number"),
    "work_phone": _p("changed by a sync", "work number"),
    "department": _p("changed by a sync", "department"),
    "photo_sha256": _p("changed by a sync", "photo"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The user is now as the directory has the person."""

    changed: tuple[str, ...]
    """What changed, in words for the page; empty if the user was like this already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRefreshed:
    """Nothing was changed."""

    reason: str
    """A machine word for the audit log."""
    sentence: str
    """For the administrator."""


def refresh_user(pbx: Pbx, tenant: Tenant, link: UserLink) -> Refreshed | NotRefreshed:
    """Bring the synced fields and the photo of a linked user up to date, by the rules of the sync. Idempotent.

    A user whom a sync disabled is enabled if the person is covered again. Nobody is created, disabled or deleted: who
    leaves is decided by a whole sync, under its guard.
    """
    answer = pbx.plugins.provision_user(tenant, ProvisionRequest(reason=ProvisionReason.ADMIN, link=link))
    outcome = answer.value
    if isinstance(outcome, ProvisionRefused):
        asked = outcome.reason != _NOT_REACHABLE
        sentence = (
            outcome.sentence if asked else _("The directory could not be asked: {reason}", reason=outcome.sentence)
        )
        return NotRefreshed(reason=outcome.reason, sentence=sentence)
    if not isinstance(outcome, Provisioned):
        return NotRefreshed(reason="provisioning_failed", sentence=answer.sentence)
    if outcome.draft.link != link:
        sentence = _("The plugin {plugin} described another person. Report this to its maker.", plugin=answer.plugin)
        return NotRefreshed(reason="provisioned_another", sentence=sentence)
    users = pbx.stores.linked_users(tenant.pbx_tenant_id)
    before = users.find(link)
    refused = next((each for each in apply_to_linked(pbx, tenant, outcome) if each.status is ApplyStatus.REFUSED), None)
    after = users.find(link)
    if before is None or after is None or refused is not None:
        why = refused.reason if refused is not None and refused.reason else _("the user was deleted meanwhile")
        return NotRefreshed(reason="not_applied", sentence=_("The PBX could not store it: {reason}.", reason=why))
    return Refreshed(changed=_compare(before, after))


def apply_to_linked(pbx: Pbx, tenant: Tenant, outcome: Provisioned) -> list[ApplyResult]:
    """Apply the description to its user in one transaction. Whom a sync disabled is enabled."""
    scope, link = pbx.stores.scope(tenant.pbx_tenant_id), outcome.draft.link
    users = LinkedUsers(scope, pbx.stores.vault)
    with scope.write():
        results = users.apply([UpdateUser(draft=outcome.draft, fields=outcome.fields)])
        if results[0].status is ApplyStatus.REFUSED:
            return results
        # Read as late as possible: an administrator may have disabled the user while the directory was asked.
        user = users.find(link)
        if user is not None and not user.enabled and user.disabled_reason is not DisableReason.BY_ADMIN:
            results += users.apply([EnableUser(link=link)])
        if outcome.photo is not None:
            results.append(users.set_photo(link, outcome.photo))
    return results


def _compare(before: LinkedUser, after: LinkedUser) -> tuple[str, ...]:
    changed: list[str] = [
        words for name, words in _SHOWN_FIELDS.items() if getattr(before, name) != getattr(after, name)
    ]
    return (
        (*changed, _p("changed by a sync", "enabled again")) if after.enabled and not before.enabled else tuple(changed)
    )
