# ruff: noqa: E501  tables
"""Names, numbers and places for the seeded tenant; ``native|latin`` for names in another script."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Locale:
    """One country's names and the forms of its phone numbers (``#`` is a digit)."""

    country: str
    code: str
    language: str
    city: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]
    landline: tuple[str, ...]
    mobile: tuple[str, ...]
    family_first: bool = False


LOCALES = (
    Locale(
        "United States", "US", "en-US", "Seattle",
        ("Adele", "Alex", "Diego", "Emily", "Grady", "Isaiah", "Joni", "Lidia", "Lynne", "Megan", "Miriam", "Nestor", "Patti", "Pradeep"),
        ("Vance", "Wilber", "Siciliani", "Braun", "Archie", "Langer", "Sherman", "Holloway", "Robbins", "Bowen", "Graham", "Wilke"),
        ("+1 425-555-01##", "(206) 555-01##", "+1 (425) 555 01##", "425.555.01##"),
        ("+1 206-555-01##", "+1206555 01##", "206-555-01##"),
    ),
    Locale(
        "Germany", "DE", "de-DE", "Hamburg",
        ("Jürgen", "Anneliese", "Björn", "Käthe", "Lukas", "Mia", "Sören", "Ulrike", "Finn", "Greta", "Heiko", "Ingrid"),
        ("Müller", "Weiß", "Groß", "Krüger", "Schäfer", "Böhm", "Möller", "Voß", "Köhler", "Jäger", "Lindner", "Arndt"),
        ("+49 30 23125 ###", "030 / 23125-###", "+49 (0)30 23125###"), ("+49 152 288173##", "0152 28817 3##"),
    ),
    Locale(
        "France", "FR", "fr-FR", "Lyon",
        ("Élodie", "François", "Hélène", "Jérôme", "Zoé", "Chloé", "Anaïs", "Benoît", "Gaëlle", "Noël", "Maëlys", "Théo"),
        ("Lefèvre", "Garçon", "Dubois", "Béranger", "Noël", "Chêne", "D'Aubigné", "Roche", "Marchand", "Petit", "Colin"),
        ("+33 1 99 00 ## ##", "01 99 00 ## ##"), ("+33 6 39 98 ## ##", "06.39.98.##.##"),
    ),
    Locale(
        "United Kingdom", "GB", "en-GB", "Leeds",
        ("Oliver", "Amelia", "Harry", "Poppy", "George", "Freya", "Rhys", "Siobhán", "Callum", "Isla", "Alfie", "Maisie"),
        ("Smith", "O'Connor", "Jones", "Taylor-Green", "Hughes", "Patel", "Evans", "Wright", "Clarke", "Walsh"),
        ("+44 20 7946 0###", "020 7946 0###"), ("+44 7700 900###", "07700 900###"),
    ),
    Locale(
        "China", "CN", "zh-CN", "上海",
        ("伟|Wei", "芳|Fang", "娜|Na", "敏|Min", "静|Jing", "强|Qiang", "磊|Lei", "洋|Yang", "艳|Yan", "杰|Jie", "涛|Tao"),
        ("王|Wang", "李|Li", "张|Zhang", "刘|Liu", "陈|Chen", "杨|Yang", "赵|Zhao", "黄|Huang", "周|Zhou", "吴|Wu"),
        ("+86 21 5555 01##", "021-555501##"), ("+86 139 5550 01##", "139555001##"), True,
    ),
    Locale(
        "Japan", "JP", "ja-JP", "大阪市",
        ("翔太|Shota", "陽菜|Hina", "大輔|Daisuke", "美咲|Misaki", "健太|Kenta", "彩|Aya", "誠|Makoto"),
        ("佐藤|Sato", "鈴木|Suzuki", "高橋|Takahashi", "田中|Tanaka", "渡辺|Watanabe", "伊藤|Ito"),
        ("+81 6-5550-01##", "06-5550-01##"), ("+81 90-5550-01##", "090-5550-01##"), True,
    ),
    Locale(
        "Poland", "PL", "pl-PL", "Łódź",
        ("Łukasz", "Małgorzata", "Paweł", "Agnieszka", "Tomasz", "Żaneta", "Grzegorz", "Świętosława", "Jakub"),
        ("Nowak", "Kowalski", "Wiśniewski", "Wójcik", "Kamiński", "Żuławski", "Błaszczyk", "Szymański"),
        ("+48 22 555 01 ##", "(22) 555-01-##"), ("+48 500 555 0##", "500-555-0##"),
    ),
    Locale(
        "Spain", "ES", "es-ES", "Sevilla",
        ("José María", "Lucía", "Iñaki", "Begoña", "Ángel", "Sofía", "Raúl", "Núria", "Martín"),
        ("García López", "Núñez", "de la Fuente", "Muñoz", "Ibáñez", "Ortega y Gasset", "Peña"),
        ("+34 910 55 01 ##", "910 55 01 ##"), ("+34 655 50 01 ##", "655 500 1##"),
    ),
    Locale(
        "Brazil", "BR", "pt-BR", "São Paulo",
        ("João", "Conceição", "Thiago", "Luíza", "Antônio", "Letícia", "Vinícius", "Íris"),
        ("da Silva", "Gonçalves", "dos Santos", "Araújo", "Sebastião", "Guimarães", "Brandão"),
        ("+55 11 5550-01##", "(11) 5550-01##"), ("+55 11 95550-01##", "(11) 95550-01##"),
    ),
    Locale(
        "India", "IN", "en-IN", "Pune",
        ("Aarav", "Priya", "Rohan", "Ananya", "Vikram", "Deepa", "Arjun", "Lakshmi", "Sanjay", "Meera", "Kiran"),
        ("Sharma", "Iyer", "Reddy", "Patel", "Nair", "Banerjee", "Gupta", "Subramaniam", "Desai", "Singh"),
        ("+91 20 5550 01##", "020-555001##"), ("+91 98555 001##", "98555 001##"),
    ),
    Locale(
        "Greece", "GR", "el-GR", "Αθήνα",
        ("Γιώργος|Giorgos", "Ελένη|Eleni", "Νίκος|Nikos", "Μαρία|Maria", "Κώστας|Kostas"),
        ("Παπαδόπουλος|Papadopoulos", "Βλάχος|Vlachos", "Οικονόμου|Oikonomou"),
        ("+30 21 5550 01##", "21 5550 01##"), ("+30 694 555 01##", "694 555 01##"),
    ),
    Locale(
        "Türkiye", "TR", "tr-TR", "İzmir",
        ("İsmail", "Çağla", "Şükrü", "Gülşen", "Ömer", "Ayşe", "Iğdır", "Yağmur"),
        ("Yılmaz", "Çelik", "Öztürk", "Şahin", "Doğan", "İnönü", "Kılıç"),
        ("+90 232 555 01 ##", "(0232) 555 01 ##"), ("+90 532 555 01 ##", "0532 555 01 ##"),
    ),
)  # fmt: skip

DEPARTMENTS = (
    "Sales", "Engineering", "Finance", "Human Resources", "Legal", "Marketing", "Operations", "R&D",
    "Customer Service", "Einkauf", "Ventes & Support", "物流",
)  # fmt: skip
TITLES = (
    "Account Manager", "Engineer", "Designer", "Analyst", "Team Lead", "Director", "Assistant", "Buyer", "Chef de projet",
    "Sachbearbeiterin", "CEO", "Retail Manager",
)  # fmt: skip
COMPANIES = ("Contoso", "Fabrikam, Inc.", "Northwind Traders", "Adventure Works", "Tailspin Toys", "Wingtip & Söhne")

ODD_PHONES = (
    "ext. 4711", "+49 (0) 40 / 123 - 45 ext 6", "n/a", "see assistant", "tel:+1-425-555-0123", "00 44 20 7946 0958",
    "４２５－５５５－０１２３", "+1 425 555 0109;ext=22", "1234", "+999 12345678901234567890", "  ", "VIP 1-800-CONTOSO",
)  # fmt: skip
EMOJI_NAMES = (("Zoë 🌻", "O’Hara"), ("👩‍💻 Kim", "Lee"), ("Max", "Mustermann 🇩🇪"), ("Ana 👨‍👩‍👧‍👦", "Lima"))
RTL_NAMES = (
    ("محمد", "العبدالله", "Mohammed", "Alabdullah"),
    ("דוד", "בן־גוריון", "David", "Bengurion"),
    ("فاطمة", "الزهراء", "Fatima", "Alzahra"),
    ("יעל", "כהן‏", "Yael", "Cohen"),
)
