"""The program `pbx-devhost`. Where the extra with its libraries is missing, it says so in one sentence."""

from __future__ import annotations

import gc
import io
import os
import sys

_OURS = ("pbx_devhost", "pbx_plugin_api")


def main() -> None:
    """Run the command line, or name what has to be installed first."""
    gc.disable()  # importing makes no garbage, and looking for it cost a tenth of every start
    try:
        from pbx_devhost.cli.main import main as run  # imported here: the extra may be missing

        gc.freeze()  # what was imported lives as long as the process, and need not be looked at again
        gc.set_threshold(20_000, 20, 20)  # a batch of 500 changes makes many objects, none in a circle
        gc.enable()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal does not have is no failure
                stream.reconfigure(errors="backslashreplace")
        run()
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if not module or module in _OURS or module in sys.stdlib_module_names:
            raise
        sys.exit(_say_missing(module))


def _say_missing(module: str) -> str:
    from pbx_devhost.texts import _
    from pbx_plugin_api import language_of_environment

    sentence = _(
        "{program} needs the Python module {module}. Install it: {command}",
        program="pbx-devhost",
        module=module,
        command="pip install 'pbx-plugin-api[devhost]'",
    )
    return sentence.in_language(language_of_environment(os.environ))


if __name__ == "__main__":
    main()
