"""The words beside telephone numbers that decide how a text is read, in the languages people write them in. Data."""

from __future__ import annotations

from typing import Final

EXTENSION_WORDS: Final = frozenset(
    {
        *("x", "xt", "ext", "extn", "exten", "extension", "int", "intern", "internal"),
        *("dw", "durchw", "durchwahl", "nst", "nebenstelle", "kl", "klappe", "app", "apparat"),  # German
        *("poste", "interne", "interno", "extensión", "anexo", "ramal", "extensão", "extensao"),  # French to Portuguese
        *("tst", "toestel", "ankn", "anknytning", "lokal", "alanumero"),  # Dutch, Nordic
        *("wew", "wewn", "wewnętrzny", "linka", "klapka", "mellék", "доб", "добавочный", "вн"),  # Slavic, Hungarian
        *("dah", "dahili", "εσωτ", "שלוחה", "تحويلة", "내선", "교환"),  # Turkish, Greek, Hebrew, Arabic, Korean
    }
)
EXTENSION_SIGNS: Final = ("转", "轉", "分机", "分機", "内线", "內線", "内線")
"""The same at the end of a word: Chinese and Japanese do not set words apart."""
LIST_WORDS: Final = frozenset(
    {
        *(
            "or",
            "and",
            "oder",
            "und",
            "bzw",
            "beziehungsweise",
            "ou",
            "et",
            "o",
            "u",
            "y",
            "e",
            "of",
            "en",
            "og",
            "och",
        ),
        *("eller", "tai", "ja", "i", "lub", "oraz", "nebo", "sau", "și", "ve", "veya", "или", "и", "та"),
        *("或", "或者", "和", "及", "または", "又は", "と", "또는"),
    }
)
"""Between two numbers: this one or that one."""
COUNTED_WORDS: Final = frozenset(
    {
        *("h", "hrs", "hours", "am", "pm", "until", "to", "floor", "room"),
        *("uhr", "std", "stunden", "bis", "stock", "etage", "og", "ug", "eg", "zimmer", "raum"),
        *("heure", "heures", "à", "étage", "planta", "piso", "piano"),
    }
)
COUNTED_SIGNS: Final = frozenset("楼樓层層階号室点點時年月日")
"""What follows a number that counts something: 17 Uhr, 2. Stock, 3楼."""
FAX_WORDS: Final = ("fax", "telefax", "факс", "传真", "傳真", "ファクス", "ファックス")
"""Small letters; how the text of a fax number begins."""
