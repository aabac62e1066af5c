"""The program `portsip-m365`. Where the extra with its libraries is missing, it says so in one sentence."""

from __future__ import annotations

import sys

_OURS = ("portsip_m365_plugin", "pbx_plugin_api")


def main() -> None:
    """Run the command line, or name what has to be installed first."""
    try:
        from portsip_m365_plugin.cli import main as run  # imported here: the extra may be missing
        from portsip_m365_plugin.terminal import never_fail_to_write

        never_fail_to_write()
        run()
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if not module or module in _OURS or module in sys.stdlib_module_names:
            raise
        sys.exit(_say_missing(module))


def _say_missing(module: str) -> str:
    from portsip_m365_plugin.terminal import say
    from portsip_m365_plugin.texts import _

    return say(
        _(
            "{program} needs the Python module {module}. Install it: {command}",
            program="portsip-m365",
            module=module,
            command="pip install 'portsip-m365-plugin[cli]'",
        )
    )


if __name__ == "__main__":
    main()
