"""Finding numbers: what is one, what only looks like one, where it stands, and how long that takes."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.figures.wording import Problem, find, read
from zhiheng.figures.wording.finding import Found, everything
from zhiheng.figures.wording.table import table

#: Made up, in the manner of a council's report.
REPORT = (
    "一、服务会员，取得新成绩\n一是深入调研。自2014年以来，协会"
    "召开25场座谈会，走访了300余家企业700多个现场，向1000多家会员问需；"
    "近三年来，累计修订标准近40项，形成60多万字材料。依据质协〔2019〕12号和GB/T 19580-2012，"
    "第三届理事会于2018年11月5日9:30-11:00开会，"
    "参与率2018年达到91.5%，基层班组达1.25万，参与职工达12万余名，增效13亿元，投入产出比为1:56。二是加强交流，"
    "来自11个国家的18位专家参加两届大会，"
    "举办十二期讲座，参加企业和个人共计1500余家和2500人次。进一步统一认识，推动一批企业加强“三个转变”，"
    "服务热线12345，电话021-12345678，见表3和附件2。"
    "《中国制造2025》写入方案；第21届会议有数万个点位、十多个组织参加，会员约占三分之二，形成专利近百余项。\n"
)
FIGURES = [
    "25场",
    "300余家",
    "700多个",
    "1000多家",
    "近40项",
    "60多万字",
    "达到91.5%",
    "达1.25万",
    "达12万余名",
    "13亿元",
    "1:56",
    "11个",
    "18位",
    "两届",
    "十二期",
    "共计1500余家",
    "2500人次",
    "数万个",
    "十多个",
    "三分之二",
    "近百余项",
]


def figures(text: str) -> list[str]:
    return [f.text for f in find(text) if f.figure]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("满意率十分之九", ["十分之九"]),
        ("满意率百分百", ["百分"]),
        ("平均提高三点五", ["三点五"]),
        ("增长.5%", [".5%"]),
        ("会员٤٠٠家", ["٤٠٠"]),
        ("会员𝟒𝟎𝟎家", ["𝟒𝟎𝟎"]),
        ("会员４００家", ["４００家"]),
        ("㊿家", ["㊿"]),
        ("½的会员", ["½"]),
        ("half of the members", ["half"]),
    ],
)
def test_what_a_reader_takes_for_a_number_is_found_however_it_is_written(text, found):
    assert figures(text) == found


@pytest.mark.parametrize(
    "text",
    ["十分重视", "从一点一滴做起", "两点一线", "以m²计", "CO₂", "Ⅲ类水", "第Ⅳ期", "①走访"],
)
def test_what_only_looks_like_one_is_none(text):
    assert figures(text) == []


def test_half_of_nothing_written_before_the_point_is_half():
    assert read(".5%").readings == read("0.5%").readings


@pytest.mark.parametrize("text", ["٤٠٠家", "½", "㊿家"])
def test_a_numeral_that_nobody_writes_a_report_with_is_not_read(text):
    with pytest.raises(Problem) as refused:
        read(text)
    assert refused.value.rule == "numeral_unreadable"


def test_every_figure_of_a_report_is_found_and_nothing_else():
    assert figures(REPORT) == FIGURES


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("自2014年起", "2014年", "date"),
        ("2018年11月5日召开", "2018年11月5日", "date"),
        ("二〇一九年三月", "二〇一九年三月", "date"),
        ("截至2018-12-31", "2018-12-31", "date"),
        ("2013-2018年", "2013-2018年", "date"),
        ("上世纪80年代", "80年代", "date"),
        ("in 2018, members", "2018", "date"),
        ("on 5 November 2018", "5 November 2018", "date"),
        ("五年来召开", "五年来", "period"),
        ("过去五年成绩", "过去五年", "period"),
        ("近三年，", "近三年", "period"),
        ("五年多时间中", "五年多时间中", "period"),
        ("第三届理事会", "第三届", "ordinal"),
        ("第21届会议", "第21届", "ordinal"),
        ("the 21st congress", "21st", "ordinal"),
        ("全国第一份指南", "第一份", "ordinal"),
        ("质协〔2019〕12号", "〔2019〕12号", "document"),
        ("质协[2019]12号", "[2019]12号", "document"),
        ("GB/T 19580-2012", "GB/T 19580-2012", "standard"),
        ("ISO 9001:2015", "ISO 9001:2015", "standard"),
        ("GB/T 4754—2017规定", "GB/T 4754—2017", "standard"),
        ("9:30-11:00开会", "9:30-11:00", "time"),
        ("上午9时", "上午9时", "time"),
        ("电话021-12345678", "021-12345678", "phone"),
        ("13812345678", "13812345678", "phone"),
        ("服务热线12345热线", "12345", "phone"),
        ("一、成绩", "一、", "list"),
        ("（二）加强", "（二）", "list"),
        ("近一年半，", "近一年半", "period"),
        ("1. Members", "1.", "list"),
        ("① 会员", "①", "list"),
        ("上半年召开", "上半年", "period"),
        ("排名第3", "第3", "ordinal"),
        ("见第3页", "第3页", "label"),
        ("。二是加强", "二是", "list"),
        ("见表3", "表3", "label"),
        ("see Table 3", "Table 3", "label"),
        ("通过5A复评", "5A", "name"),
        ("五星现场", "五星现场", "name"),
        ("落实“三个转变”", "三个转变", "name"),
        ("党的十九大", "十九大", "name"),
        ("《中国制造2025》", "2025", "name"),
        ("PM2.5", "PM2.5", "code"),
        ("是一家企业", "一家", "article"),
        ("十易其稿", "十易其稿", "idiom"),
        ("https://example.org/a/2018", "https://example.org/a/2018", "code"),
        ("91310000132201234X", "91310000132201234X", "code"),
    ],
)
def test_what_is_told_from_a_figure(text, said, kind):
    assert [(f.text, f.kind) for f in find(text) if said in f.text] == [(said, kind)]
    assert not figures(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("已有37年", "37年"),
        ("节约3000吨", "3000吨"),
        ("附近3家", "3家"),
        ("下达12项", "12项"),
        ("参与人数十二万", "十二万"),
        ("2018家会员", "2018家"),
        ("2018 members joined, 12 companies left", "12 companies"),
        ("为期5日", "5"),
        ("近30年", "近30年"),
        ("成立70周年", "70周年"),
        ("三年多次获奖12项", "12项"),
        ("不超过3个", "不超过3个"),
        ("通过100家", "100家"),
        ("一倍", "一倍"),
        ("历时近三年", "近三年"),
        ("5000000", "5000000"),
        ("１２３家", "１２３家"),
        ("1，234家", "1，234家"),
        ("国际上十多个组织", "十多个"),
        ("约5.5亿元", "约5.5亿元"),
        ("over 400 companies", "over 400 companies"),
        ("moreover 400 companies", "400 companies"),
        ("3个百分点", "3个百分点"),
        ("过半会员", "过半"),
        ("共99%", "99%"),
        ("投入1:30", "1:30"),
        ("发表12篇论文", "12篇"),
        ("关注3类问题", "3类"),
        ("代表100多人", "100多人"),
        ("晚上8家", "8家"),
        ("已有2000年历史", "2000年"),
        ("培训30后", "30"),
        ("over-400 companies", "400 companies"),
        ("USD500", "500"),
        ("“100家”", "100家"),
        ("分八大类", "八大类"),
        ("第一批33个", "33个"),
    ],
)
def test_what_must_not_be_waved_through(text, said):
    assert said in figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "统一思想",
        "百姓满意",
        "进一步",
        "千万要注意",
        "四川",
        "同一个",
        "万众一心",
        "不管三七",
        "十分满意",
        "one of them",
        "the phone",
    ],
)
def test_characters_that_only_look_like_numerals_do_not_block(text):
    assert not figures(text)


def test_spans_are_of_the_text_as_given_and_never_overlap():
    found = find(REPORT)
    assert all(REPORT[f.start : f.end] == f.text for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert find("共 １２３ 家") == [Found(2, 7, "１２３ 家", "figure")]


def test_every_kind_has_its_entry_in_the_table():
    assert set(everything()[1].values()) - {"title"} | {"article"} == set(table().kinds)


PIECES = st.sampled_from(
    [
        "近",
        "约",
        "超过",
        "百",
        "十",
        "万",
        "余",
        "多",
        "家",
        "年",
        "个",
        "%",
        "第",
        "《",
        "》",
        "〔",
        "〕",
        "号",
        "2018",
        "12",
        "1.5",
        ",",
        "，",
        ".",
        ":",
        "-",
        "至",
        "分之",
        "点",
        "三",
        "两",
        "〇",
        "零",
        "半",
        "数",
        "上",
        "成",
        "倍",
        " ",
        "\n",
        "twenty",
        "hundred",
        "million",
        "over",
        "GB/T",
        "(",
        ")",
        "一是",
        "A4",
        "¥",
        "+",
        "以上",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
def test_nothing_is_raised_but_a_problem(text):
    found = find(text)
    assert all(text[f.start : f.end] == f.text and f.text for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for said in [text, *(f.text for f in found)]:
        try:
            claim = read(said)
        except Problem as problem:
            assert problem.message("zh")  # noqa: PT017  the message must be made without an error
        else:
            assert claim.readings


@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_look_at_the_first_character_hides_nothing(text):
    guarded, _ = everything()
    bare = re.compile(guarded.pattern[guarded.pattern.index("(?:(?P<g0>") :])
    ours = [m.span() for m in guarded.finditer(text)]
    assert ours == [m.span() for m in bare.finditer(text)]


def seconds(text: str) -> float:
    start = time.process_time()
    find(text)
    return time.process_time() - start


def test_a_megabyte_takes_seconds():
    find(REPORT)
    size = len(REPORT.encode())
    text = REPORT * (1_000_000 // size)
    assert len(text.encode()) > 990_000
    assert min(seconds(text) for _ in range(2)) < 4  # about one on a quiet machine


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "十",
        "近",
        "《",
        "1,",
        "1.",
        "1-",
        " ",
        "\t",
        "\n",
        "a.",
        "a",
        "a1",
        "1:",
        "三分之",
        "万1",
        "百家",
        "one ",
        "two-",
        "第",
        "(",
        "2018-",
        "www.",
        "a@",
        "¥",
        "超过了",
        "-1",
        "0",
        "1,111",
        "上百",
        "GB/T ",
        "〔2018〕",
        "hundreds of ",
        "more than ",
    ],
)
def test_no_text_takes_more_than_linear_time(piece):
    find("12")
    small, large = piece * (2_500 // len(piece)), piece * (20_000 // len(piece))
    fastest = [min(seconds(text) for _ in range(3)) for text in (small, large)]  # what else runs only adds
    assert fastest[1] < max(24 * fastest[0], 0.1)  # eight times the text; 64 times were its square
