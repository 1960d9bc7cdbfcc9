"""The truth table: every row and every example of the house's convention, from phrase to interval and back."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from zhiheng.figures.wording import Problem, find, judge, phrases, read
from zhiheng.figures.wording.table import table

CASES = [
    # phrase, interval, a true value, a false value, unit
    ("246项", "= 246", 246, 247, "项"),
    ("37场", "= 37", 37, 36, "场"),
    ("1.65万", "[16,450, 16,550)", 16450, 16550, "个"),
    ("16亿元", "[1,550,000,000, 1,650,000,000)", 1_550_000_000, 1_650_000_000, "元"),
    ("93.5%", "[93.45, 93.55)", "93.45", "93.55", "%"),
    ("240万吨标准煤", "[2,395,000, 2,405,000)", 2_395_000, 2_405_000, "吨标准煤"),
    ("400余家", "(400, 500)", 401, 400, "家"),
    ("900多个", "(900, 1,000)", 999, 1000, "个"),
    ("1000多家", "(1,000, 2,000)", 1999, 2000, "家"),
    ("50多万字", "(500,000, 600,000)", 500_001, 600_000, "字"),
    ("18万余名", "(180,000, 190,000)", 180_001, 190_000, "名"),
    ("10多万", "(100,000, 200,000)", 199_999, 200_000, "人"),
    ("10万多", "(100,000, 110,000)", 109_999, 110_000, "人"),
    ("近200人次", "[180, 200)", 180, 200, "人次"),
    ("将近200人次", "[180, 200)", 199, 179, "人次"),
    ("近30项", "[27, 30)", 27, 30, "项"),
    ("超过12万例", "> 120,000", 120_001, 120_000, "例"),
    ("逾12万例", "> 120,000", 120_001, 120_000, "例"),
    ("突破12万例", "> 120,000", 120_001, 120_000, "例"),
    ("12万例以上", "≥ 120,000", 120_000, 119_999, "例"),
    ("不少于12万例", "≥ 120,000", 120_000, 119_999, "例"),
    ("达18万名", "[175,000, 185,000)", 175_000, 185_000, "名"),
    ("达到93.5%", "[93.45, 93.55)", "93.46", "93.44", "%"),
    ("约200家", "[190, 210]", 190, 189, "家"),
    ("200家左右", "[190, 210]", 210, 211, "家"),
    ("上百家", "[100, 1,000)", 100, 1000, "家"),
    ("上千家", "[1,000, 10,000)", 9999, 999, "家"),
    ("上万人次", "[10,000, 100,000)", 10_000, 100_000, "人次"),
    ("上千万元", "[10,000,000, 100,000,000)", 10_000_000, 100_000_000, "元"),
    ("数十项", "[20, 100)", 20, 100, "项"),
    ("数百项", "[200, 1,000)", 999, 199, "项"),
    ("数万个", "[20,000, 100,000)", 20_000, 19_999, "个"),
    ("十多个", "[11, 19]", 11, 20, "个"),
    ("十余家", "[11, 19]", 19, 10, "家"),
    ("两届", "= 2", 2, 3, "届"),
    ("三位", "= 3", 3, 2, "位"),
    ("十二期", "= 12", 12, 11, "期"),
    ("1:78", "[77.5, 78.5)", "77.5", "78.5", "倍"),
    ("89家", "= 89", 89, 90, "家"),
    ("37年", "= 37", 37, 36, "年"),
    # by position, and in Chinese numerals
    ("百余家", "(100, 200)", 101, 200, "家"),
    ("百余万元", "(1,000,000, 2,000,000)", 1_999_999, 2_000_000, "元"),
    ("百万余元", "(1,000,000, 1,010,000)", 1_009_999, 1_010_000, "元"),
    ("十余万人次", "(100,000, 200,000)", 150_000, 100_000, "人次"),
    ("两千三百余家", "(2,300, 2,400)", 2301, 2300, "家"),
    ("1.2亿多元", "(120,000,000, 130,000,000)", 125_000_000, 130_000_000, "元"),
    ("十多年", "[11, 19]", 15, 10, "年"),
    ("十年多", "(10, 11)", "10.5", 11, "年"),
    ("三年半", "[3.25, 3.75)", "3.5", "3.75", "年"),
    ("二十几个", "(20, 30)", 21, 30, "个"),
    # their mirror, and what the table adds
    ("不足100家", "< 100", 99, 100, "家"),
    ("100家以下", "≤ 100", 100, 101, "家"),
    ("过半", "> 50", 51, 50, "%"),
    ("八成", "[75, 85)", 75, 85, "%"),
    ("九成五", "[94.5, 95.5)", 95, "95.5", "%"),
    ("近1/4", "[22.5, 25)", 24, 25, "%"),
    ("三成多", "(30, 40)", 31, 30, "%"),
    ("百分之九十三点五", "[93.45, 93.55)", "93.5", "93.6", "%"),
    ("3‰", "[0.25, 0.35)", "0.3", "0.35", "%"),
    ("-3.2%", "(-3.25, -3.15]", "-3.15", "-3.25", "%"),
    ("3至5家", "[3, 5]", 5, 6, "家"),
    ("近四分之三", "[67.5, 75)", 70, 75, "%"),
    ("3万2千人", "[31,500, 32,500)", 31_500, 32_500, "人"),
    # English
    ("246 projects", "= 246", 246, 245, "项"),
    ("1.6 billion yuan", "[1,550,000,000, 1,650,000,000)", 1_600_000_000, 1_650_000_000, "元"),
    ("nearly 200 visits", "[180, 200)", 180, 200, "人次"),
    ("more than 400 companies", "> 400", 401, 400, "家"),
    ("at least 400 companies", "≥ 400", 400, 399, "家"),
    ("400 companies or more", "≥ 400", 400, 399, "家"),
    ("400-odd companies", "(400, 500)", 401, 500, "家"),
    ("about 200 companies", "[190, 210]", 190, 211, "家"),
    ("up to 200 companies", "≤ 200", 200, 201, "家"),
    ("fewer than 200 companies", "< 200", 199, 200, "家"),
    ("a total of 1,800 companies", "[1,799.5, 1,800.5)", 1800, 1801, "家"),
    ("dozens of projects", "[20, 100)", 20, 100, "项"),
    ("tens of thousands of sites", "[20,000, 100,000)", 20_000, 100_000, "个"),
    ("three hundred and five companies", "= 305", 305, 304, "家"),
    ("93.5 per cent", "[93.45, 93.55)", "93.5", "93.55", "%"),
]


@pytest.mark.parametrize(("phrase", "interval", "true", "false", "unit"), CASES, ids=[c[0] for c in CASES])
def test_a_phrase_is_true_in_its_interval_only(phrase, interval, true, false, unit):
    assert str(read(phrase).interval) == interval
    assert judge(phrase, true, unit=unit).true is True
    refusal = judge(phrase, false, unit=unit)
    assert refusal.true is False
    assert interval in refusal.reason.zh
    assert interval in refusal.reason.en


BACK = [
    (430, "家", "400余家"),
    (1430, "家", "1000余家"),
    (543_000, "字", "50余万字"),
    (183_000, "名", "18万余名"),
    (16_512, "个", "1.65万个"),
    (1_612_345_678, "元", "16亿元"),
    (2_401_000, "吨标准煤", "240万吨标准煤"),
    (196, "人次", "近200人次"),
    (29, "项", "近30项"),
    (123_456, "例", "超过12万例"),
    (123_456, "例", "12万例以上"),
    (89, "家", "89家"),
    (12, "期", "十二期"),
    (2, "届", "两届"),
    (3, "位", "三位"),
    ("93.512", "%", "93.5%"),
]


@pytest.mark.parametrize(("value", "unit", "phrase"), BACK)
def test_a_value_offers_the_wordings_of_the_examples(value, unit, phrase):
    assert phrase in phrases(value, unit, "zh")


@pytest.mark.parametrize(
    ("phrase", "calm", "warned"),
    [
        ("1000多家", 1500, 1501),
        ("400余家", 450, 451),
        ("近200人次", 190, 189),
        ("超过12万例", 129_999, 130_000),
        ("12万例以上", 129_999, 130_000),
        ("上百家", 199, 200),
        ("数十项", 30, 29),
        ("达到93.5%", "93.5", "93.46"),
        ("246项", 246, None),
        ("3500人次", None, 3500),
    ],
)
def test_what_is_true_but_discouraged_is_warned_of(phrase, calm, warned):
    if calm is not None:
        assert judge(phrase, calm).true
        assert not judge(phrase, calm).warned
    if warned is not None:
        assert judge(phrase, warned).true
        assert judge(phrase, warned).warned


def test_the_first_jin_is_a_period_the_second_is_a_figure():
    found = [
        (f.text, f.kind) for f in find("近三年来累计制修订各类标准近30项") if f.kind in {"figure", "period"}
    ]
    assert found == [("近三年来", "period"), ("近30项", "figure")]


def test_two_claims_in_one_phrase_are_never_added_up():
    with pytest.raises(Problem) as refusal:
        read("1800余家和3500人次")
    assert refusal.value.rule == "several_figures"
    assert "1800余家 · 3500人次" in refusal.value.message("zh")
    assert [str(read(f.text).interval) for f in find("1800余家和3500人次")] == ["(1,800, 1,900)", "= 3,500"]


def test_an_idiom_is_a_weak_claim_and_never_counts_against_the_text():
    assert read("十易其稿").weak
    assert judge("十易其稿", 10, unit="稿").true is True
    assert judge("十易其稿", 4, unit="稿").true is None
    assert not find("十易其稿")[0].figure


def test_the_generator_refuses_a_contradiction():
    for value in (95, 150):
        assert not any(re.fullmatch("近.*余.*", said) for said in phrases(value, "项", "zh"))


@pytest.mark.parametrize(
    "said",
    [
        "第21届",
        "首届",
        "五星",
        "5A",
        "第六届",
        "2013年",
        "2018年11月",
        "三个转变",
        "五大中心",
        "四大品牌",
        "一是",
        "二是",
    ],
)
def test_what_counts_nothing_is_no_claim(said):
    assert not [f for f in find(said) if f.figure]
    with pytest.raises(Problem):
        read(said)


def test_companies_are_not_attendances_of_companies():
    verdict = judge("840家", 840, unit="家次")
    assert verdict.true is False
    assert "家次" in verdict.reason.zh
    assert "company-times" in verdict.reason.en
    assert judge("240万吨", 2_400_000, unit="吨标准煤").true is False
    assert judge("18万名", 180_000, unit="人").true is True
    assert judge("3个百分点", 3, unit="%").true is False
    assert judge("1000多个", 1200, unit="家").true is True
    assert judge("1000多个", 1200, unit="人次").true is False


def test_rounding_by_gb_8170_gives_the_half_to_the_even_digit():
    assert judge("93.5%", "93.45").true is True
    assert judge("93.5%", "93.45", rounding="half_even").true is False
    assert judge("93.4%", "93.45", rounding="half_even").true is True
    assert judge("93.4%", "93.35", rounding="half_even").true is True
    assert judge("93.4%", "93.45").true is False
    assert "93.4%" in phrases("93.45", "%", "zh", rounding="half_even")
    assert "93.5%" in phrases("93.45", "%", "zh")


def test_an_error_never_changes_a_verdict_but_warns():
    assert not judge("超过90%", "93.5", se="1.0").warned
    near = judge("超过93%", "93.5", se="1.0")
    assert near.true is True
    assert any("1.96" in w.en for w in near.warnings)
    assert not judge("93.5%", "93.5", se="0.9").warned
    assert judge("93.512%", "93.512", se="0.9").warned


def test_words_that_hold_together_meet():
    claim = read("约100余家")
    assert str(claim.interval) == "(100, 105]"
    assert judge("约100余家", 103).warned
    assert read("达18万余名").rules == ("more_by_place",)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("约0家", None),
        ("近0家", "zero"),
        ("0余家", "zero"),
        ("近-5%", "below_zero"),
        ("3:2", "ratio_without_one"),
        ("5至3家", "range_backwards"),
        ("三三百家", "numeral_unreadable"),
        ("三五个", "numeral_unreadable"),
        ("两三百家", "numeral_unreadable"),
        ("1/0", "numeral_unreadable"),
        ("9" * 200 + "家", "too_long"),
        ("没有数字", "no_figure"),
    ],
)
def test_refusals_say_what_to_do_in_both_languages(said, rule):
    if rule is None:
        assert read(said).interval
        return
    with pytest.raises(Problem) as refusal:
        read(said)
    assert refusal.value.rule == rule
    assert refusal.value.message("zh") != refusal.value.message("en")
    assert "{" not in refusal.value.message("zh") + refusal.value.message("en")


@pytest.mark.parametrize("value", ["nan", "inf", "x", "1e99"])
def test_a_value_must_be_a_number(value):
    with pytest.raises(Problem) as refusal:
        judge("3家", value)
    assert refusal.value.rule == "not_a_value"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("一百二十三家", 123),
        ("两千家", 2000),
        ("两千三家", 2300),
        ("三十六家", 36),
        ("廿五家", 25),
        ("卅家", 30),
        ("一百零五家", 105),
        ("两百五家", 250),
        ("二〇一家", 201),
        ("一千零一家", 1001),
        ("１２３家", 123),
        ("1，234家", 1234),
        ("12,345,678家", 12_345_678),
        ("twenty-three companies", 23),
        ("a dozen companies", 12),
        ("一万二千三百家", 12_300),
        ("一万两千零五家", 12_005),
    ],
)
def test_numerals(said, value):
    assert read(said).number == value
    assert judge(said, value, unit="家").true is True
    assert judge(said, value + 1, unit="家").true is False


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("三万亿元", 3 * 10**12),
        ("一亿二千万元", 120_000_000),
        ("十二万元", 120_000),
        ("一点五亿元", 150_000_000),
    ],
)
def test_large_numerals_are_rounded_at_their_scale(said, number):
    assert read(said).number == Decimal(number)
    assert read(said).rules == ("rounded",)


def test_the_table_says_every_name_in_both_languages():
    for rule in table().rules.values():
        assert rule.name.zh
        assert rule.name.en
    for kind in table().kinds.values():
        assert kind.name.zh
        assert kind.name.en
