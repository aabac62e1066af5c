"""The pictures of the documents show the pages as they are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Site, free_port, need_browser
from tests.browser.screens import DOCS, MAX_BYTES, PICTURES, Picture, furnished_site, show
from tests.support.portal_world import ADMIN

RENEW = "Look at the page. If it is right: python -m tests.browser.make_screens"
# Other fonts and another Chromium draw letters a little elsewhere; a moved or missing part is more.
SHARE_MAX = 0.02


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    need_browser()
    with furnished_site(tmp_path_factory.mktemp("screens"), free_port()) as site:
        yield site


@pytest.mark.parametrize("name", list(PICTURES))
def test_picture_shows_the_page_as_it_is(furnished: Site, name: str) -> None:
    kept, now = Picture.read(DOCS / f"{name}.png"), show(name, furnished)
    # Sorted, because mailboxes are read at the same time and any may be the first to fail.
    lines = [sorted(each.words.splitlines()) for each in (kept, now)]
    changed = list(difflib.unified_diff(*lines, "picture", "page", n=0))
    assert not changed, f"docs/{name}.png is stale. {RENEW}\n" + "\n".join(changed)
    share = kept.differs(now)
    assert share < SHARE_MAX, f"docs/{name}.png is stale: {share:.1%} of it looks different. {RENEW}"


def test_pictures_are_shown_and_small() -> None:
    kept = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.png")}
    assert set(kept) == set(PICTURES), "no picture without a test"
    assert all(path.stat().st_size <= MAX_BYTES for path in kept.values())
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    guide = (DOCS / "admin-guide.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"!\[[^]]+\]\(docs/(.+?)\.png\)", readme)) | set(
        re.findall(r"!\[[^]]+\]\((.+?)\.png\)", guide)
    )
    assert shown == set(PICTURES)


def test_the_guide_shows_every_tab(furnished: Site) -> None:
    guide = (DOCS / "admin-guide.md").read_text(encoding="utf-8")
    page = furnished.world.pbx.page(furnished.world.tenant, ADMIN, plugin="m365").value
    assert page is not None
    for tab in page.tabs:
        assert f"(tab {tab.label})" in guide
        assert f"![The tab {tab.label}](" in guide


def test_a_stale_picture_is_found(tmp_path: Path) -> None:
    kept, other = (Picture.read(DOCS / f"{name}.png") for name in ("screens/mail", "screens/contact-sync"))
    assert kept.differs(kept) == 0
    assert kept.differs(other) > SHARE_MAX
    assert kept.words != other.words
