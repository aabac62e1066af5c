"""Check what both wheels and source distributions hold: `wheel_contents.py DIST SOURCE`. Standard library only."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

# Where each distribution lies in the checkout, and the packages that its wheel holds, whole.
DISTRIBUTIONS = {
    "pbx_plugin_api": ("hooks", ("pbx_plugin_api", "pbx_devhost")),
    "portsip_m365_plugin": (".", ("portsip_m365_plugin",)),
}
NOT_IN_A_SOURCE_DISTRIBUTION = {"tests", "docs", "bench", "cassettes", "examples", ".ci"}


def main(dist: Path, source: Path) -> int:
    """Print one line for each fault; return the exit code."""
    faults = []
    for name, (place, packages) in DISTRIBUTIONS.items():
        faults += check_wheel(_only(dist.glob(f"{name}-*.whl")), source / place, packages)
        faults += check_source(_only(dist.glob(f"{name}-*.tar.gz")))
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


def check_wheel(wheel: Path, root: Path, packages: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with a wheel: a file too many or too few, another license, another version."""
    # The build compiles a catalogue of translations, and its source stays behind.
    wanted = {(path.with_suffix(".mo") if path.suffix == ".po" else path).relative_to(root).as_posix()
              for name in packages for path in (root / name).rglob("*") if path.is_file()}  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        info = {name for name in archive.namelist() if ".dist-info/" in name}
        held = set(archive.namelist()) - info
        for name in sorted(held ^ wanted):
            yield f"{wheel.name} {'should not hold' if name in held else 'lacks'} {name}"
        licenses = [archive.read(name) for name in info if name.endswith("/LICENSE")]
        if licenses != [(root / "LICENSE").read_bytes()]:
            yield f"{wheel.name} does not hold its LICENSE once"
        [metadata] = [archive.read(name).decode() for name in info if name.endswith("/METADATA")]
    version = next(root.rglob("VERSION")).read_text("ascii").strip()
    if HeaderParser().parsestr(metadata)["Version"] != version:
        yield f"{wheel.name} is not of version {version}"


def check_source(archive: Path) -> Iterator[str]:
    """Yield what a source distribution should not hold. What it lacks, the wheel made from it lacks too."""
    with tarfile.open(archive) as tar:
        parts = {PurePosixPath(name).parts[1:] for name in tar.getnames()}
    for room in sorted(NOT_IN_A_SOURCE_DISTRIBUTION & {inside[0] for inside in parts if inside}):
        yield f"{archive.name} should not hold {room}/"
    if ("LICENSE",) not in parts:
        yield f"{archive.name} lacks LICENSE"


def _only(found: Iterable[Path]) -> Path:
    [path] = found
    return path


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
