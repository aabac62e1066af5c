"""What the error reference says beside the texts of the plugin: headings and the reasons that its tables explain.

English, German, Simplified Chinese. The texts of the plugin itself come from its catalogues.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = (
    (
        "What can go wrong, and what to do",
        "Was schiefgehen kann, und was zu tun ist",
        "可能出现的问题和处理方法",
    ),
    (
        "Generated from the tables in the code by `python -m tests.docs.error_reference`; a test fails where the two"
        " differ. Microsoft's ids (trace, correlation, request-id) stand beside each message in the run log and the"
        " audit log: give them to Microsoft's support.",
        "Erzeugt aus den Tabellen im Code mit `python -m tests.docs.error_reference`; ein Test schlägt fehl, wenn beide"
        " voneinander abweichen. Microsofts IDs (trace, correlation, request-id) stehen im Laufprotokoll und im"
        " Audit-Protokoll neben jeder Meldung: Geben Sie sie an den Support von Microsoft weiter.",
        "由 `python -m tests.docs.error_reference` 根据代码中的表格生成；两者不一致时测试会失败。"
        "Microsoft 的 ID（trace、correlation、request-id）在运行日志和审核日志中位于每条消息旁边："
        "请将其提供给 Microsoft 支持人员。",
    ),
    (
        "The app's own token (Test connection, every run)",
        "Das eigene Token der App (Verbindung testen, jeder Lauf)",
        "应用自己的令牌（测试连接、每次运行）",
    ),
    ("AADSTS", "AADSTS", "AADSTS"),
    ("What is wrong", "Was nicht stimmt", "问题"),
    ("What to do", "Was zu tun ist", "处理方法"),
    (
        "{codes}, with what the PBX knows",
        "{codes}, mit dem, was die PBX weiß",
        "{codes}，结合 PBX 掌握的信息",
    ),
    ("any other", "jeder andere", "其他任何代码"),
    ("DATE", "DATUM", "日期"),
    ("THUMBPRINT", "FINGERABDRUCK", "指纹"),
    ("Microsoft Graph", "Microsoft Graph", "Microsoft Graph"),
    ("Graph's code or status", "Code oder Status von Graph", "Graph 的代码或状态"),
    ("Mail (outcome of one attempt)", "E-Mail (Ergebnis eines Versuchs)", "邮件（一次尝试的结果）"),
    ("Graph's code or kind", "Code oder Art von Graph", "Graph 的代码或类型"),
    ("What becomes of the mail", "Was aus der E-Mail wird", "邮件的处理"),
    ("all mail waits: `{fault}`", "alle E-Mails warten: `{fault}`", "所有邮件等待：`{fault}`"),
    ("deferred", "aufgeschoben (deferred)", "推迟 (deferred)"),
    ("rejected", "abgelehnt (rejected)", "拒绝 (rejected)"),
    ("unknown", "unbekannt (unknown)", "未知 (unknown)"),
    ("(as above)", "(wie oben)", "（同上）"),
    (
        "The region and the redirect URIs (tab PERMISSIONS)",
        "Die Region und die Umleitungs-URIs (Registerkarte BERECHTIGUNGEN)",
        "区域和重定向 URI（“权限”选项卡）",
    ),
    ("When", "Wann", "情况"),
    ("What the page says", "Was die Seite sagt", "页面显示的内容"),
    (
        "two Microsoft clouds have the directory",
        "zwei Clouds von Microsoft haben das Verzeichnis",
        "两个 Microsoft 云都有该目录",
    ),
    ("no cloud has it", "keine Cloud hat es", "没有任何云有该目录"),
    (
        "no cloud has it, and one did not answer",
        "keine Cloud hat es, und eine hat nicht geantwortet",
        "没有任何云有该目录，并且有一个云没有响应",
    ),
    (
        "a Graph serves it that no region has",
        "ein Graph bedient es, den keine Region hat",
        "为其提供服务的 Graph 不属于任何区域",
    ),
    (
        "a web or SBC domain has changed",
        "eine Web- oder SBC-Domäne hat sich geändert",
        "Web 域名或 SBC 域名已更改",
    ),
    (
        "People who are left out of the sync",
        "Personen, die von der Synchronisierung ausgelassen werden",
        "不参与同步的人员",
    ),
    ("reason", "Grund", "原因"),
    ("in words", "in Worten", "说明"),
    ("what to do", "was zu tun ist", "处理方法"),
    (
        "Microsoft sent something that breaks its own schema; the line says what. Nothing changed.",
        "Microsoft hat etwas gesendet, das dem eigenen Schema widerspricht; die Zeile sagt, was. Nichts wurde"
        " geändert.",
        "Microsoft 发送的内容不符合其自己的架构；该行说明了具体内容。未做任何更改。",
    ),
    (
        "The PBX's licence allows no more users.",
        "Die Lizenz der PBX erlaubt keine weiteren Benutzer.",
        "PBX 的许可证不允许更多用户。",
    ),
    (
        "Several share a mail address; a new user was made instead of linking one.",
        "Mehrere teilen sich eine E-Mail-Adresse; statt einen zu verknüpfen, wurde ein neuer Benutzer angelegt.",
        "多人共用一个邮件地址；未关联现有用户，而是新建了一个用户。",
    ),
    (
        "A value was longer than the PBX keeps; the line says which and what became of it.",
        "Ein Wert war länger, als die PBX ihn speichert; die Zeile sagt, welcher und was aus ihm wurde.",
        "某个值超过了 PBX 可保存的长度；该行说明了是哪个值以及如何处理。",
    ),
    (
        "The PBX refused the change; the line says why.",
        "Die PBX hat die Änderung abgelehnt; die Zeile sagt, warum.",
        "PBX 拒绝了更改；该行说明了原因。",
    ),
    (
        "Nothing: an agent needs no extension.",
        "Nichts: Ein Agent braucht keine Nebenstelle.",
        "无需处理：代理不需要分机。",
    ),
    (
        "Switch on “Sync guest users” on the USER SYNC tab if guests are to have extensions.",
        "Schalten Sie auf der Registerkarte BENUTZER-SYNC „Gastbenutzer synchronisieren“ ein, wenn Gäste Nebenstellen"
        " bekommen sollen.",
        "如果来宾需要分机，请在“用户同步”选项卡上打开“同步来宾用户”。",
    ),
    (
        "Enable the account at Microsoft if the person is to have an extension.",
        "Aktivieren Sie das Konto bei Microsoft, wenn die Person eine Nebenstelle bekommen soll.",
        "如果此人需要分机，请在 Microsoft 端启用该帐户。",
    ),
    (
        "Nothing. If it is a person's mailbox, turn it into a user mailbox in Exchange.",
        "Nichts. Wenn es das Postfach einer Person ist, wandeln Sie es in Exchange in ein Benutzerpostfach um.",
        "无需处理。如果这是某个人的邮箱，请在 Exchange 中将其转换为用户邮箱。",
    ),
    (
        "Assign a licence at Microsoft, or switch on people without a plan on the USER SYNC tab.",
        "Weisen Sie bei Microsoft eine Lizenz zu, oder schalten Sie auf der Registerkarte BENUTZER-SYNC Personen ohne"
        " Plan ein.",
        "请在 Microsoft 端分配许可证，或在“用户同步”选项卡上打开“同步没有 Microsoft 365 计划的人员”。",
    ),
    (
        "Enter first or last name at Microsoft.",
        "Tragen Sie bei Microsoft den Vor- oder Nachnamen ein.",
        "请在 Microsoft 端填写名字或姓氏。",
    ),
    (
        "Give the line to Microsoft's support. The person keeps what they have.",
        "Geben Sie die Zeile an den Support von Microsoft weiter. Die Person behält, was sie hat.",
        "请将该行提供给 Microsoft 支持人员。此人保留现有数据。",
    ),
    (
        "Raise the PBX's limit of users, or free a place. The people follow by themselves.",
        "Erhöhen Sie die Benutzergrenze der PBX, oder machen Sie einen Platz frei. Die Personen folgen von selbst.",
        "请提高 PBX 的用户数上限，或空出一个名额。这些人员随后会自动同步。",
    ),
    (
        "Join the right two on the page of the user, and give each person an address of their own.",
        "Verbinden Sie auf der Seite des Benutzers die beiden richtigen, und geben Sie jeder Person eine eigene"
        " Adresse.",
        "请在用户页面上将正确的两者关联，并为每个人分配自己的地址。",
    ),
    ("Shorten the value at Microsoft.", "Kürzen Sie den Wert bei Microsoft.", "请在 Microsoft 端缩短该值。"),
    (
        "Put right what the line says; the next run tries again.",
        "Beheben Sie, was die Zeile sagt; der nächste Lauf versucht es erneut.",
        "请按该行的说明修正；下次运行会重试。",
    ),
    ("Signing in with Microsoft", "Anmelden mit Microsoft", "使用 Microsoft 登录"),
    ("AADSTS or OAuth error", "AADSTS- oder OAuth-Fehler", "AADSTS 或 OAuth 错误"),
    ("What the person reads", "Was die Person liest", "用户看到的内容"),
    ("What the administrator does", "Was der Administrator tut", "管理员的处理方法"),
    ("Audit word", "Wort im Audit-Protokoll", "审核日志中的词"),
    (
        "Why an ID token is not believed (audit log only)",
        "Warum einem ID-Token nicht geglaubt wird (nur im Audit-Protokoll)",
        "ID 令牌不被信任的原因（仅在审核日志中）",
    ),
    (
        "Each means that the answer was not Microsoft's answer to this sign-in. Check the server's clock, the directory"
        " ID and the region; if it lasts, somebody may be trying to get in with a forged token: give the line to the"
        " person who is responsible for security.",
        "Jedes bedeutet, dass die Antwort nicht Microsofts Antwort auf diese Anmeldung war. Prüfen Sie die Uhr des"
        " Servers, die Verzeichnis-ID und die Region; wenn es andauert, versucht vielleicht jemand, mit einem"
        " gefälschten Token hineinzukommen: Geben Sie die Zeile der Person, die für die Sicherheit verantwortlich ist.",
        "每个词都表示该响应不是 Microsoft 对此次登录的响应。请检查服务器时钟、目录 ID 和区域；如果持续出现，"
        "可能有人试图用伪造的令牌登录：请将该行交给负责安全的人员。",
    ),
)

_COLUMNS: Final = {"en": 0, "de": 1, "zh-Hans": 2}
_BY_ENGLISH: Final = {row[0]: row for row in _WORDS}

LANGUAGES: Final = tuple(_COLUMNS)


def say(english: str, language: str) -> str:
    """Return a text of the reference in a language.

    Raises:
        KeyError: The table lacks it.
    """
    return _BY_ENGLISH[english][_COLUMNS[language]]
