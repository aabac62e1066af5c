"""Pictures from outside are made safe: small, without metadata, and never what only claims to be one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from portsip_m365_plugin.photos.picture import SIDE_MAX_PX, BadPictureError, make_picture
from portsip_m365_plugin.simulator.world.jpeg import GIF_1X1, STRANGE, portrait
from tests.support.photo_lab import PhotoLab


def open_picture(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["large", "located", "transparent", "wide"])
def test_what_is_stored_is_a_small_jpeg_without_metadata(kind: str) -> None:
    image = open_picture(make_picture(STRANGE[kind](7)))
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert max(image.size) <= SIDE_MAX_PX
    assert len(image.getexif()) == 0
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_place_where_a_photo_was_taken_is_gone() -> None:
    located = STRANGE["located"](7)
    assert 0x8825 in Image.open(io.BytesIO(located)).getexif(), "the simulator's picture has a GPS position"
    stored = make_picture(located)
    assert stored is not None
    assert b"Exif" not in stored


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("P", "GIF")]
)
def test_nothing_but_the_picture_is_kept(mode: str, kind: str) -> None:
    """Descriptions, comments, colour profiles: whatever the encoder would take over from the file that came."""
    exif, profile, came = Image.Exif(), b"MARK of a profile" * 10, io.BytesIO()
    exif[0x010E] = "MARK of a description"
    more: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": b"MARK of a comment", "exif": exif, "icc_profile": profile, "xmp": b"MARK of XMP"},
        "PNG": {"exif": exif, "icc_profile": profile},
        "GIF": {"comment": b"MARK of a comment"},
    }
    Image.new(mode, (40, 20)).save(came, kind, **more[kind])
    assert b"MARK" in came.getvalue()
    stored = make_picture(came.getvalue())
    assert stored is not None
    assert b"MARK" not in stored
    assert set(Image.open(io.BytesIO(stored)).info) <= {"jfif", "jfif_density", "jfif_unit", "jfif_version"}


def test_the_turn_that_a_telephone_notes_is_applied() -> None:
    image = Image.new("RGB", (300, 200), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    assert open_picture(make_picture(out.getvalue())).size == (200, 300)


def test_what_is_transparent_becomes_white() -> None:
    pixel = open_picture(make_picture(STRANGE["transparent"](7))).getpixel((5, 5))
    assert pixel == (255, 255, 255)


def test_a_picture_keeps_its_side_ratio_and_is_never_made_larger() -> None:
    out = io.BytesIO()
    Image.new("L", (1296, 324)).save(out, "PNG")
    assert open_picture(make_picture(out.getvalue())).size == (648, 162)
    assert open_picture(make_picture(portrait(7, 96))).size == (96, 96)


def test_an_animation_becomes_its_first_picture() -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = open_picture(make_picture(out.getvalue())).getpixel((9, 9))  # type: ignore[misc]  # an RGB pixel
    assert red > 200 > 50 > blue


def test_one_pixel_means_no_photo() -> None:
    assert make_picture(GIF_1X1) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (STRANGE["too_large"](7), "larger than 4 MB"),
        (STRANGE["bomb"](7), "more than 25 million pixels"),
        (STRANGE["lying"](7), "damaged"),
        (STRANGE["broken"](7), "damaged"),
        (b"", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(BadPictureError, match=why):
        make_picture(content)


@pytest.mark.parametrize("kind", ["too_large", "bomb", "lying", "broken"])
def test_a_bad_new_picture_is_one_problem_line_and_keeps_the_old_one(kind: str) -> None:
    lab = PhotoLab(users=60, photo_share=0.5)
    lab.photos()
    person = lab.pictured()[0]
    before = lab.shown(person)
    person.photo_seed, person.photo_kind = 4711, kind
    report = lab.photos()
    assert report.problem_counts == {"photo_invalid": 1}
    assert [problem.subject for problem in lab.host.progress.problems] == [person.id]
    assert "The picture in the PBX stays" in lab.host.progress.problems[0].detail
    assert lab.shown(person) == before is not None


def test_twenty_pictures_of_4_mb_are_all_stored() -> None:
    lab = PhotoLab(users=60, photo_share=1.0)
    large = lab.pictured()[:20]
    for person in large:
        person.photo_kind = "large"
    report = lab.photos()
    assert dict(report.problem_counts) == {}
    assert all(lab.shown(person) is not None for person in lab.pictured())


def test_one_picture_that_is_too_large_does_not_stop_the_others() -> None:
    lab = PhotoLab(users=60, photo_share=1.0)
    lab.pictured()[3].photo_kind = "too_large"
    report = lab.photos()
    assert report.problem_counts == {"photo_invalid": 1}
    assert sum(lab.shown(person) is not None for person in lab.pictured()) == len(lab.pictured()) - 1
