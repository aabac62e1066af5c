"""Print one command block of the README: the one whose fence is followed by the marker comment `<!-- run: NAME -->`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def read_block(name: str, text: str) -> str:
    """Return the shell block announced by `<!-- run: NAME -->` on the line before it."""
    match = re.search(rf"<!-- run: {re.escape(name)} -->\n```(?:sh|bash|console)?\n(.*?)\n```", text, re.DOTALL)
    if match is None:
        raise SystemExit(f"README.md has no command block marked <!-- run: {name} -->")
    return match.group(1)


if __name__ == "__main__":
    sys.stdout.write(read_block(sys.argv[1], README.read_text(encoding="utf-8")) + "\n")
