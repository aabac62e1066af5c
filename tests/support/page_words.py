"""What a page says in a language, found by its English: by the same catalogues that made the page."""

from __future__ import annotations

from pbx_plugin_api import Text, TextValue

DOMAINS = ("portsip_m365_plugin", "pbx_devhost", "pbx_plugin_api")
ENGLISH = "en"


def in_page(language: str, english: str, /, *, context: str = "", **values: TextValue) -> str:
    """Return a text of a page in a language.

    Args:
        english: The text as it stands in the code, with the names of its values in braces.
        context: Which meaning, where one English text has several.

    Raises:
        AssertionError: No catalogue has a translation, so the page says it in English, or says something else.
    """
    for domain in DOMAINS:
        text = Text(english, values, domain=domain, context=context)
        if language == ENGLISH:
            return text
        translated = text.in_language(language)
        if translated != text:
            return translated
    raise AssertionError(f"no catalogue has “{english}” in {language}")
