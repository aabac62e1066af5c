"""What click says by itself, in another language than English: words of a help, questions, what is wrong.

click asks Python's gettext for its texts, of the domain that a process has for all its libraries. So its modules get
our catalogue instead, where these texts are.
"""

from __future__ import annotations

from collections.abc import Iterable
from gettext import NullTranslations

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from pbx_devhost.texts import _later
from pbx_plugin_api import catalogues

_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text of click that depends on a number."""
    return one, many


def speak(language: str, commands: Iterable[click.Command]) -> None:
    """Let click say its texts in a language, from now on.

    Args:
        language: The language.
        commands: Their options have words of click already, which are translated here.
    """
    catalogue = catalogues.find_catalogue("pbx_devhost", language) or NullTranslations()
    for module in _MODULES:
        for name in ("_", "ngettext"):
            if hasattr(module, name):
                setattr(module, name, catalogue.gettext if name == "_" else catalogue.ngettext)
    for each in {id(param.type): param.type for command in commands for param in command.params}.values():
        if isinstance(each, click.Path):
            is_one_kind = each.file_okay != each.dir_okay
            each.name = catalogue.gettext(("file" if each.file_okay else "directory") if is_one_kind else "path")
        elif isinstance(each, (click.types.IntParamType, click.IntRange)):
            vars(each).pop("name", None)  # click's own name is English, and that of the class
            if (name := catalogue.gettext("integer")) != "integer":
                each.name = name


WORDS = (
    # Translators: words of a command line's help.
    _later("Usage:"),
    _later("Options"),
    _later("Positional arguments"),
    _later("Commands"),
    _later("default: {default}"),
    _later("required"),
    _later("env var: {var}"),
    # Translators: what is wrong with a command that somebody typed. A name is between quotation marks already.
    _later("Missing command."),
    _later("Missing argument"),
    _later("Missing option"),
    _later("Missing parameter"),
    _later("Missing {param_type}"),
    _later("Try '{command} {option}' for help."),
    _later("No such option {name!r}."),
    _later("No such command {name!r}."),
    ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    _later("Option {name!r} does not take a value."),
    ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    _later("Argument {name!r} takes {nargs} values."),
    _later("Invalid value: {message}"),
    # Translators: {param_hint} is the option, {message} a sentence that says what is wrong.
    _later("Invalid value for {param_hint}: {message}"),
    ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    # Translators: {number_type} is "integer".
    _later("{value!r} is not a valid {number_type}."),
    # Translators: what an option takes, after a colon: a whole number.
    _later("integer"),
    _later("{value} is not in the range {range}."),
    # Translators: what an option takes; the start of a sentence such as "File 'x' does not exist."
    _later("file"),
    _later("directory"),
    _later("path"),
    # Translators: {name} is "File", "Directory" or "Path".
    _later("{name} {filename!r} does not exist."),
    _later("{name} {filename!r} is a directory."),
    _later("{name} {filename!r} is a file."),
    _later("{name} {filename!r} is not readable."),
    _later("{name} {filename!r} is not writable."),
    # Translators: the second question for a new password.
    _later("Repeat for confirmation"),
    _later("Error: The two entered values do not match."),
    _later("Error: {message}"),
    _later("Error: invalid input"),
    _later("Aborted!"),
)
