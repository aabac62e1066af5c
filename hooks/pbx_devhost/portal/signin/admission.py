"""Finds the PBX user of a person whom a provider has identified. Only the link counts. A new user may be created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.portal.refresh import apply_to_linked
from pbx_devhost.store.users.linked import LinkedUsers
from pbx_devhost.texts import _
from pbx_plugin_api import (
    ApplyResult,
    ApplyStatus,
    CreateUser,
    Done,
    LinkedUser,
    LinkUser,
    LoginRefused,
    Provisioned,
    ProvisionReason,
    ProvisionRefused,
    ProvisionRequest,
    Refused,
    SignedIn,
    Tenant,
    UpdateUser,
)

_NOT_A_USER: Final = _("You are not a user of this PBX yet. Ask your administrator to add you.")
_DISABLED: Final = _("Your user of this PBX is disabled. Ask your administrator.")
_FAILED: Final = _("You could not be added to this PBX. Please try again, or ask your administrator.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A person may sign in as this user."""

    user: LinkedUser
    was_created: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmittedAdministrator:
    """A person may sign in as this administrator."""

    username: str


def admit(
    pbx: Pbx, tenant: Tenant, signed_in: SignedIn, *, in_browser: bool
) -> Admitted | AdmittedAdministrator | LoginRefused:
    """Return the user of a person. Create one if the provider says that the tenant allows it.

    Users are never found by name or address. Idempotent: a person who signs in twice at once is created once.
    """
    if signed_in.may_be_administrator and in_browser:  # a native app is for users
        name = pbx.stores.admin_links.find(tenant.pbx_tenant_id, signed_in.link)
        if name is not None:
            return AdmittedAdministrator(username=name)
    if signed_in.refusal_as_user is not None:
        return signed_in.refusal_as_user
    user = pbx.stores.linked_users(tenant.pbx_tenant_id).find(signed_in.link)
    who = _("object id {subject}", subject=signed_in.link.subject)
    if user is not None:
        if not user.enabled:
            return _refuse_person(_DISABLED, "user_disabled", _("{person} is {user}", person=who, user=user.username))
        return Admitted(user=user)
    if not signed_in.may_create:
        return _refuse_person(_NOT_A_USER, "not_a_user", _("{person} is not linked to a user", person=who))
    return _create(pbx, tenant, signed_in, who)


def _refuse_person(sentence: str, reason: str, detail: str) -> LoginRefused:
    return LoginRefused(sentence=sentence, reason=reason, detail=detail, may_use_another_account=True)


def _create(pbx: Pbx, tenant: Tenant, signed_in: SignedIn, who: str) -> Admitted | LoginRefused:
    request = ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=signed_in.link)
    answer = pbx.plugins.provision_user(tenant, request)
    outcome = answer.value
    if isinstance(outcome, ProvisionRefused):
        return LoginRefused(
            sentence=outcome.sentence, reason=outcome.reason, detail=_("{person} must not be added", person=who)
        )
    if not isinstance(outcome, Provisioned):
        return LoginRefused(
            sentence=_FAILED,
            reason="provisioning_failed",
            detail=_("{person}: {reason}", person=who, reason=answer.sentence),
        )
    if outcome.draft.link != signed_in.link:
        return LoginRefused(
            sentence=_FAILED, reason="provisioned_another", detail=_("{person} was asked for", person=who)
        )
    if outcome.link_user_id is not None:
        # Anybody may have this address at the source: only an administrator, or a sync, links a user made by hand.
        return LoginRefused(
            sentence=_NOT_A_USER, reason="link_at_sign_in", detail=_("{person} is not linked to a user", person=who)
        )
    stores, result = pbx.stores, _apply(pbx, tenant, outcome)
    user = stores.linked_users(tenant.pbx_tenant_id).find(signed_in.link)
    if user is None or not user.enabled:
        why = result.reason or result.status.value
        return LoginRefused(
            sentence=_FAILED,
            reason=result.code or "not_created",
            detail=_("{person}: {reason}", person=who, reason=why),
        )
    was_created = result.status is ApplyStatus.APPLIED
    if was_created:
        detail = _("first sign-in of {person}, extension {number}", person=who, number=user.extension_number)
        stores.audit.record(tenant.pbx_tenant_id, "portal", "user.create", subject=user.username, detail=detail)
    return Admitted(user=user, was_created=was_created)


def pick(pbx: Pbx, tenant: Tenant, typed: str, admin: str) -> LinkedUser | LoginRefused:
    """Add or refresh the person that an administrator named, by the rules of the sync. Idempotent; audited."""
    found = _provision(pbx, tenant, typed)
    outcome, detail = ("refused", found.reason) if isinstance(found, LoginRefused) else ("ok", found.username)
    pbx.stores.audit.record(tenant.pbx_tenant_id, admin, "user.pick", outcome=outcome, subject=typed, detail=detail)
    return found


def _provision(pbx: Pbx, tenant: Tenant, typed: str) -> LinkedUser | LoginRefused:
    answer = pbx.plugins.provision_user(tenant, ProvisionRequest(reason=ProvisionReason.ADMIN, typed=typed))
    outcome = answer.value
    if isinstance(outcome, ProvisionRefused):
        return LoginRefused(sentence=outcome.sentence, reason=outcome.reason)
    if not isinstance(outcome, Provisioned):
        return LoginRefused(sentence=answer.sentence or _FAILED, reason="provisioning_failed")
    users, link = pbx.stores.linked_users(tenant.pbx_tenant_id), outcome.draft.link
    is_known = users.find(link) is not None
    results = apply_to_linked(pbx, tenant, outcome) if is_known else [_apply(pbx, tenant, outcome)]
    refused, user = next((each for each in results if each.status is ApplyStatus.REFUSED), None), users.find(link)
    if user is None or refused is not None:
        why = refused.reason if refused is not None else ""
        return LoginRefused(sentence=why or _FAILED, reason="not_applied" if is_known else "not_created")
    return user


def say_picked(user: LinkedUser) -> str:
    """Say what became of the person."""
    if user.enabled:
        return _("{name} has extension {number}.", name=user.display_name, number=user.extension_number)
    return _(
        "{name} has extension {number}, and stays disabled: an administrator disabled this user in the PBX.",
        name=user.display_name,
        number=user.extension_number,
    )


def add_person(pbx: Pbx, tenant: Tenant, typed: str, admin: str) -> Done | Refused:
    """Do what `pick` does, and say how it went."""
    found = pick(pbx, tenant, typed, admin)
    if isinstance(found, LoginRefused):
        return Refused(message=found.sentence)
    return Done(message=say_picked(found))


def _apply(pbx: Pbx, tenant: Tenant, outcome: Provisioned) -> ApplyResult:
    """Create or link the user as a sync does, or bring the synced fields up to date; the photo too. One transaction."""
    scope = pbx.stores.scope(tenant.pbx_tenant_id)
    users = LinkedUsers(scope, pbx.stores.vault)
    with scope.write():
        draft, fields, user_id = outcome.draft, outcome.fields, outcome.link_user_id
        joins = CreateUser(draft=draft) if user_id is None else LinkUser(user_id=user_id, draft=draft, fields=fields)
        result = users.apply([joins])[0]
        if result.status is ApplyStatus.UNCHANGED:
            users.apply([UpdateUser(draft=draft, fields=fields)])
        if result.status is not ApplyStatus.REFUSED and outcome.photo is not None:
            users.set_photo(outcome.draft.link, outcome.photo)
    return result
