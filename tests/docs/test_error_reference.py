"""The error reference says what the code says."""

from __future__ import annotations

from tests.docs.error_reference import PAGE, write_page


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "run: python -m tests.docs.error_reference"


def test_every_error_of_the_token_endpoint_and_of_graph_is_on_it() -> None:
    page = write_page()
    for word in ("700016", "700027", "53003", "Authorization_RequestDenied", "MailboxNotEnabledForRESTAPI", "no_plan"):
        assert word in page
