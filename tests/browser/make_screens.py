"""Make the pictures in docs/: `python -m tests.browser.make_screens [NAME ...]`.

The portal is served on loopback with the simulator behind it. Chromium shows each page 1280 pixels wide.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pbx_devhost.portal.server import make_server
from pbx_devhost.runs.runner import Runner
from pbx_plugin_api import TickReason
from tests.browser.conftest import Site, browsing, connected_world, serving
from tests.support.lab import PERMISSIONS, forget_microsoft

DOCS = Path(__file__).resolve().parents[2] / "docs"
WIDTH_PX = 1280
MAX_BYTES = 300_000
PORT = 8887
"""The demo's: the settings page shows it."""
LEAVERS = 12
WAIT_FOR_PAINT = (
    "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 500)));"
)
LOAD_PICTURES = """
const pictures = [...document.images].map((picture) => { picture.loading = "eager"; return picture.decode(); });
Promise.allSettled(pictures).then(arguments[0]);
"""


def take(site: Site, path: Path, at_most_px: int) -> None:
    """Store what the browser shows, from the top of the page down to its end or `at_most_px`."""
    _resize(site, 1)
    height_px = site.driver.execute_script("return document.documentElement.scrollHeight")
    _resize(site, min(height_px, at_most_px))
    site.driver.execute_async_script(WAIT_FOR_PAINT)
    shot = site.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    path.write_bytes(base64.b64decode(shot["data"]))
    size = path.stat().st_size
    print(f"{path.relative_to(DOCS.parent)}: {size} bytes")
    if size > MAX_BYTES:
        raise SystemExit(f"{path} has {size} bytes, at most {MAX_BYTES} are allowed. Show less of the page.")


def _resize(site: Site, height_px: int) -> None:
    metrics = {"width": WIDTH_PX, "height": height_px, "deviceScaleFactor": 1, "mobile": False}
    site.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def show_sign_in(site: Site) -> None:
    site.open(f"{site.web}/login?domain=contoso.example")
    take(site, DOCS / "screens" / "sign-in.png", 860)


def show_settings(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/permissions")
    take(site, DOCS / "settings-page.png", 1400)


def show_status(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/status")
    take(site, DOCS / "screens" / "status.png", 1100)


def show_users(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/users")
    site.driver.execute_async_script(LOAD_PICTURES)
    take(site, DOCS / "screens" / "users.png", 1000)


def show_user_sync(site: Site) -> None:
    site.log_in_as_admin()
    site.open(f"{site.web}/plugins/m365/user_sync")
    take(site, DOCS / "screens" / "user-sync.png", 1400)


def show_approval(site: Site) -> None:
    """Many people leave at once, so that the plan waits for an administrator."""
    world = site.world
    assert world.lab is not None
    for n in range(LEAVERS):
        world.lab.admin().disable_user(world.synced(n).subject)
    Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED)
    site.log_in_as_admin()
    site.open(f"{site.web}/runs")
    site.find("table a").click()
    site.wait_for_text("Approve and sync")
    take(site, DOCS / "screens" / "approve.png", 1000)


# The approval comes last: it changes people.
SCREENS: dict[str, Callable[[Site], None]] = {
    "sign-in": show_sign_in,
    "settings": show_settings,
    "status": show_status,
    "users": show_users,
    "user-sync": show_user_sync,
    "approve": show_approval,
}


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - set(SCREENS))
    if unknown:
        raise SystemExit(f"no such picture: {', '.join(unknown)}; there are {', '.join(SCREENS)}")
    origin = f"http://localhost:{PORT}"
    with (
        tempfile.TemporaryDirectory() as folder,
        browsing(Path(folder)) as driver,
        connected_world(Path(folder), origin, None) as world,
        serving(make_server(world.app, "127.0.0.1", PORT)),
    ):
        assert world.lab is not None
        world.lab.register(permissions=(*PERMISSIONS, "GroupMember.Read.All", "MailboxSettings.Read"))
        forget_microsoft()  # the token that was fetched before lacks the new permissions
        world.save(sync_photo="true", contact_personal="true", contact_shared="found")
        world.tick()
        for name, show in SCREENS.items():
            if not names or name in names:
                driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
                show(Site(world, origin, "", driver))


if __name__ == "__main__":
    main(sys.argv[1:])
