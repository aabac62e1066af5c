"""The five hooks, found by the entry point `m365`: translate and delegate, never decide.

A hook takes exactly the parameters of the contract, even those it does not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pbx_plugin_api import (
    DeliveryReceipt,
    Host,
    LoginProvider,
    Notification,
    ProvisionOutcome,
    ProvisionRequest,
    SettingsPage,
    Tenant,
    Tick,
    TickReport,
    Viewer,
    hookimpl,
    translate,
)
from portsip_m365_plugin.keys.expiry import read_valid_until
from portsip_m365_plugin.mail.send import send_notification
from portsip_m365_plugin.nightly import run_tick
from portsip_m365_plugin.page.codes import CODE_WORDS
from portsip_m365_plugin.page.page import draw_page
from portsip_m365_plugin.provision import describe_person
from portsip_m365_plugin.signin import offer_sign_in

__all__ = [
    "PBX_API_VERSION",
    "PBX_WORDS",
    "on_login_providers",
    "on_nightly_tick",
    "on_send_notification",
    "on_settings_page",
    "on_user_provision",
]

PBX_API_VERSION: Final = (2, 0)
"""The contract this plugin was written for."""
PBX_WORDS: Final = CODE_WORDS
"""What its machine words mean."""


@hookimpl
def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
    """The Microsoft 365 page, in the viewer's language."""
    return translate(draw_page(host, tenant, viewer), viewer.locale)


@hookimpl
def on_login_providers(host: Host, tenant: Tenant) -> Sequence[LoginProvider] | None:  # noqa: ARG001
    """Sign in with Microsoft, if the tenant has switched it on."""
    return offer_sign_in(host)


@hookimpl
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    """Users, contacts and photos; or the job that a button started."""
    return replace(run_tick(host, tenant, tick), valid_until_utc=read_valid_until(host))


@hookimpl
def on_send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    """One mail, sent from the tenant's mailbox or the system's."""
    return send_notification(host, tenant, notification)


@hookimpl
def on_user_provision(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """One person, by the same rules as in a sync."""
    return describe_person(host, tenant, request)
