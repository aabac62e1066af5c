"""Make the pictures in docs/: `python -m tests.browser.make_screens [NAME ...]`.

The portal is served on loopback with the simulator behind it. Chromium shows each page 1280 pixels wide.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.conftest import free_port
from tests.browser.screens import DOCS, MAX_BYTES, PICTURES, furnished_site, show


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - set(PICTURES))
    if unknown:
        raise SystemExit(f"no such picture: {', '.join(unknown)}; there are {', '.join(PICTURES)}")
    with tempfile.TemporaryDirectory() as folder, furnished_site(Path(folder), free_port()) as site:
        for name in PICTURES:
            if not names or name in names:
                picture, path = show(name, site), DOCS / f"{name}.png"
                print(f"{path.relative_to(DOCS.parent)}: {len(picture.png)} bytes")
                if len(picture.png) > MAX_BYTES:
                    raise SystemExit(f"{path} is larger than {MAX_BYTES} bytes. Show less of the page.")
                path.write_bytes(picture.png)


if __name__ == "__main__":
    main(sys.argv[1:])
