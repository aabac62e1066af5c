"""The smallest plugin that uses all five hooks. Copy it to begin your own: pip install ./hello_plugin."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pbx_plugin_api as pbx

PBX_API_VERSION = (2, 0)
WORLD = pbx.DraftUser(link=pbx.UserLink(authority="hello", subject="1"), usernames=("world",), display_name="World")


@pbx.hookimpl
def on_settings_page(host: pbx.Host, tenant: pbx.Tenant, viewer: pbx.Viewer) -> pbx.SettingsPage | None:
    stored = host.settings.read()
    greeting = str(stored.values.get("greeting", "Hello"))

    def save(values: Mapping[str, str], expected_version: int) -> pbx.SaveOutcome:
        try:
            written = host.settings.write({**stored.values, **values}, expected_version=expected_version)
        except pbx.VersionConflictError as error:
            return pbx.SaveConflict(current_version=error.current_version)
        return pbx.Saved(version=written.version)

    def run(request: pbx.ActionRequest) -> pbx.ActionOutcome:
        return pbx.Done(message=f"{greeting}, {viewer.username}!")

    fields = (pbx.Field(name="greeting", label="Greeting", value=greeting),)
    tab = pbx.Tab(name="hello", label="HELLO", fields=fields, actions=(pbx.Action(name="greet", label="Greet me"),))
    return pbx.SettingsPage(title="Hello", version=stored.version, tabs=(tab,), save=save, run=run)


@pbx.hookimpl
def on_login_providers(host: pbx.Host, tenant: pbx.Tenant) -> Sequence[pbx.LoginProvider] | None:
    return ()  # no way to sign in of its own


@pbx.hookimpl
def on_nightly_tick(host: pbx.Host, tenant: pbx.Tenant, tick: pbx.Tick) -> pbx.TickReport | None:
    [result] = host.users.apply([pbx.CreateUser(draft=WORLD)])  # harmless when repeated
    counts = pbx.Counts(created=int(result.status == "applied"), unchanged=int(result.status == "unchanged"))
    return pbx.TickReport(status=pbx.TickStatus.DONE, counts=counts, next_due_at_utc=tick.now_utc + timedelta(days=1))


@pbx.hookimpl
def on_send_notification(
    host: pbx.Host, tenant: pbx.Tenant, notification: pbx.Notification
) -> pbx.DeliveryReceipt | None:
    return None  # "not my channel": the next plugin is asked


@pbx.hookimpl
def on_user_provision(host: pbx.Host, tenant: pbx.Tenant, request: pbx.ProvisionRequest) -> pbx.ProvisionOutcome | None:
    if request.typed == "world":
        return pbx.Provisioned(draft=WORLD)
    return pbx.ProvisionRefused(reason="not_found", sentence="This plugin knows the world and nobody else.")
