"""The program `pbx-devhost`. Where the extra with its libraries is missing, it says so in one sentence."""

from __future__ import annotations

import gc
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
        run()
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if not module or module in _OURS or module in sys.stdlib_module_names:
            raise
        sys.exit(f"pbx-devhost needs the Python module {module}. Install it: pip install 'pbx-plugin-api[devhost]'")


if __name__ == "__main__":
    main()
