"""Make the pictures in docs/: `python -m tests.browser.make_screens [NAME | LANGUAGE ...]`; without words, all.

The portal is served on loopback with the simulator behind it. Chromium shows each page 1280 pixels wide. Chinese needs
a font that has it, such as Debian's fonts-droid-fallback.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.conftest import free_port
from tests.browser.furnished import furnished_site
from tests.browser.screens import DOCS, LANGUAGES, MAX_BYTES, PICTURES, Photographer, picture_path


def main(words: list[str]) -> None:
    unknown = sorted(set(words) - {*PICTURES, *LANGUAGES})
    if unknown:
        raise SystemExit(f"no such picture: {', '.join(unknown)}; there are {', '.join([*PICTURES, *LANGUAGES])}")
    names = [name for name in PICTURES if name in words] or list(PICTURES)
    languages = [language for language in LANGUAGES if language in words] or list(LANGUAGES)
    with tempfile.TemporaryDirectory() as folder, furnished_site(Path(folder), free_port()) as site:
        photographer = Photographer(site)
        for name in names:
            for language in languages:
                picture, path = photographer.take(name, language), picture_path(name, language)
                print(f"{path.relative_to(DOCS.parent)}: {len(picture.png)} bytes")
                if len(picture.png) > MAX_BYTES:
                    raise SystemExit(f"{path} is larger than {MAX_BYTES} bytes. Show less of the page.")
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(picture.png)


if __name__ == "__main__":
    main(sys.argv[1:])
