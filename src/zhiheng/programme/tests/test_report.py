"""The report of a run: what it says, that it says it in both languages, and that its numbers are those of the run."""

from __future__ import annotations

import math
import re

import pytest
from docx import Document
from python_calamine import CalamineWorkbook
from small import answers, points, programme, reword, write

from zhiheng.documents import (
    Bullets,
    Facts,
    Heading,
    Heatmap,
    IntervalRanking,
    Note,
    Paragraph,
    Quadrants,
    Table,
    Text,
    TrendLines,
    say,
)
from zhiheng.programme.report import compose, workbook
from zhiheng.programme.run import measure

FORMATS = ["xlsx", "html", "docx", "pdf"]
IMPORTANCE = """
[importance]
table = "answers"
outcome = "overall"
[[questions]]
table = "answers"
variable = "overall"
name = { zh = "总体评价", en = "Overall" }
"""
RULES = """
[[index.adjust]]
code = "dirty"
kind = "deduction"
name = { zh = "不洁扣分", en = "Dirty places" }
table = "points"
variable = "clean"
statistic = "proportion"
category = "0"
points = 10
cap = 2
[[index.adjust]]
code = "closed"
kind = "veto"
name = { zh = "停业否决", en = "Closed" }
table = "points"
variable = "clean"
statistic = "proportion"
category = "0"
at = 0.4
set_to = 30
"""


def full(folder):
    """The small programme with an outcome, a second question about it and civic rules."""
    programme(folder)
    rows = answers()
    more = [[*rows[0], "overall", "metro"]]
    more += [[*r, min(5, max(1, int(r[7]) + (r[0] % 3 - 1))), 1 + (r[0] * 3 + r[7]) % 5] for r in rows[1:]]
    write(folder / "answers.csv", more)
    reword(folder, "[[questions]]", RULES + IMPORTANCE + "[[questions]]")
    coding = "overall = { valid = [1, 5] }\nmetro = { valid = [1, 5] }\n"
    reword(folder, "[tables.coding]\nbus", f"[tables.coding]\n{coding}bus")
    reword(
        folder,
        "bus,service,公交,Bus,1,answers,bus,mean,,1,5\n",
        "bus,service,公交,Bus,0.5,answers,bus,mean,,1,5\nmetro,service,地铁,Metro,0.5,answers,metro,mean,,1,5\n",
        "indicators.csv",
    )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = full(tmp_path_factory.mktemp("report") / "small")
    return measure(folder, out=folder / "out", formats=FORMATS)


@pytest.fixture(scope="module")
def report(run):
    return compose(run)


def headings(report, language="zh"):
    return [say(b.text, language) for b in report.blocks if isinstance(b, Heading) and b.level == 1]


def sayings(report, language):
    """Every word of the report that people read, in one language."""
    found = [say(report.title, language)]
    for block in report.blocks:
        match block:
            case Heading() | Paragraph() | Note():
                found.append(say(block.text, language))
            case Bullets():
                found += [say(item, language) for item in block.items]
            case Facts():
                found += [say(word, language) for pair in block.pairs for word in pair]
            case Table():
                found += [say(word, language) for word in (block.caption, *block.notes)]
                found += [say(c.title, language) for c in block.columns]
                found += [
                    say(cell, language)
                    for row in block.rows
                    for c in block.columns
                    if isinstance(cell := row.get(c.key), Text | str)
                ]
            case _:
                found += [say(word, language) for word in (block.title, *block.notes)]
    return found


def table(report, anchor):
    return next(b for b in report.blocks if isinstance(b, Table) and b.anchor == anchor)


def results(run, **wanted):
    return [r for r in run.results.to_pylist() if all(r[k] == v for k, v in wanted.items())]


# ── files ──


def test_every_format_is_written(run):
    names = {path.name for path in run.files}
    assert names == {
        "results.parquet", "run.json", "results.xlsx", "report.html", "report.docx", "report.pdf"
    }  # fmt: skip
    assert (run.out / "report.pdf").read_bytes().startswith(b"%PDF")
    assert all(
        path.stat().st_size > 5000 for path in run.files if path.suffix in {".xlsx", ".html", ".docx", ".pdf"}
    )


def test_the_documents_hold_the_sections_and_the_mark(run, report):
    word = Document(str(run.out / "report.docx"))
    text = "\n".join(p.text for p in word.paragraphs)
    page = (run.out / "report.html").read_text(encoding="utf-8")
    for section in headings(report):
        assert section in text, section
        assert section in page, section
    for section in headings(report, "en"):
        assert section in page, section
    assert '<div class="watermark"' in page
    assert "虚构" in text
    assert all("虚构" in p.text for s in word.sections for p in s.header.paragraphs if p.text.strip())


def test_a_programme_that_is_real_bears_no_mark(folder, tmp_path):
    reword(folder, "made_up = true", "made_up = false")
    real = measure(folder, out=tmp_path / "out", formats=["html", "xlsx"])
    assert '<div class="watermark"' not in (real.out / "report.html").read_text(encoding="utf-8")
    assert not compose(real).made_up
    assert not workbook(real).made_up


# ── what it says ──


def test_every_section_stands_in_its_place(report):
    assert headings(report) == [
        "摘要", "对象与方法", "指数：排序与区间", "指标热图", "四分图：重要性与表现", "历次变化",
        "扣分、加分与一票否决", "各题结果", "加权报告", "行数去向", "数据问题",
    ]  # fmt: skip
    kinds = {type(block) for block in report.blocks}
    assert {IntervalRanking, Heatmap, Quadrants, TrendLines} <= kinds


def test_whether_a_rule_looks_at_a_sample_is_said(report):
    assert any("其抽样误差连同与指标的协方差计入指数的标准误" in one for one in sayings(report, "zh"))
    assert any("from samples; their error" in one for one in sayings(report, "en"))


def test_errors_from_replicates_are_said_to_be(run, report, folder, tmp_path):
    """Where an indicator takes its end points from the data, and only there, in the report and in the workbook."""
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,name_en,weight,table,variable,normalise,low,high\nindex,,指数,Index,,,,,,\n"
        "bus,index,公交,Bus,0.6,answers,bus,minmax,,\nsite,index,现场,Sites,0.4,points,clean,scale,0,1\n",
        encoding="utf-8",
    )
    other = measure(folder, out=tmp_path / "out", formats=[])
    for language, words in (
        (
            "zh",
            "公交按参评单位的数据换算，没有导数；其得分和由此汇总的指数不用线性化，标准误取自500次自助复制",
        ),
        ("en", "Bus: put on the scale by the data of the units"),
    ):
        assert any(words in one for one in sayings(compose(other), language))
        assert any(words in say(one, language) for one in workbook(other).method)
        assert not any(words[-12:] in one for one in sayings(report, language))
        assert not any(words[-12:] in say(one, language) for one in workbook(run).method)


def test_no_section_is_empty_and_no_column_is_all_missing(report):
    for block, after in zip(report.blocks, [*report.blocks[1:], None], strict=True):
        if isinstance(block, Heading):
            assert after is not None
            assert not (isinstance(after, Heading) and after.level <= block.level), block
        if isinstance(block, Table):
            rows = list(block.rows)
            assert rows, block.caption
            for column in block.columns:
                assert any(not missing(row.get(column.key)) for row in rows), (block.caption, column.key)


def missing(cell):
    return cell is None or cell == "" or (isinstance(cell, float) and not math.isfinite(cell))


def test_the_chinese_side_has_no_english_sentence_and_the_english_side_no_chinese(report):
    # signs and names of methods, and what stands so in the data of the programme
    allowed = re.compile(r"deff|Kish|logit|Holm|[a-z]+\.csv|one_row_per|keep|“w”|case")
    for words in sayings(report, "zh"):
        assert not re.search(r"[A-Za-z]{4,}", allowed.sub("", words)), words
    names = {"东区", "西区"}
    for words in sayings(report, "en"):
        assert words in names or not re.search(r"[\u4e00-\u9fff]", words), words


def test_numbers_are_those_of_the_results(run, report):
    index = table(report, "index-table-district")
    for row in index.rows:
        (found,) = [
            r
            for r in results(run, level="district", wave="2018", kind="index")
            if r["unit"] == row["name"].zh
        ]
        assert row["value"] == found["value"]
        assert row["se"] == found["se"]
        assert row["rank"] == str(found["rank"])
        assert row["groups"] == found["letters"]
        assert row["interval"] == f"{found['lower']:.1f}–{found['upper']:.1f}"
        assert (
            row["node service"]
            == results(run, level="district", wave="2018", node="service", unit=found["unit"])[0]["value"]
        )
    means = {row["question"].zh: row for row in table(report, "questions").rows}
    for node, name in (("bus", "公交"), ("metro", "地铁")):
        (found,) = results(run, level="all", wave="2018", node=node, kind="indicator")
        assert means[name]["value"] == pytest.approx(found["raw"], rel=1e-12)
        assert means[name]["se"] == pytest.approx(found["raw_se"], rel=1e-12)
        assert means[name]["n"] == found["n"]


def test_changes_are_those_of_the_results(run, report):
    found = {r["unit"]: r for r in results(run, level="district", kind="change")}
    rows = list(table(report, "changes-district").rows)
    assert len(rows) == len(found) == 2
    verdicts = {"up": "上升", "down": "下降", "none": "未见显著变化"}
    for row in rows:
        one = found[row["unit"].zh]
        assert row["se"] == one["se"]
        assert row["after"] - row["before"] == pytest.approx(one["value"], abs=1e-9)
        assert row["verdict"].zh == verdicts[one["band"]]


def test_the_summary_says_the_index_its_change_and_no_more_than_the_intervals(run, report):
    summary = next(b for b in report.blocks if isinstance(b, Bullets))
    (whole,) = results(run, level="all", wave="2018", kind="index")
    first = say(summary.items[0], "zh")
    assert f"为{whole['value']:.1f}（95%置信区间{whole['lower']:.1f}–{whole['upper']:.1f}）" in first
    (change,) = results(run, level="all", kind="change")
    assert ("不能说有变化" in first) == (change["band"] == "none")
    ranks = [
        (r["rank_lower"], r["rank_upper"]) for r in results(run, level="district", wave="2018", kind="index")
    ]
    apart = all(low == high for low, high in ranks)
    assert ("不宜排名次" in say(summary.items[1], "zh")) == (not apart)


def test_rules_are_told_by_unit(run, report):
    rows = {row["unit"].zh: row for row in table(report, "rules-district").rows}
    for unit, row in rows.items():
        taken = sum(
            r["value"] for r in results(run, level="district", wave="2018", kind="adjustment", unit=unit)
        )
        assert row["before"] + taken == pytest.approx(row["after"], abs=1e-9)
        assert row["rule dirty"].startswith("−") or row["rule dirty"] == "·"
    vetoed = {
        r["unit"] for r in results(run, level="district", wave="2018", node="closed", kind="adjustment")
    }
    assert vetoed == {"西区"}
    assert rows["西区"]["after"] == 30
    assert {u for u, row in rows.items() if row.get("rule closed", "·") != "·"} == vetoed


def test_answers_stand_side_by_side_and_sum_to_one(report):
    rows = list(table(report, "shares-1").rows)
    assert [row["question"].zh for row in rows] == ["公交", "地铁", "总体评价"]
    for row in rows:
        assert sum(v for k, v in row.items() if k.startswith("answer ")) == pytest.approx(1)
        assert row["n"] == 96


def test_the_weighting_report_has_the_targets(run, report):
    steps = list(table(report, "weights").rows)
    assert len(steps) == len(run.weighting["answers"])
    assert steps[0]["kish_after"] == run.weighting["answers"][0].kish_after
    targets = {say(row["level"], "zh"): row for row in table(report, "targets").rows}
    assert targets["2017、东区"]["target"] == 400
    assert not any(isinstance(block, Note) for block in report.blocks)
    assert targets["2017、东区"]["after"] == pytest.approx(400)


def test_the_ledger_says_how_many_rows_there_are(report):
    rows = [
        (say(r["table"], "zh"), say(r["wave"], "zh"), r["read"], r["used"])
        for r in table(report, "rows").rows
    ]
    assert rows == [
        ("问卷调查", "2017", 96, 96), ("问卷调查", "2018", 96, 96), ("现场点位", "2017", 40, 40),
        ("现场点位", "2018", 40, 40),
    ]  # fmt: skip


def test_the_workbook_has_a_sheet_a_level_and_the_same_numbers(run):
    book = CalamineWorkbook.from_path(str(run.out / "results.xlsx"))
    for sheet in (
        "总体",
        "区",
        "各题均值",
        "答案分布",
        "变化·区",
        "调整·区",
        "加权",
        "总体目标",
        "行数去向",
        "有效回答",
    ):
        assert sheet in book.sheet_names, sheet
    cells = [cell for row in book.get_sheet_by_name("区").to_python() for cell in row]
    for found in results(run, level="district", kind="index"):
        assert any(isinstance(c, float) and c == pytest.approx(found["value"], rel=1e-12) for c in cells)
    assert any("虚构" in str(cell) for cell in cells)


# ── programmes that lack something ──


def test_a_single_wave_has_no_trends(folder, tmp_path):
    for name, rows in (("answers.csv", answers()), ("points.csv", points())):
        write(folder / name, [rows[0], *(r for r in rows[1:] if 2018 in r[:2])])
    for name in ("margin_sex.csv", "margin_district.csv"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join(x for x in lines if not x.startswith("2017")), encoding="utf-8")
    reword(folder, '[[waves]]\ncode = "2017"\n', "")
    report = compose(measure(folder, out=tmp_path / "out", formats=[]))
    assert "历次变化" not in headings(report)
    test_no_section_is_empty_and_no_column_is_all_missing(report)
    for block in report.blocks:
        if isinstance(block, Table):
            assert "wave" not in {c.key for c in block.columns}


def test_without_an_index_the_answers_lead(folder, tmp_path):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    start, end = text.index("[index]"), text.index("[[questions]]")
    (folder / "plan.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    run = measure(folder, out=tmp_path / "out", formats=["xlsx", "html"])
    report = compose(run)
    assert headings(report) == ["摘要", "对象与方法", "各题结果", "加权报告", "行数去向", "数据问题"]
    test_no_section_is_empty_and_no_column_is_all_missing(report)
    (found,) = results(run, level="all", wave="2018", node="bus")
    assert f"均值为{found['value']:.3f}" in say(
        next(b for b in report.blocks if isinstance(b, Bullets)).items[0], "zh"
    )


def test_published_values_have_no_intervals_and_it_is_said(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "plan.toml").write_text(
        'title = "HDI"\n[[waves]]\ncode = "2020"\n[[waves]]\ncode = "2021"\n'
        '[[tables]]\nname = "data"\nrole = "published"\npath = "data.csv"\nwave = "year"\n'
        '[[domains]]\ncode = "country"\nname = "国家"\ncolumns = ["iso3"]\n[index]\nscale = [0, 1]\n',
        encoding="utf-8",
    )
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,weight,aggregate,table,variable,normalise,low,high\n"
        "hdi,,指数,,arithmetic,,,,,\nle,hdi,寿命,,,data,le,goalposts,20,85\nmys,hdi,教育,,,data,mys,goalposts,0,15\n",
        encoding="utf-8",
    )
    write(
        folder / "data.csv",
        [
            ["iso3", "year", "le", "mys"],
            ["A", 2020, 70, 8],
            ["A", 2021, 71, 9],
            ["B", 2020, 82, 13],
            ["B", 2021, 82, 12],
        ],
    )
    report = compose(measure(folder, out=tmp_path / "out", formats=["xlsx", "pdf"]))
    assert headings(report) == [
        "摘要",
        "对象与方法",
        "指数：排序",
        "指标热图",
        "历次变化",
        "行数去向",
        "数据问题",
    ]
    test_no_section_is_empty_and_no_column_is_all_missing(report)
    columns = {c.key for b in report.blocks if isinstance(b, Table) for c in b.columns}
    assert not columns & {"se", "interval", "ranks", "groups", "p"}
    assert any("没有抽样误差" in words for words in sayings(report, "zh"))
    summary = say(next(b for b in report.blocks if isinstance(b, Bullets)).items[0], "zh")
    assert "与2020相比，1个上升，1个下降。" in summary


def test_on_site_points_alone_read_well(folder, tmp_path):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    start, end = text.index('[[tables]]\nname = "answers"'), text.index('[[tables]]\nname = "points"')
    text = text[:start] + text[end:]
    (folder / "plan.toml").write_text(text[: text.index("[[questions]]")], encoding="utf-8")
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,name_en,weight,table,variable,statistic,category,low,high\n"
        "index,,指数,Index,,,,,,,\nsite,index,现场,Sites,1,points,clean,mean,,0,1\n",
        encoding="utf-8",
    )
    report = compose(measure(folder, out=tmp_path / "out", formats=["docx"]))
    test_no_section_is_empty_and_no_column_is_all_missing(report)
    assert "加权报告" not in headings(report)
    assert "四分图：重要性与表现" not in headings(report)


def test_one_language_when_the_plan_asks_for_one(folder, tmp_path):
    reword(folder, "[[waves]]", '[outputs]\nlanguage = ["en"]\n[[waves]]')
    run = measure(folder, out=tmp_path / "out", formats=["html", "docx"])
    assert list(compose(run).languages) == ["en"]
    text = "\n".join(p.text for p in Document(str(run.out / "report.docx")).paragraphs)
    assert "Where the rows went" in text
    assert "行数去向" not in text
