"""The pictures of the documents: each page as it is taken, in each language.

What differs each time (today's date, ids, thumbprints, ports) is replaced on the page before the picture is taken. A
picture holds the words of its page, so that it is known which of them are no longer there.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, PngImagePlugin

from tests.browser.conftest import Site
from tests.browser.furnished import CONNECTED, NEW, SYSTEM_PASSWORD, ZONE, need_approval
from tests.support.page_words import ENGLISH
from tests.support.portal_world import ADMIN_PASSWORD

DOCS = Path(__file__).resolve().parents[2] / "docs"
WIDTH_PX = 1280
MAX_BYTES = 150_000
LANGUAGES: Final = (ENGLISH, "de", "zh-Hans")
_PAINTED = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300)));"
_LOADED = """
const pictures = [...document.images].map((picture) => { picture.loading = "eager"; return picture.decode(); });
Promise.allSettled(pictures).then(arguments[0]);
"""
# Today becomes 2026-11-26, 09:12; other days move with it. A day may be written as in each language. A certificate
# ends in a year by UTC, and was made some time before: another day begins between that and the picture, here or there.
_FIX = """
const now = arguments[0], today = Date.parse(now), shown = Date.parse("2026-11-26");
const days = /(\\d{4})-(\\d\\d)-(\\d\\d)|(\\d\\d?)\\.(\\d\\d?)\\.(\\d{4})|(\\d{4})年(\\d\\d?)月(\\d\\d?)日/.source;
const two = (n) => String(n).padStart(2, "0");
const move = (all, y1, m1, d1, d2, m2, y2, y3, m3, d3, time) => {
  const day = [y1 || y2 || y3, two(m1 || m2 || m3), two(d1 || d2 || d3)].join("-");
  const at = Date.parse(day) + shown - today, isYearAhead = at > Date.parse("2027-10-01");
  const moved = isYearAhead ? "2027-11-26" : new Date(at).toISOString().slice(0, 10), [y, m, d] = moved.split("-");
  // The next night starts at some minute.
  const hour = time && time.slice(0, -5) + (day === now ? "09:12" : day > now ? "00:00" : time.slice(-5));
  return (y1 ? moved : y2 ? `${d}.${m}.${y}` : `${y}年${+m}月${+d}日`) + (hour || "");
};
const fix = (text) => text
  .replace(new RegExp(`(?:${days})(,? ?\\\\d\\\\d:\\\\d\\\\d)?`, "g"), move)
  .replace(/\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b/g,
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
  .replace(/\\b36[2-5](?= ?(?:days|Tage|天))/g, "364")
  .replace(/\\b[0-9A-F]{40}\\b/g, "7D0CE9A1B2F34C5566A7B8C9D0E1F2030405A6B7")
  .replace(/(localhost|127\\.0\\.0\\.1):\\d+/g, "$1:8887");
for (const each of document.querySelectorAll(".reference")) each.textContent = "7K3MPQ2X";
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


def _take(site: Site, at_most_px: int) -> Picture:
    """What the browser shows, from the top of the page down to its end or `at_most_px`."""
    driver = site.driver
    _resize(site, 1)
    height_px = driver.execute_script("return document.documentElement.scrollHeight")
    _resize(site, min(height_px, at_most_px))
    driver.execute_async_script(_LOADED)
    words = _read(site)
    driver.execute_async_script(_PAINTED)
    shot = base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    info = PngImagePlugin.PngInfo()
    info.add_itxt("words", words, zip=True)
    stored = io.BytesIO()
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE).save(
            stored, "PNG", optimize=True, pnginfo=info
        )
    return Picture(stored.getvalue(), words)


def _read(site: Site) -> str:
    """The words of the page, without what differs each time."""
    site.driver.execute_script(_FIX, f"{datetime.now(ZONE):%Y-%m-%d}")
    return re.sub(r"[^\S\n]+", " ", str(site.driver.execute_script(_WORDS)))


def _resize(site: Site, height_px: int) -> None:
    metrics = {"width": WIDTH_PX, "height": height_px, "deviceScaleFactor": 1, "mobile": False}
    site.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@dataclass(frozen=True)
class Page:
    """A page that the documents show."""

    path: str
    at_most_px: int
    who: str = "admin"
    """Empty: nobody is signed in."""
    domain: str = CONNECTED


_APPROVE = "screens/approve"
# By the file's name. The approval comes last: it changes people.
PICTURES: Final[dict[str, Page]] = {
    "settings-page": Page("/plugins/m365/status", 1100),
    "screens/set-up": Page("/plugins/m365/permissions", 1100, domain=NEW),
    "screens/permissions": Page("/plugins/m365/permissions", 1200),
    "screens/user-sync": Page("/plugins/m365/user_sync", 1200),
    "screens/sign-in-tab": Page("/plugins/m365/sign_in", 1200),
    "screens/sign-in": Page(f"/login?domain={CONNECTED}", 860, who=""),
    "screens/contact-sync": Page("/plugins/m365/contact_sync", 1100),
    "screens/mail": Page("/plugins/m365/mail", 1100),
    "screens/users": Page("/users", 900),
    "screens/plugins": Page("/plugins", 860),
    "screens/tenants": Page("/system/tenants", 860, who="root"),
    _APPROVE: Page("/runs/{run}", 1000),
}


def picture_path(name: str, language: str) -> Path:
    """Where a picture is kept."""
    return DOCS / f"{name}.png" if language == ENGLISH else DOCS / "screens" / language / f"{Path(name).name}.png"


@dataclass
class Photographer:
    """Opens each page as the person whose page it is, in a language."""

    site: Site
    _signed_in: tuple[str, str] | None = None
    _run: str = ""

    def take(self, name: str, language: str) -> Picture:
        """Take one picture."""
        self._open(name, language)
        return _take(self.site, PICTURES[name].at_most_px)

    def read(self, name: str, language: str) -> str:
        """Return the words of one picture, without taking it: that is quick."""
        self._open(name, language)
        return _read(self.site)

    def _open(self, name: str, language: str) -> None:
        page, site = PICTURES[name], self.site
        if name == _APPROVE and not self._run:
            self._run = need_approval(site.world)
        _resize(site, 860)
        site.speak(language)
        if self._signed_in != (page.who, page.domain):
            self._sign_in(page)
        site.open(site.web + page.path.format(run=self._run))

    def _sign_in(self, page: Page) -> None:
        site = self.site
        site.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self._signed_in = page.who, page.domain
        if not page.who:
            return
        is_root = page.who == "root"
        site.open(f"{site.web}/system/login" if is_root else f"{site.web}/login?domain={page.domain}")
        site.find("#username").send_keys(page.who)
        site.find("#password").send_keys(SYSTEM_PASSWORD if is_root else ADMIN_PASSWORD)
        site.find("button.primary").click()
        site.wait_for_path("/")
