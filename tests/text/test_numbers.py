"""Quantities: one key for one value, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.numbers import quantities

TABLE = [
    # English counts and scales
    ("en", "1,234,567 cars", ["1234567"]),
    ("en", "1.2 million cars", ["1200000"]),
    ("en", "1.1 million and 1,100,000", ["1100000", "1100000"]),
    ("en", "600,000 chips, then 805,000", ["600000", "805000"]),
    ("en", "3.2bn users", ["3200000000"]),
    ("en", "4 trillion", ["4000000000000"]),
    ("en", "2 thousand", ["2000"]),
    ("en", "two dozen", ["24"]),
    ("en", "twelve ships", ["12"]),
    ("en", "twenty-five ships", ["25"]),
    ("en", "two hundred and fifty men", ["250"]),
    ("en", "nine million", ["9000000"]),
    ("en", "half a million people", ["500000"]),
    ("en", "between five and six", ["5", "6"]),
    ("en", "one of the best", []),
    ("en", "one million", ["1000000"]),
    ("en", "the 13th package", ["13"]),
    ("en", "the 21st", ["21"]),
    ("en", "No. 5", ["5"]),
    ("en", "18-month delay", ["18"]),
    ("en", "0.75 mm", ["0.75"]),
    ("en", "1,250.50", ["1250.5"]),
    ("en", "1\u00a0250\u00a0000 tonnes", ["1250000"]),
    ("en", "3.5GHz", ["3.5"]),
    ("en", "version 1.2.3.4 is out", []),
    # English money and percentages
    ("en", "$5m", ["5000000"]),
    ("en", "$3.2bn", ["3200000000"]),
    ("en", "US$ 3.2bn", ["3200000000"]),
    ("en", "€7k", ["7000"]),
    ("en", "£2.5 million", ["2500000"]),
    ("en", "180 billion yuan (about $25 billion)", ["180000000000", "25000000000"]),
    ("en", "up 5 percent", ["5%"]),
    ("en", "up 5 per cent", ["5%"]),
    ("en", "up 5%", ["5%"]),
    ("en", "0.5 percentage points", ["0.5%"]),
    ("en", "thirty percent", ["30%"]),
    ("en", "30%-40%", ["30%", "40%"]),
    # dates, times, years
    ("en", "on 2 August", ["d8-2"]),
    ("en", "on August 2nd", ["d8-2"]),
    ("en", "on the 2nd of August", ["d8-2"]),
    ("en", "Sept. 5", ["d9-5"]),
    ("en", "May 5, 2025", ["d5-5", "2025"]),
    ("en", "May 600,000 be enough", ["600000"]),
    ("en", "on 2026-09-04", ["2026", "d9-4"]),
    ("en", "at 07:30", ["t7:30"]),
    ("en", "in May 10:30 was usual", ["t10:30"]),
    ("en", "31 June is taken, 45 June is not", ["d6-31", "45"]),
    # names with digits
    ("en", "the 910C", ["n910c"]),
    ("en", "the H20 and the h20", ["nh20", "nh20"]),
    ("en", "a 70b model", ["n70b"]),
    ("en", "5G networks", ["n5g"]),
    ("en", "v1.2", ["nv12"]),
    # German
    ("de", "1.250.000 Autos", ["1250000"]),
    ("de", "12,5 Prozent", ["12.5%"]),
    ("de", "2,5 Millionen Euro", ["2500000"]),
    ("de", "3,2 Mrd. Euro", ["3200000000"]),
    ("de", "5 Billionen Euro", ["5000000000000"]),
    ("de", "fünfzehn Prozent", ["15%"]),
    ("de", "zwölf Schiffe", ["12"]),
    ("de", "am 12. September 2026", ["d9-12", "2026"]),
    ("de", "am 3. März", ["d3-3"]),
    ("de", "300 Tsd. Stück", ["300000"]),
    # Chinese
    ("zh", "120万台", ["1200000"]),
    ("zh", "1.5亿元", ["150000000"]),
    ("zh", "3万亿元", ["3000000000000"]),
    ("zh", "两千万台", ["20000000"]),
    ("zh", "三千二百个", ["3200"]),
    ("zh", "一百二十台", ["120"]),
    ("zh", "十二万", ["120000"]),
    ("zh", "三十五亿", ["3500000000"]),
    ("zh", "8月2日", ["d8-2"]),
    ("zh", "8 月 2 日", ["d8-2"]),
    ("zh", "2025年", ["2025"]),
    ("zh", "二〇二五年", ["2025"]),
    ("zh", "百分之七十二", ["72%"]),
    ("zh", "百分之三点五", ["3.5%"]),
    ("zh", "百分之72", ["72%"]),
    ("zh", "五成", ["50%"]),
    ("zh", "三成半", ["35%"]),
    ("zh", "增长5.3%", ["5.3%"]),
    ("zh", "2个百分点", ["2%"]),
    ("zh", "￥300", ["300"]),
    ("zh", "昇腾910C芯片", ["n910c"]),
    ("zh", "公司成立", []),
]


@pytest.mark.parametrize(("language", "text", "keys"), TABLE)
def test_a_spelling_has_the_key_of_its_value(language: str, text: str, keys: list[str]) -> None:
    assert [quantity.key for quantity in quantities(text, language)] == keys


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("$5", "money", "usd"),
        ("US$5", "money", "usd"),
        ("5 euros", "money", "eur"),
        ("5亿美元", "money", "usd"),
        ("3 yen", "money", "jpy"),
        ("5%", "percent", "%"),
        ("12 wafers", "count", "wafers"),
        ("2025", "year", None),
        ("07:30", "time", None),
        ("2 May", "date", "day"),
        ("March 2027", "date", "month"),
        ("third quarter of 2027", "date", "month"),
        ("GB200", "model", None),
    ],
)
def test_kind_and_unit_tell_what_is_measured(text: str, kind: str, unit: str | None) -> None:
    (quantity,) = quantities(text, "en")
    assert (quantity.kind, quantity.unit) == (kind, unit)


@given(st.integers(min_value=1_000_000, max_value=999_999_999))
def test_one_value_has_one_key_in_every_spelling(value: int) -> None:
    spellings = [
        ("en", f"{value:,}"),
        ("en", f"{value}"),
        ("en", f"{value / 1_000_000:.6f} million"),
        ("zh", f"{value / 10_000:.4f}万"),
        ("de", f"{value:,}".replace(",", ".")),
        ("de", f"{value / 1_000_000:.6f} Millionen".replace(".", ",")),
    ]
    assert {quantities(text, language)[0].key for language, text in spellings} == {str(value)}


@given(st.integers(min_value=1, max_value=10**12), st.integers(min_value=1, max_value=10**12))
def test_different_values_have_different_keys(one: int, two: int) -> None:
    keys = [quantities(f"{value:,} chips", "en")[0].key for value in (one, two)]
    assert (keys[0] == keys[1]) == (one == two)


PIECES = st.lists(
    st.sampled_from(
        ["12", "1,250", ".", ",", " ", "million", "May", "10:30", "5m", "$", "%", "万", "百分之", "三", "成", "GB200",
         "-", "twenty", "and", "hundred", "月", "日", "th", "9" * 400, "bn", "\u00a0", "٣", "²", "“"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(st.text(max_size=60), PIECES), st.sampled_from(["en", "de", "zh", None]))
def test_spans_are_slices_in_order_that_never_overlap(text: str, language: str | None) -> None:
    found = quantities(text, language)
    for quantity in found:
        assert text[quantity.start : quantity.end] == quantity.text
    for before, after in zip(found, found[1:], strict=False):
        assert before.end <= after.start
