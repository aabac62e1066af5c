"""Every page of the portal that a browser can open, and who opens it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import Severity
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.consent import make_consent_address
from tests.browser.conftest import Site
from tests.support.mail_samples import make_note
from tests.support.portal_world import ADMIN, World

PASSWORD = "accessible battery staple"  # a test's
WHOLE_PBX = "the whole PBX"
NOT_PAGES = {
    "/api/info",
    "/app/me",
    "/files/<blob>/<filename>",
    "/healthz",
    "/info",  # JSON for apps, as /api/info
    "/language/<language>",  # leads back
    "/metrics",
    "/plugins/<plugin>",  # leads to a tab
    "/plugins/<plugin>/<tab_name>/look-up/<field_name>",
    "/readyz",
    "/runs/<run_id>/progress",
    "/static/<path:filename>",
    "/users/<user_id>/photo",
}


@dataclass(frozen=True)
class Address:
    """A page: the rule of its address, its path, and who is signed in."""

    rule: str
    path: str
    role: str


@dataclass(frozen=True)
class AnswerTo:
    """An answer that no address has: the button that asks for it, and what is on the answer only."""

    path: str
    button: str
    shown: str
    typed: tuple[tuple[str, str], ...] = ()
    only_once: bool = False
    """The page offers something else afterwards."""

    def __str__(self) -> str:
        return f"{self.path} {self.button}".strip()


_CONNECT, _PEOPLE = "/plugins/m365/permissions", "/plugins/m365/user_sync"
ANSWERS = (
    AnswerTo(_CONNECT, "form.card button.primary", ".field .error", (("#f-application_id", "nonsense"),)),
    AnswerTo(_CONNECT, "#do-test_connection button", ".outcome .facts"),
    AnswerTo(_CONNECT, "#do-generate_key_pair button", ".outcome .facts", only_once=True),
    AnswerTo(_CONNECT, "#do-for_colleague button", ".outcome .facts"),
    AnswerTo(_PEOPLE, "#do-explain button", ".outcome", (("#p-who", "nobody@contoso.example"),)),
    AnswerTo("/plugins", ".plugin form button", "form.confirm"),
    AnswerTo("/audit?day=nonsense", "", "#day-error"),
    AnswerTo("/nowhere", "", "h1"),
)


def get_answer(site: Site, answer: AnswerTo) -> None:
    """Open the page, type, and press the button."""
    site.open(site.web + answer.path)
    for css, text in answer.typed:
        site.find(css).clear()
        site.find(css).send_keys(text)
    if answer.button:
        site.find(answer.button).click()
    site.find(answer.shown)


def furnish(world: World) -> None:
    """Something for every page to show: mail, notices, accounts, a run with problems, a lost sign-in."""
    stores, tenant_id = world.pbx.stores, world.tenant_id
    stores.tenants.set_system_origin(stores.tenants.origins(world.tenant).web)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", PASSWORD)
    stores.accounts.set_user_password(tenant_id, world.synced(1).username, PASSWORD)
    for severity in Severity:
        stores.notices.begin(tenant_id, severity.value, f"A notice that is {severity.value}", "Do this.", severity)
    stores.notices.end(tenant_id, Severity.GOOD.value)
    for subject in ("Voicemail of Ada", "A subject without end " * 8):
        to = ("ada.with.a.very.long.address.indeed@customer-with-a-long-name.example", *["b@customer.example"] * 4)
        stores.outbox.put(tenant_id, make_note(subject=subject, to=to, created_at_utc=datetime.now(timezone.utc)))


def addresses(world: World) -> Iterator[Address]:
    """Every page, by role. A new page without an address here is an error."""
    user, run = world.synced(2).id, world.pbx.stores.runs.newest_id(world.tenant_id, "m365")
    page = world.pbx.page(world.tenant, ADMIN, plugin="m365").value
    assert page is not None
    tabs = [f"/plugins/m365/{tab.name}" for tab in page.tabs]
    paths: dict[str, dict[str, list[str]]] = {
        "/": {"admin": ["/"], "user": ["/"], WHOLE_PBX: ["/"]},
        "/login": {"nobody": ["/login?choose=1", "/login?domain=contoso.example"]},
        "/system/login": {"nobody": ["/system/login"]},
        "/app/sign-in": {"nobody": ["/app/sign-in"]},
        "/<provider_id>/callback": {"nobody": ["/ms365/callback", *_back_from_consent(world)]},
        "/account": {"admin": ["/account"], "user": ["/account"], WHOLE_PBX: ["/account"]},
        "/users/<user_id>": {"admin": [f"/users/{user}"]},
        "/users/<user_id>/erase": {"admin": [f"/users/{user}/erase"]},
        "/users": {"admin": ["/users", "/users?q=nobody"]},
        "/contacts/company": {"admin": ["/contacts/company"], "user": ["/contacts/company"]},
        "/contacts/mine": {"user": ["/contacts/mine"]},
        "/plugins": {"admin": ["/plugins"], WHOLE_PBX: ["/plugins"]},
        "/plugins/<plugin>/<tab_name>": {"admin": tabs, WHOLE_PBX: ["/plugins/m365/mail"]},
        "/plugins/<plugin>/<tab_name>/find/<field_name>": {"admin": ["/plugins/m365/user_sync/find/sync_users?q=a"]},
        "/runs/<run_id>": {"admin": [f"/runs/{run}"]},
        "/runs/<run_id>/plan": {"admin": [f"/runs/{run}/plan"]},
        "/system/tenants": {WHOLE_PBX: ["/system/tenants"]},
        "/system/tenants/new": {WHOLE_PBX: ["/system/tenants/new"]},
    }
    for rule in sorted({str(rule) for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or ())}):
        if rule not in paths and rule not in NOT_PAGES:
            assert "<" not in rule, f"{rule}: say in tests/browser/addresses.py who opens this page, and where"
            paths[rule] = {"admin": [rule]}
    for role in ("nobody", "admin", "user", WHOLE_PBX):
        for rule, by_role in paths.items():
            yield from (Address(rule, path, role) for path in by_role.get(role, []))


def _back_from_consent(world: World) -> list[str]:
    """A colleague who consented, and one who did not."""
    with world.pbx.open("m365", world.tenant, hook="on_settings_page", run_id=None) as host:
        address = make_consent_address(host, load_config(host).connection)
    state = parse_qs(urlsplit(address).query)["state"][0]
    return [f"/ms365/callback?state={state}&{said}" for said in ("admin_consent=True", "error=access_denied")]


def become(site: Site, role: str) -> None:
    """Sign out, and sign in as this role."""
    site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    if role == "admin":
        site.log_in_as_admin()
    elif role != "nobody":
        is_user = role == "user"
        site.open(f"{site.web}/login?domain=contoso.example" if is_user else f"{site.web}/system/login")
        site.find("#username").send_keys(site.world.synced(1).username if is_user else "root")
        site.find("#password").send_keys(PASSWORD)
        site.find("button.primary").click()
        site.wait_for_path("/")
