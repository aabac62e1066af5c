"""The two marks of a picture are never taken for one another."""

from __future__ import annotations

import pytest

from portsip_m365_plugin.photos.marks import is_of_metadata, is_same, make_mark
from tests.support.photo_lab import PhotoLab


@pytest.mark.parametrize("kind", ["other", "none"])
def test_where_the_marks_differ_each_picture_is_read_once_more_and_then_never(kind: str) -> None:
    lab = PhotoLab(users=120, photo_share=0.66)
    lab.realm.settings.photo_etag = kind
    pictures = len(lab.pictured())
    assert lab.photos().counts.photos_stored == pictures
    second = lab.photos()
    assert second.counts.photos_stored == 0, "they are the same pictures"
    assert lab.requests("$value 200") == pictures
    quiet = lab.photos()
    assert quiet.requests == -(-len(lab.linked()) // 20)
    assert lab.requests("$value") == 0


@pytest.mark.parametrize("kind", ["same", "other", "none"])
def test_a_picture_that_changes_between_the_first_nights_is_seen(kind: str) -> None:
    lab = PhotoLab(users=120, photo_share=0.66)
    lab.realm.settings.photo_etag = kind
    lab.photos()
    person = lab.pictured()[0]
    before = lab.shown(person)
    person.photo_seed += 1
    assert lab.photos().counts.photos_stored == 1
    after = lab.shown(person)
    assert after is not None
    assert before is not None
    assert after.content != before.content


def test_the_best_mark_is_kept_and_never_too_long() -> None:
    assert make_mark(b"x", media_etag='"A"', picture_etag='"B"') == '"A"'
    assert make_mark(b"x", media_etag=None, picture_etag='"B"') == 'picture:"B"'
    assert make_mark(b"x", media_etag=None, picture_etag=None).startswith("sha256:")
    for long in ("y" * 257, "y" * 250):
        assert len(make_mark(b"x", media_etag=None, picture_etag=long)) <= 256
    assert [is_of_metadata(mark) for mark in ('"A"', 'picture:"A"', "sha256:00")] == [True, False, False]
    assert is_same('picture:"A"', '"A"')
    assert not is_same('picture:"A"', '"B"')
    assert not is_same("sha256:00", '"A"')


@pytest.mark.parametrize("odd", ["\u202e\x00", "a\nb", "x" * 300])
def test_a_mark_that_the_pbx_cannot_store_makes_way_for_another(odd: str) -> None:
    assert make_mark(b"x", media_etag=odd, picture_etag="p") == "picture:p"
    assert make_mark(b"x", media_etag=None, picture_etag=odd).startswith("sha256:")
