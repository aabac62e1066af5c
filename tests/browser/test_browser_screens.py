"""The pictures of the documents show the pages as they are, in each language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

import pytest

from pbx_plugin_api import translate
from tests.browser.conftest import free_port, need_browser
from tests.browser.furnished import furnished_site
from tests.browser.screens import (
    DOCS,
    LANGUAGES,
    MAX_BYTES,
    PICTURES,
    Photographer,
    Picture,
    picture_path,
)
from tests.support.page_words import ENGLISH
from tests.support.portal_world import ADMIN

RENEW = "Look at the page. If it is right: python -m tests.browser.make_screens"
# Other fonts and another Chromium draw letters a little elsewhere; a moved or missing part is more.
SHARE_MAX = 0.02
TAB = {
    ENGLISH: ("(tab {})\n", "![The tab {}]("),
    "de": ("(Registerkarte {})\n", "![Die Registerkarte {}]("),
    "zh-Hans": ("（“{}”选项卡）\n", "![“{}”选项卡]("),
}
"""How the guides name a tab in a heading and under its picture."""


@pytest.fixture(scope="module")
def photographer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Photographer]:
    need_browser()
    with furnished_site(tmp_path_factory.mktemp("screens"), free_port()) as site:
        yield Photographer(site)


@pytest.mark.parametrize("name", list(PICTURES))
def test_picture_shows_the_page_as_it_is(photographer: Photographer, name: str) -> None:
    kept, now = Picture.read(picture_path(name, ENGLISH)), photographer.take(name, ENGLISH)
    check_words(kept.words, now.words, name, ENGLISH)
    share = kept.differs(now)
    assert share < SHARE_MAX, f"docs/{name}.png is stale: {share:.1%} of it looks different. {RENEW}"
    # The same template and style sheet made the others, so their words are enough.
    for language in LANGUAGES[1:]:
        check_words(Picture.read(picture_path(name, language)).words, photographer.read(name, language), name, language)


def check_words(kept: str, now: str, name: str, language: str) -> None:
    # Sorted, because mailboxes are read at the same time and any may be the first to fail.
    lines = [sorted(each.splitlines()) for each in (kept, now)]
    changed = list(difflib.unified_diff(*lines, "picture", "page", n=0))
    path = picture_path(name, language).relative_to(DOCS.parent)
    assert not changed, f"{path} is stale. {RENEW}\n" + "\n".join(changed)


def test_pictures_are_small_and_none_is_left_over() -> None:
    wanted = {picture_path(name, language) for name in PICTURES for language in LANGUAGES}
    assert set(DOCS.rglob("*.png")) == wanted, "no picture without a test"
    assert all(path.stat().st_size <= MAX_BYTES for path in wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_shown(language: str) -> None:
    shown = {DOCS / path for path in re.findall(r"!\[[^]]+\]\((.+?\.png)\)", guide_in(language))}
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    if language == ENGLISH:
        shown |= {DOCS.parent / path for path in re.findall(r"!\[[^]]+\]\((docs/.+?\.png)\)", readme)}
    assert shown == {picture_path(name, language) for name in PICTURES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_shows_every_tab(photographer: Photographer, language: str) -> None:
    world, guide = photographer.site.world, guide_in(language)
    page = world.pbx.page(world.tenant, ADMIN, plugin="m365").value
    assert page is not None
    heading, picture = TAB[language]
    for tab in translate(page, language).tabs:
        assert heading.format(tab.label) in guide
        assert picture.format(tab.label) in guide


def guide_in(language: str) -> str:
    name = "admin-guide.md" if language == ENGLISH else f"admin-guide.{language}.md"
    return (DOCS / name).read_text(encoding="utf-8")


def test_a_stale_picture_is_found() -> None:
    kept, other = (Picture.read(DOCS / f"{name}.png") for name in ("screens/mail", "screens/contact-sync"))
    assert kept.differs(kept) == 0
    assert kept.differs(other) > SHARE_MAX
    assert kept.words != other.words
