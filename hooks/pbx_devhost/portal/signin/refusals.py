"""Refuses a sign-in: the page has a short sentence and a reference, the audit log has the reason with it."""

from __future__ import annotations

import logging
import secrets
from typing import Final
from urllib.parse import urlencode

from flask import render_template
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.visit import the_pbx, the_visit
from pbx_devhost.store.plugins.budgets import PluginRateBudget
from pbx_devhost.texts import _
from pbx_plugin_api import LoginRefused, RateLimit, Tenant

_log = logging.getLogger(__name__)

AGAIN: Final = _("This sign-in is no longer valid. Please sign in again.")
NOT_NOW: Final = _("Signing in is not possible at the moment. Please try again, or ask your administrator.")

SWITCHED_OFF: Final = _(
    "This way to sign in is not available now: your organisation may have switched it off. Go back and sign in with a"
    " password, or ask your administrator."
)

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without characters that are misread on the telephone."""
_LINES: Final = (RateLimit(amount=120, window_s=60), RateLimit(amount=1_200, window_s=86_400))
"""How many lines of one reason are written for one tenant, because anybody can send such requests without end. Each
reason has its own count, so that a flood of one kind hides no line of another."""
_FLOOD_S: Final = 60
_DETAIL_MAX_CHARS: Final = 500


def make_reference() -> str:
    """Return a reference that a person can read to an administrator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def record_refusal(tenant: Tenant | None, refusal: LoginRefused, *, actor: str = "somebody") -> str:
    """Write a refusal into the audit log and return its reference. Every reference that is shown is found there.

    Above the limit, refusals of one reason share one line and its reference for a minute, and each is in the program's
    log, without any text from the request. Where the tenant is not known, the line keeps the address: the
    administrators of the tenants there find it by its reference.
    """
    pbx, reference = the_pbx(), make_reference()
    detail = refusal.reason
    if refusal.detail:
        more, room = refusal.detail, _DETAIL_MAX_CHARS - len(refusal.reason) - 2
        if len(more) > room:
            more = more[:room]  # a text of a stranger: then it stays in the language that it has
        # Translators: why somebody was not signed in, and more about it.
        detail = _("{reason}: {detail}", reason=refusal.reason, detail=more)
    tenant_id = tenant.pbx_tenant_id if tenant is not None else the_visit().known.only_tenant_id
    origin = the_visit().origin if tenant_id is None else ""
    # `portal:` keeps the count apart from the rate budgets of plugins.
    budget = PluginRateBudget(pbx.stores.scope(f"portal:{tenant_id or ''}", "portal"))
    if budget.take(refusal.reason, 1, _LINES) is not None:
        shared = pbx.stores.audit.share_reference(
            tenant_id, refusal.reason, reference, origin=origin, window_s=_FLOOD_S
        )
        _log.warning("Sign-in refused (%s): %s", shared, refusal.reason)
        return shared
    # A typed name never reads like a plugin's or a system administrator's.
    by = "somebody" if ":" in actor else actor
    pbx.stores.audit.record(
        tenant_id, by, "sign_in", outcome="refused", subject=f"reference {reference}", detail=detail,
        reference=reference, origin=origin,
    )  # fmt: skip
    return reference


def refuse(
    tenant: Tenant | None, refusal: LoginRefused, *, status: int = 403, back_to_app: str = "", other_account: str = ""
) -> ResponseReturnValue:
    """Return the page that refuses.

    `other_account` is where another account can be chosen; where it is not given, at the sign-in page.
    """
    if tenant is not None and not other_account:
        other_account = f"/login?{urlencode({'domain': tenant.sip_domain, 'other_account': '1'})}"
    reference = record_refusal(tenant, refusal)
    body = render_template(
        "refused.html",
        sentence=refusal.sentence,
        reference=reference,
        domain=tenant.sip_domain if tenant is not None else "",
        back_to_app=back_to_app,
        other_account=other_account if refusal.may_use_another_account else "",
    )
    return body, status
