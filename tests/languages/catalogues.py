"""The catalogues of translations: `python -m tests.languages.catalogues` brings them to the texts in the code.

New texts come in untranslated, those that no code uses go. `--check` changes nothing and fails if it would.
`--missing de` prints what has no German, as JSON; `--fill de FILE` takes a JSON file {"English": "German"}, where the
translation of a plural is a list.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "portsip_m365_plugin": ROOT / "portsip_m365_plugin",
    "pbx_devhost": ROOT / "hooks" / "pbx_devhost",
    "pbx_plugin_api": ROOT / "hooks" / "pbx_plugin_api",
}
LANGUAGES = ("de", "zh_Hans")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_later": None,
    "_n": (1, 2),
    "_p": ((1, "c"), 2),
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def po_path(package: str, language: str) -> Path:
    return PACKAGES[package] / "locale" / language / "LC_MESSAGES" / f"{package}.po"


def read_catalogue(package: str, language: str) -> Catalog:
    path = po_path(package, language)
    if not path.exists():
        return Catalog(locale=language, domain=package, fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language, domain=package)


def extract(package: str) -> Catalog:
    """The texts in a package's code, in the order of files and lines."""
    found = Catalog(domain=package, fuzzy=False)
    places = extract_from_dir(
        PACKAGES[package], METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for filename, _, message, comments, context in sorted(places, key=lambda each: (each[0], each[1])):
        found.add(message, None, [(filename, 0)], auto_comments=comments, context=context)
    return found


def updated(package: str, language: str) -> Catalog:
    """A catalogue with exactly the texts in the code, each with the translation it had."""
    before = read_catalogue(package, language)
    after = Catalog(locale=language, domain=package, fuzzy=False)
    after.header_comment = f"# Translations for {package}. See CONTRIBUTING.md."
    for message in texts(extract(package)):
        known = before.get(message.id, message.context)
        is_kept = known is not None and known.pluralizable == message.pluralizable
        after.add(
            message.id,
            known.string if known is not None and is_kept else None,
            sorted(set(message.locations)),
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return after


def texts(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def written(catalogue: Catalog) -> bytes:
    target = io.BytesIO()
    write_po(target, catalogue, width=0, include_lineno=False, sort_output=False, omit_header=False)
    lines = target.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(('"POT-Creation', '"PO-Revision'))).encode()


def is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def compile_all() -> None:
    """Compile what is newer than its .mo file, for a checkout that was installed before."""
    for package in PACKAGES:
        for language in LANGUAGES:
            source = po_path(package, language)
            target = source.with_suffix(".mo")
            if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
                new = io.BytesIO()
                write_mo(new, read_catalogue(package, language))
                target.write_bytes(new.getvalue())


def missing(language: str) -> dict[str, dict[str, object]]:
    """What has no translation, by package: the text, what a translator is told about it, and its plural."""
    return {
        package: {
            key(message): {"where": [where for where, _ in message.locations], "note": " ".join(message.auto_comments)}
            for message in texts(updated(package, language))
            if not is_translated(message)
        }
        for package in PACKAGES
    }


def key(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else " || ".join(message.id)
    return f"{message.context} >> {text}" if message.context else text


def fill(language: str, words: dict[str, str | list[str]]) -> int:
    """Take translations into every catalogue that has their texts. Return how many were new or others."""
    n = 0
    for package in PACKAGES:
        catalogue = updated(package, language)
        for message in texts(catalogue):
            given = words.get(key(message))
            string = tuple(given) if isinstance(given, list) else given
            if string and message.string != string:
                message.string = string
                n += 1
        save(package, language, catalogue)
    return n


def save(package: str, language: str, catalogue: Catalog) -> None:
    path = po_path(package, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != written(catalogue):
        path.write_bytes(written(catalogue))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", metavar="LANGUAGE")
    parser.add_argument("--fill", nargs=2, metavar=("LANGUAGE", "FILE"))
    given = parser.parse_args()
    if given.missing:
        print(json.dumps(missing(given.missing), ensure_ascii=False, indent=1))
        return 0
    if given.fill:
        language, path = given.fill
        print(f"{fill(language, json.loads(Path(path).read_text()))} texts were translated.")
        compile_all()
        return 0
    stale = []
    for package in PACKAGES:
        for language in LANGUAGES:
            new = updated(package, language)
            path = po_path(package, language)
            if not path.exists() or path.read_bytes() != written(new):
                stale.append(path.relative_to(ROOT))
                if not given.check:
                    save(package, language, new)
    if given.check:
        for path in stale:
            print(f"{path} does not fit the code: run python -m tests.languages.catalogues")
        return 1 if stale else 0
    compile_all()
    print(f"{len(stale)} catalogues changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
