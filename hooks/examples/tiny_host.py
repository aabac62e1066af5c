"""A PBX in one file: finds the installed plugins and calls all five hooks of each. `python tiny_host.py`.

`PluginHost` finds plugins by their entry point and calls each by itself. It asks its factory for the host that a plugin
gets; here that is the host in memory of the contract's tests, in a PBX it is your own.
"""

from datetime import timedelta

import pbx_plugin_api as pbx
from pbx_plugin_api.hosting.manager import PluginHost
from pbx_plugin_api.testing import FakePbx

TENANT = pbx.Tenant(pbx_tenant_id="t1", name="Contoso", sip_domain="contoso.example")
ADMIN = pbx.Viewer(username="admin")


def main() -> None:
    """Call every hook once and print what came of it."""
    core = FakePbx()
    plugins, now_utc = PluginHost(core), core.clock.now_utc()
    for plugin in plugins.plugins():
        print(f"{plugin.name} {plugin.version} from {plugin.distribution}: {plugin.status} {plugin.reason}".rstrip())

    for page in plugins.settings_pages(TENANT, ADMIN):
        if page.value is None:
            print(f"{page.plugin} page: {page.sentence}")
            continue
        labels = ", ".join(tab.label for tab in page.value.tabs)
        print(f"{page.plugin} page: {page.value.title}, tabs {labels}")
        saved = plugins.save_settings(page.plugin, TENANT, ADMIN, {}, page.value.version)
        print(f"{page.plugin} save: {saved.value or saved.sentence}")
        for action in [action for tab in page.value.tabs for action in tab.actions if action.enabled][:1]:
            done = plugins.run_action(page.plugin, TENANT, ADMIN, pbx.ActionRequest(action=action.name))
            print(f"{page.plugin} {action.label}: {type(done.value).__name__} {getattr(done.value, 'message', '')}")

    providers: list[pbx.LoginProvider] = [p for answer in plugins.login_providers(TENANT) for p in answer.value or ()]
    print(f"login page: {', '.join(provider.label for provider in providers) or 'passwords only'}")

    for name in plugins.tick_plugins(TENANT):
        tick = pbx.Tick(
            run_id="1", reason=pbx.TickReason.FORCED, now_utc=now_utc, deadline_utc=now_utc + timedelta(minutes=5)
        )
        report = plugins.tick(name, TENANT, tick).value
        print(f"{name} night: {report and f'{report.status.value} {report.counts.created} created {report.message}'}")

    mail = pbx.Notification(
        notification_id="1",
        kind=pbx.NotificationKind.TEST,
        to=("ada@contoso.example",),
        subject="Hi",
        created_at_utc=now_utc,
    )
    receipt = plugins.send_notification(TENANT, mail)
    print(f"mail: {receipt.value.status.value if receipt.value else receipt.sentence}")
    person = plugins.provision_user(TENANT, pbx.ProvisionRequest(reason=pbx.ProvisionReason.ADMIN, typed="world"))
    print(f"one person: {person.value or person.sentence}")


if __name__ == "__main__":
    main()
