"""The program `pbx-devhost`. Where the extra with its libraries is missing, it says so in one sentence."""

from __future__ import annotations

import errno
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
        try:
            run()
        except OSError:
            _end_output(b"\n")  # a failed write may leave nothing behind in the buffers: try once more
            raise
        finally:
            _end_output()
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if not module or module in _OURS or module in sys.stdlib_module_names:
            raise
        sys.exit(_say_missing(module))


def _end_output(probe: bytes = b"") -> None:
    """Write what is left. Where stdout takes no more, such as a file on a full disk, say so and end with code 1."""
    if sys.stdout is None:  # a shell has closed it
        return
    try:
        sys.stdout.flush()
        if probe:
            os.write(sys.stdout.fileno(), probe)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter writes the rest at its end
        if error.errno == errno.EPIPE:  # `head` has read enough
            sys.exit(1)
        from pbx_devhost.texts import _
        from pbx_plugin_api import language_of_environment

        sentence = _(
            "The output cannot be written: {reason}. What it says is incomplete; what the command changed is changed.",
            reason=str(error.strerror),
        )
        sys.exit(sentence.in_language(language_of_environment(os.environ)))


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
