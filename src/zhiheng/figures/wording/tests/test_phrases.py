"""Phrases are true, and the judge draws the line where an oracle written apart from the table draws it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from zhiheng.figures.wording import find, judge, phrases
from zhiheng.figures.wording.table import table

COUNTED = ["家", "家次", "人次", "名", "个", "项", "场次", "期", "字", "年", "地区"]
MEASURED = ["元", "吨", "吨标准煤", "%", "倍", "百分点"]
LANGUAGES = st.sampled_from(["zh", "en"])


@given(st.one_of(st.integers(0, 3000), st.integers(0, 10**13)), st.sampled_from(COUNTED), LANGUAGES)
def test_every_phrase_of_a_count_is_judged_true(value, unit, language):
    offered = phrases(value, unit, language)
    assert offered
    for said in offered:
        assert judge(said, value, unit=unit).true is True
        assert [f.text for f in find(said) if f.figure] == [said]


@given(st.decimals(Decimal(-100), 10**11, places=3, allow_nan=False), st.sampled_from(MEASURED), LANGUAGES)
def test_every_phrase_of_a_quantity_is_judged_true(value, unit, language):
    offered = phrases(value, unit, language)
    assert offered
    assert all(judge(said, value, unit=unit).true is True for said in offered)


@given(st.integers(0, 10**9), st.sampled_from(COUNTED), LANGUAGES)
def test_the_exact_number_is_always_offered(value, unit, language):
    assert any(
        not judge(said, value + 1, unit=unit).true and not judge(said, value - 1, unit=unit).true
        for said in phrases(value, unit, language)
    )


def u(number: int) -> int:
    place = 1
    while number % (10 * place) == 0:
        place *= 10
    return place


#: template -> what it says of N (an int) and x (a fraction)
ORACLE = {
    "{}家": lambda n, x: x == n,
    "{}余家": lambda n, x: n < x < n + u(n),
    "{}多家": lambda n, x: n < x < n + u(n),
    "近{}家": lambda n, x: Fraction(9, 10) * n <= x < n,
    "将近{}家": lambda n, x: Fraction(9, 10) * n <= x < n,
    "超过{}家": lambda n, x: x > n,
    "逾{}家": lambda n, x: x > n,
    "{}家以上": lambda n, x: x >= n,
    "不少于{}家": lambda n, x: x >= n,
    "约{}家": lambda n, x: Fraction(19, 20) * n <= x <= Fraction(21, 20) * n,
    "{}家左右": lambda n, x: Fraction(19, 20) * n <= x <= Fraction(21, 20) * n,
    "达{}家": lambda n, x: n - Fraction(1, 2) <= x < n + Fraction(1, 2),
    "{}万家": lambda n, x: (n - Fraction(1, 2)) * 10**4 <= x < (n + Fraction(1, 2)) * 10**4,
    "{}余万家": lambda n, x: n * 10**4 < x < (n + u(n)) * 10**4,
    "{}万余家": lambda n, x: n * 10**4 < x < (n + 1) * 10**4,
    "{}亿多家": lambda n, x: n * 10**8 < x < (n + 1) * 10**8,
    "nearly {} companies": lambda n, x: Fraction(9, 10) * n <= x < n,
    "more than {} companies": lambda n, x: x > n,
    "at least {} companies": lambda n, x: x >= n,
    "{} companies or more": lambda n, x: x >= n,
    "about {} companies": lambda n, x: Fraction(19, 20) * n <= x <= Fraction(21, 20) * n,
}


@given(
    st.sampled_from(sorted(ORACLE)),
    st.one_of(st.integers(1, 99), st.integers(1, 999).map(lambda k: 100 * k), st.integers(1, 10**6)),
    st.sampled_from(
        [
            "0.8999999",
            "0.9",
            "0.9000001",
            "0.95",
            "0.9499999",
            "0.9999999",
            "1",
            "1.0000001",
            "1.05",
            "1.0500001",
            "1.5",
            "2",
            "3",
        ]
    ),
    st.sampled_from(["-1", "-0.5", "-0.0000001", "0", "0.0000001", "0.4999999", "0.5", "1", "10", "100"]),
)
def test_the_judge_agrees_with_the_oracle_at_the_ends_and_just_outside(template, n, times, away):
    scale = 10**8 if "亿" in template else 10**4 if "万" in template else 1
    value = (n * Decimal(times) + Decimal(away)) * scale
    step = Decimal(u(n) * scale)
    for x in (
        value,
        n * scale + step,
        n * scale + step - Decimal("0.0000001"),
        Decimal(n * scale) + scale,
        Decimal(n * scale),
    ):
        assert judge(template.format(n), x).true is ORACLE[template](n, Fraction(x)), (template, n, x)


@given(st.integers(1, 99), st.sampled_from([u for u in COUNTED if u != "年"]))
def test_chinese_and_arabic_numerals_say_the_same(number, unit):
    for said in phrases(number, unit, "zh"):
        assert judge(said, number, unit=unit).true
    assert table().same_unit(unit, unit)
