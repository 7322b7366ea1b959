"""The official record: who is official, and the numbers of papers."""

from __future__ import annotations

import pytest

from monitor.stages.record import find_documents, is_official


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.commerce.gov/rule", True),
        ("https://ec.europa.eu/x", True),
        ("https://www.gov.uk/x", True),
        ("https://service.gov.uk/x", True),
        ("https://gov.example/x", False),
        ("https://notgov/x", False),
        ("https://evil.example/www.commerce.gov/", False),
        (None, False),
    ],
)
def test_addresses_of_governments_are_official(url: str | None, *, expected: bool) -> None:
    assert is_official(url) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Published as 91 FR 12345 on Monday.", "91 FR 12345"),
        ("See FR Doc. 2026-17431.", "FR Doc. 2026-17431"),
        ("RIN 0694-AJ60, interim final rule", "RIN 0694-AJ60"),
        ("Regulation (EU) 2024/1689 applies.", "Regulation (EU) 2024/1689"),
        ("The plan, COM(2026) 123, follows.", "COM(2026) 123"),
        ("In Case No. 1:26-cv-00417 the court held", "Case No. 1:26-cv-00417"),
        ("商务部公告2026年第18号", "2026年第18号"),
        ("国办发〔2026〕7号", "〔2026〕7号"),
    ],
)
def test_numbers_of_papers_are_found_as_written(text: str, number: str) -> None:
    assert find_documents([text]) == (number,)


def test_each_number_is_told_once_and_dates_are_none() -> None:
    assert find_documents(["91 FR 12345", "again 91 FR 12345", "on 4 September 2026, 2026-09-04, at 12:30"]) == (
        "91 FR 12345",
    )
