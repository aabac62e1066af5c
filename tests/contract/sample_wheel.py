"""Makes a wheel of the sample plugin and installs it, without a build and without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample_plugin") / "sample_plugin.py"


def install(where: Path, *, version: str = "1.0", source: str | None = None, name: str = "sample") -> None:
    """Install one version of the plugin into a directory, and remove other versions."""
    shutil.rmtree(where, ignore_errors=True)
    wheel = build_wheel(where.parent, version, SAMPLE.read_text("utf-8") if source is None else source, name)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-compile", "--target"]
    subprocess.run([*pip, str(where), str(wheel)], check=True, capture_output=True, text=True)


def unpack(where: Path, *, version: str = "1.0", source: str, name: str) -> None:
    """Like `install`, but without pip, in two milliseconds."""
    shutil.rmtree(where, ignore_errors=True)
    with zipfile.ZipFile(build_wheel(where.parent, version, source, name)) as wheel:
        wheel.extractall(where)


def build_wheel(where: Path, version: str, source: str, name: str) -> Path:
    """Write a wheel (PEP 427): a module, its metadata, its entry point."""
    module, info = f"{name}_plugin", f"{name}_plugin-{version}.dist-info"
    files = {
        f"{module}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[portsip_pbx]\n{name} = {module}\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    path = where / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in files.items():
            wheel.writestr(inside, text)
    return path
