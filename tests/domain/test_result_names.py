"""How a result's file is called, and known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parcel import file_stem, result_named


@given(st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(1, 15), st.sampled_from(["png", "jpg"]))
def test_a_name_says_which_result_it_is(job_id: str, number: int, ending: str) -> None:
    assert result_named(f"{file_stem(job_id, number)}.{ending}") == (job_id, number)


@pytest.mark.parametrize(
    "name", ["cat.png", "seedream-12-1.png", f"seedream-{'a' * 16}.png", f"x-seedream-{'a' * 16}-1.png"]
)
def test_other_files_are_no_results(name: str) -> None:
    assert result_named(name) is None
