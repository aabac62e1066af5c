"""The reference host names no product by itself: what users come from is the plugin's business."""

from __future__ import annotations

import re
from pathlib import Path

HOST = Path(__file__).parents[2] / "hooks" / "pbx_devhost"
NAMED = re.compile(r"microsoft|\bentra|[a-z] ?365|azure", re.IGNORECASE)
MAY_NAME = {
    "portal/templates/macros.html": "the icon that a provider asks for by name",
    "portal/signin/passwords.py": "a field of PortSIP's own GET /info",
    "store/migrations/versions/v0004_identity.py": "the columns that it renames",
    "cli/views.py": "keys of JSON that scripts read",
}


def test_no_file_of_the_host_names_a_product() -> None:
    files = [path for path in HOST.rglob("*") if path.suffix in (".py", ".html", ".js", ".css")]
    found = {path.relative_to(HOST).as_posix() for path in files if NAMED.search(path.read_text())}
    assert found == set(MAY_NAME)
