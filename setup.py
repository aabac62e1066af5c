"""What setup.cfg cannot say: the catalogues in `locale` are compiled when the package is built or installed."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildPy(build_py):
    """Compiles each .po file to the .mo file beside it, which the package then carries."""

    def run(self) -> None:
        """Compile, then build."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for path in Path().glob("*/locale/*/LC_MESSAGES/*.po"):
            with path.open("rb") as source, path.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(source))
        super().run()


setup(cmdclass={"build_py": BuildPy})
