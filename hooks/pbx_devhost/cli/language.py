"""In which language the command line speaks: that of `LANG`. Names, codes and JSON are the same in every language."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from pbx_devhost.texts import _
from pbx_plugin_api import language_of_environment, translate
from pbx_plugin_api.catalogues import SOURCE_LANGUAGE

T = TypeVar("T")

_shown: Final[list[tuple[Any, str, str]]] = []
"""What click shows of ours: the command or option, its attribute, and the text."""
_spoken: Final = [SOURCE_LANGUAGE]
_WIDE: Final = "zh"
"""Languages that are written without spaces, in characters of two columns."""


def say(value: T) -> T:
    """Return a text, or what holds texts, in the language of the command line."""
    return translate(value, _spoken[0])


def speak_as_asked() -> None:
    """Speak the language that the terminal asks for, from now on."""
    language = language_of_environment(os.environ)
    if language == _spoken[0]:
        return
    _spoken[0] = language
    for shown, attribute, text in _shown:
        setattr(shown, attribute, say(text))
    from pbx_devhost.cli.click_words import speak  # only another language than English needs it

    speak(language, [shown for shown, _attribute, _text in _shown if isinstance(shown, click.Command)])


def show(shown: Any, attribute: str, text: str) -> None:
    """Let click show a text in the language of the command line."""
    setattr(shown, attribute, say(text))
    _shown.append((shown, attribute, text))


class SpokenOption(click.Option):
    """An option whose help and question are texts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for attribute in ("help", "prompt"):
            if isinstance(kwargs.get(attribute), str):
                show(self, attribute, kwargs[attribute])


def option(*declarations: str, help: str, **kwargs: Any) -> Callable[[Any], Any]:  # click's name for it
    """Add an option with a help text, as `click.option` does."""
    return click.option(*declarations, cls=SpokenOption, help=help, **kwargs)


def password_option() -> Callable[[Any], Any]:
    """Add an option that asks for a new password twice."""
    # Translators: the question of a command line for a new password.
    return click.password_option(cls=SpokenOption, prompt=_("Password"))


class Spoken(click.Command):
    """A command whose help is a text."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """See `click.Command`, which keeps the option with its first text."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say(_("Show this message and exit."))
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        """See `click.Command`, which cuts it at spaces."""
        if not _spoken[0].startswith(_WIDE) or not self.help:
            return super().get_short_help_str(limit)
        text = self.help.partition("\n")[0].partition("。")[0]
        return text if 2 * len(text) <= limit else text[: limit // 2 - 1] + "…"


class SpokenGroup(Spoken, click.Group):
    """A group of commands whose help is a text."""
