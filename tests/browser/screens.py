"""The pictures of the documents: a PBX to take them from, and each page as it is taken.

What differs each time (today's date, ids, thumbprints, ports) is replaced on the page before the picture is taken. A
picture holds the words of its page, so that it is known which of them are no longer there.
"""

from __future__ import annotations

import base64
import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageChops, PngImagePlugin
from sqlalchemy import insert, select, update

from pbx_devhost.portal.server import make_server
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store import schema
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import ActionRequest, Counts, TickReason
from tests.browser.conftest import Site, browsing, connected_world, serving
from tests.support.lab import PERMISSIONS, forget_microsoft
from tests.support.mail_samples import make_note
from tests.support.portal_world import ADMIN, ADMIN_PASSWORD, World

DOCS = Path(__file__).resolve().parents[2] / "docs"
WIDTH_PX = 1280
MAX_BYTES = 150_000
LEAVERS = 12
NIGHTS = 30
ZONE = ZoneInfo("Europe/Berlin")
_SYSTEM_PASSWORD = "pictures battery staple"  # a test's
_PAINTED = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300)));"
_LOADED = """
const pictures = [...document.images].map((picture) => { picture.loading = "eager"; return picture.decode(); });
Promise.allSettled(pictures).then(arguments[0]);
"""
# Today becomes 2026-11-26, 09:12; other days move with it.
_FIX = """
const now = arguments[0], today = Date.parse(now), shown = Date.parse("2026-11-26");
const fix = (text) => text
  .replace(/(\\d{4}-\\d\\d-\\d\\d)( \\d\\d:\\d\\d)?/g, (all, day, time) => {
    const moved = new Date(Date.parse(day) + shown - today).toISOString().slice(0, 10);
    const hour = day === now ? " 09:12" : day > now ? " 00:00" : time;  // the next night starts at some minute
    return moved + (time ? hour : "");
  })
  .replace(/\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b/g,
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
  .replace(/\\b[0-9A-F]{40}\\b/g, "7D0CE9A1B2F34C5566A7B8C9D0E1F2030405A6B7")
  .replace(/(localhost|127\\.0\\.0\\.1):\\d+/g, "$1:8887")
  .replace(/(Reference )[0-9A-Z]{8}/gi, "$17K3MPQ2X");
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) walk.currentNode.nodeValue = fix(walk.currentNode.nodeValue);
for (const field of document.querySelectorAll("input:not([type=hidden]), textarea")) field.value = fix(field.value);
for (const each of document.querySelectorAll(":focus")) each.blur();
"""
_WORDS = """
const fields = [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
  .map((field) => field.type === "checkbox" ? field.checked : field.value);
return document.title + "\\n" + document.body.innerText + "\\n" + fields.join("\\n");
"""


@dataclass(frozen=True)
class Picture:
    """A picture and the words of its page."""

    png: bytes
    words: str

    @classmethod
    def read(cls, path: Path) -> Picture:
        """Read a picture of the documents."""
        png = path.read_bytes()
        with Image.open(io.BytesIO(png)) as image:
            return cls(png, str(image.info.get("words", "")))

    def differs(self, other: Picture) -> float:
        """How much of the picture is clearly another colour: 0 to 1. Another size is 1."""
        one, two = (Image.open(io.BytesIO(each.png)).convert("RGB") for each in (self, other))
        if one.size != two.size:
            return 1.0
        bands = ImageChops.difference(one, two).split()
        most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
        return sum(most.histogram()[64:]) / (one.width * one.height)


def take(site: Site, at_most_px: int) -> Picture:
    """What the browser shows, from the top of the page down to its end or `at_most_px`."""
    driver = site.driver
    _resize(site, 1)
    height_px = driver.execute_script("return document.documentElement.scrollHeight")
    _resize(site, min(height_px, at_most_px))
    driver.execute_async_script(_LOADED)
    driver.execute_script(_FIX, f"{datetime.now(ZONE):%Y-%m-%d}")
    driver.execute_async_script(_PAINTED)
    words = re.sub(r"[^\S\n]+", " ", str(driver.execute_script(_WORDS)))
    shot = base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    info = PngImagePlugin.PngInfo()
    info.add_itxt("words", words, zip=True)
    stored = io.BytesIO()
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE).save(
            stored, "PNG", optimize=True, pnginfo=info
        )
    return Picture(stored.getvalue(), words)


def _resize(site: Site, height_px: int) -> None:
    metrics = {"width": WIDTH_PX, "height": height_px, "deviceScaleFactor": 1, "mobile": False}
    site.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _as_admin(path: str, at_most_px: int, domain: str = "contoso.example") -> Callable[[Site], Picture]:
    def show(site: Site) -> Picture:
        _sign_in(site, f"/login?domain={domain}", "admin", ADMIN_PASSWORD)
        site.open(f"{site.web}{path}")
        return take(site, at_most_px)

    return show


def _sign_in(site: Site, path: str, username: str, password: str) -> None:
    site.open(f"{site.web}{path}")
    site.find("#username").send_keys(username)
    site.find("#password").send_keys(password)
    site.find("button.primary").click()
    site.wait_for_path("/")


def _show_sign_in(site: Site) -> Picture:
    site.open(f"{site.web}/login?domain=contoso.example")
    return take(site, 860)


def _show_tenants(site: Site) -> Picture:
    _sign_in(site, "/system/login", "root", _SYSTEM_PASSWORD)
    site.open(f"{site.web}/system/tenants")
    return take(site, 860)


def _show_approval(site: Site) -> Picture:
    """Many people leave at once, so that the plan waits for an administrator."""
    world = site.world
    assert world.lab is not None
    for n in range(LEAVERS):
        world.lab.admin().disable_user(world.synced(n).subject)
    Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED)
    run = world.pbx.stores.runs.newest_id(world.tenant_id, "m365")
    _write_runs(world, schema.runs.c.id == run)
    return _as_admin(f"/runs/{run}", 1000)(site)


# By the file's name. The approval comes last: it changes people.
PICTURES: dict[str, Callable[[Site], Picture]] = {
    "settings-page": _as_admin("/plugins/m365/status", 1100),
    "screens/set-up": _as_admin("/plugins/m365/permissions", 1100, "fabrikam.example"),
    "screens/permissions": _as_admin("/plugins/m365/permissions", 1200),
    "screens/user-sync": _as_admin("/plugins/m365/user_sync", 1200),
    "screens/sign-in-tab": _as_admin("/plugins/m365/sign_in", 1200),
    "screens/sign-in": _show_sign_in,
    "screens/contact-sync": _as_admin("/plugins/m365/contact_sync", 1100),
    "screens/mail": _as_admin("/plugins/m365/mail", 1100),
    "screens/users": _as_admin("/users", 900),
    "screens/plugins": _as_admin("/plugins", 860),
    "screens/tenants": _show_tenants,
    "screens/approve": _show_approval,
}


def show(name: str, site: Site) -> Picture:
    """Take one picture."""
    site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    return PICTURES[name](site)


@contextmanager
def furnished_site(folder: Path, port: int) -> Iterator[Site]:
    """A PBX that has been connected for a month, with mail in its queue and a second, empty tenant; and a browser."""
    origin = f"http://localhost:{port}"
    with (
        browsing(folder) as driver,
        connected_world(folder, origin, None) as world,
        serving(make_server(world.app, "127.0.0.1", port)),
    ):
        _furnish(world, origin)
        yield Site(world, origin, "", driver)


def _furnish(world: World, origin: str) -> None:
    assert world.lab is not None
    stores = world.pbx.stores
    features = ("GroupMember.Read.All", "MailboxSettings.Read", "Mail.Send")
    world.lab.register(permissions=(*PERMISSIONS, *features))
    forget_microsoft()  # the token that was fetched before lacks the new permissions
    sender = world.upn(world.synced(0))
    world.save(sync_photo="true", contact_personal="true", contact_shared="found", mail_mailbox=sender)
    world.tick()
    _write_runs(world)
    for button in ("test_connection", "send_test_mail"):
        world.pbx.press(
            "m365", world.tenant, ADMIN, ActionRequest(action=button, values={"to": sender}, viewer="admin")
        )
    stores.outbox.put(world.tenant_id, make_note(subject="Voicemail of Ada", created_at_utc=datetime.now(timezone.utc)))
    fabrikam = stores.tenants.add(
        "Fabrikam", sip_domain="fabrikam.example", time_zone="Europe/Berlin", country="DE", web_origin=origin
    )
    stores.accounts.set_admin_password(fabrikam.pbx_tenant_id, "admin", ADMIN_PASSWORD)
    stores.tenants.set_system_origin(origin)
    stores.accounts.set_admin_password(SYSTEM_TENANT.pbx_tenant_id, "root", _SYSTEM_PASSWORD)


def _write_runs(world: World, *which: Any) -> None:
    """Give runs the same length each time and, at first, add those of a month of nights."""
    runs = schema.runs
    midnight = datetime.now(ZONE).replace(hour=1, minute=0, second=0, microsecond=0)
    with world.pbx.stores.database.write() as connection:
        newest = dict(connection.execute(select(runs).order_by(runs.c.started_at.desc()).limit(1)).mappings().one())
        same = {"finished_at": runs.c.started_at + 42, "requests": 23}
        connection.execute(update(runs).where(*which).values(**same))
        if which:
            return
        nights = []
        for n in range(1, NIGHTS):
            at = (midnight - timedelta(days=n)).timestamp()
            counts = Counts(unchanged=30 - n % 3, updated=n * 7 % 5, created=n % 3)
            row = {"id": uuid.uuid4().hex, "reason": "due", "message": "", "counts": json.dumps(counts.as_dict())}
            nights.append(newest | row | {"started_at": at, "finished_at": at + 20 + n * 11 % 30, "requests": 9})
        connection.execute(insert(runs), nights)
