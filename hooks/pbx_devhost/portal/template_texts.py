"""Texts in templates: `_`, `_n` and `_p` as in code, `rich` for markup in a sentence. All in the reader's language.

What a plugin, a store or another module says is a `Text` too: it is translated where it is written into the page.
So a template must not cut texts, join them or change their letters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from flask import Flask
from markupsafe import Markup, escape

from pbx_devhost.portal.languages import reader_language
from pbx_devhost.store.languages import offered_languages
from pbx_plugin_api import Text

_DOMAIN: Final = "pbx_devhost"
_TAGS: Final = ("b", "bdi", "code")
_PLACE: Final = re.compile("\0(\\w+)\0")
"""Where a value goes, until the tags are written."""


def install(app: Flask) -> None:
    """Give the templates these functions."""
    plain = lru_cache(maxsize=4096)(_make)  # of this app: a text without values is the same on every page

    def say(message: str, /, **values: Any) -> Text:
        if not values:
            return plain(message, reader_language())
        return Text(message, values, domain=_DOMAIN, language=reader_language())

    def count(one: str, many: str, n: int, /, **values: Any) -> Text:
        return Text(one, {"n": n, **values}, domain=_DOMAIN, plural=many, language=reader_language())

    def mean(context: str, message: str, /, **values: Any) -> Text:
        if not values:
            return plain(message, reader_language(), context)
        return Text(message, values, domain=_DOMAIN, context=context, language=reader_language())

    app.jinja_env.globals.update(_=say, _n=count, _p=mean, offered_languages=offered_languages)
    app.jinja_env.filters["rich"] = _write_rich
    app.jinja_env.finalize = _finish


def _make(message: str, language: str, context: str = "") -> Text:
    return Text(message, {}, domain=_DOMAIN, context=context, language=language)


def _finish(value: Any) -> Any:
    """What is written into a page. Jinja escapes it afterwards."""
    return value.in_language(reader_language()) if type(value) is Text else value


def _write_rich(text: Text, href: str = "") -> Markup:
    """Return a text whose message has `<b>`, `<bdi>`, `<code>`, or `<a>` for a link to `href`. Values are escaped.

    The message is the program's and the translator's. Values are put in last, so no value can bring a tag.
    """
    language = reader_language()
    values, kept = dict(text.values), {}
    for name, value in text.values.items():
        if isinstance(value, str):
            kept[name] = str(escape(_finish(value)))
            values[name] = f"\0{name}\0"
    blank = Text(text.message, values, domain=text.domain, plural=text.plural, context=text.context, language=language)
    written = str(escape(str(blank)))
    for tag in _TAGS:
        written = written.replace(f"&lt;{tag}&gt;", f"<{tag}>").replace(f"&lt;/{tag}&gt;", f"</{tag}>")
    written = written.replace("&lt;a&gt;", f'<a href="{escape(href)}">').replace("&lt;/a&gt;", "</a>")
    written = _PLACE.sub(lambda found: kept[found[1]], written)
    return Markup(written)  # noqa: S704  # made of escaped parts
