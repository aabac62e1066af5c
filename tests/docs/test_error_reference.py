"""The error reference says what the code says."""

from __future__ import annotations

from tests.docs.error_reference import PAGE, write_page

REMEDIES = ("what to do", "what the administrator does", "what the page says")
"""Heads of the columns that hold a remedy."""


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "run: python -m tests.docs.error_reference"


def test_every_error_of_the_token_endpoint_and_of_graph_is_on_it() -> None:
    page = write_page()
    for word in ("700016", "700027", "53003", "Authorization_RequestDenied", "MailboxNotEnabledForRESTAPI", "no_plan"):
        assert word in page


def test_every_row_says_what_to_do() -> None:
    rows = [line.split(" | ") for line in write_page().splitlines() if line.startswith("| ")]
    remedies = {}
    column = 0
    for row in rows:
        cells = [cell.strip(" |") for cell in row]
        header = [n for n, cell in enumerate(cells) if cell.lower() in REMEDIES]
        if header:
            column = header[0]
        else:
            remedies[cells[0] + cells[1]] = cells[column]
    assert len(remedies) > 90
    assert [name for name, remedy in remedies.items() if len(remedy) < 10] == []
