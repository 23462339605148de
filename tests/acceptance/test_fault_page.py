"""The page about faults says what the tests play."""

from tests.acceptance.fault_page import PAGE, page


def test_the_page_is_made_of_the_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.acceptance.fault_page"
