"""What comes of a sign-in that gives no session: a test of the provider, or an administrator's account linked."""

from __future__ import annotations

from typing import Final

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.signin.flow_cookies import drop_flow
from pbx_devhost.portal.signin.refusals import record_refusal
from pbx_devhost.portal.visit import local_path, the_pbx
from pbx_devhost.store.signin.admin_links import AdminLinkError
from pbx_devhost.store.signin.flows import BegunFlow
from pbx_devhost.texts import _, say
from pbx_plugin_api import LoginRefused, SignedIn, Tenant, sentences

_TEST: Final = _("Test sign-in")
_LINK: Final = _("Link your account")


def show_test(tenant: Tenant, begun: BegunFlow, outcome: SignedIn | LoginRefused) -> ResponseReturnValue:
    """Say how a test went. Nobody is signed in by it, and no session ends."""
    if isinstance(outcome, LoginRefused):
        sentence = sentences(_("The test sign-in did not succeed."), outcome.sentence)
        return _show(begun, _TEST, sentence, tenant, outcome)
    detail = _describe(outcome)
    record = the_pbx().stores.audit.record
    record(tenant.pbx_tenant_id, "somebody", "sign_in.test", subject=begun.flow.provider_id, detail=detail)
    who = outcome.display_name or outcome.login_name
    return _show(begun, _TEST, _("The test sign-in succeeded. You were identified as {name}.", name=who))


def show_link(tenant: Tenant, begun: BegunFlow, outcome: SignedIn | LoginRefused) -> ResponseReturnValue:
    """Link the account to the administrator who began, and say so."""
    if isinstance(outcome, SignedIn) and not outcome.may_be_administrator:
        sentence = _("Your tenant does not let administrators sign in this way.")
        outcome = LoginRefused(sentence=sentence, reason="administrators_not_allowed")
    if isinstance(outcome, SignedIn):
        try:
            links = the_pbx().stores.admin_links
            links.put(tenant.pbx_tenant_id, begun.links_admin, outcome.link, session_hash=begun.session_hash)
        except AdminLinkError as error:
            outcome = LoginRefused(sentence=say(error), reason="account_not_linked", detail=begun.links_admin)
    if isinstance(outcome, LoginRefused):
        sentence = sentences(_("The account was not linked."), outcome.sentence)
        return _show(begun, _LINK, sentence, tenant, outcome)
    detail = _describe(outcome)
    record = the_pbx().stores.audit.record
    record(tenant.pbx_tenant_id, begun.links_admin, "account.link", subject=begun.flow.provider_id, detail=detail)
    who = outcome.display_name or outcome.login_name
    return _show(begun, _LINK, _("The account of {name} is linked: you can sign in with it.", name=who))


def _describe(outcome: SignedIn) -> str:
    return _("{login_name}, object id {subject}", login_name=outcome.login_name, subject=outcome.link.subject)


def _show(
    begun: BegunFlow, title: str, sentence: str, tenant: Tenant | None = None, refusal: LoginRefused | None = None
) -> ResponseReturnValue:
    reference = record_refusal(tenant, refusal) if refusal is not None else ""
    back = local_path(begun.flow.return_to)
    body = render_template("identified.html", title=title, sentence=sentence, reference=reference, back=back)
    response = make_response(body, 200 if refusal is None else 403)
    drop_flow(response, begun)
    return response
