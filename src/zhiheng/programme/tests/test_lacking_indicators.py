"""Units that lack an indicator in a wave: told by the check, in the report, the workbook and the results; no change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from click.testing import CliRunner
from lacking import change, given, measured, missing, optional, spoiled, table, told, without
from small import answers, programme, reword, write

from zhiheng.documents import Bullets, Heatmap, IntervalRanking, Table, TrendLines, say
from zhiheng.programme import results
from zhiheng.programme.command_line import main
from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.report import compose, workbook


@pytest.fixture
def folder(tmp_path):
    """The small programme with a second indicator from the answers, so that weights have somewhere to go."""
    made = programme(tmp_path / "small")
    rows = answers()
    write(made / "answers.csv", [[*rows[0], "taxi"], *([*r, 1 + i % 5] for i, r in enumerate(rows[1:]))])
    reword(made, "bus = { valid", "taxi = { valid = [1, 5], missing = [0] }\nbus = { valid")
    reword(
        made,
        "bus,service,公交,Bus,1,answers,bus,mean,,1,5\n",
        "bus,service,公交,Bus,0.5,answers,bus,mean,,1,5\ntaxi,service,出租,Taxi,0.5,answers,taxi,mean,,1,5\n",
        "indicators.csv",
    )
    return made


# ── the check ──


@pytest.mark.parametrize("value", ["", "0"])
def test_a_district_without_answers_is_told_with_what_becomes_of_it(folder, value):
    spoiled(folder / "answers.csv", "bus", value)
    found = told(folder, "unit_unanswered")
    assert (found.file, found.row, found.severity, found.rows) == ("answers.csv", 98, "warning", 48)
    assert "东区 2018 (bus)" in found.message("zh")
    assert "其权重由同级其他指标分担" in found.message("zh")
    assert "no change is told between waves that stand on different indicators" in found.message("en")


def test_a_district_without_rows_in_one_wave_is_told(folder):
    without(folder / "points.csv")
    found = told(folder, "unit_without_rows")
    assert (found.file, found.column, found.severity) == ("points.csv", "district", "warning")
    for language in ("zh", "en"):
        assert "东区 2018 (site)" in found.message(language)


def test_a_district_without_rows_in_any_wave_is_told(folder):
    without(folder / "points.csv", wave=None)
    assert "东区 2017 (site), 东区 2018 (site)" in told(folder, "unit_without_rows").message("zh")


@pytest.mark.parametrize(("value", "code"), [("", "unit_unanswered"), (None, "unit_without_rows")])
def test_a_published_table_that_lacks_a_unit_is_told(folder, value, code):
    given(folder, value)
    found = told(folder, code)
    assert found.file == "given.csv"
    assert "东区 2018 (green)" in found.message("en")


def test_the_whole_that_published_values_do_not_have_is_told(folder):
    given(folder, 55)
    assert "green" in told(folder, "whole_lacks").message("zh")
    reword(folder, "[index]\n", "[index]\nwhole = false\n")
    assert [f.code for f in check(folder)] == []


def test_an_optional_indicator_is_told_too(folder):
    optional(folder, "bus")
    spoiled(folder / "answers.csv", "bus", district=None)
    found = told(folder, "indicator_optional")
    assert (found.file, found.row, found.severity) == ("indicators.csv", 4, "warning")
    assert "bus in wave 2018" in found.message("en")


def test_a_district_that_a_wave_does_not_have_at_all_is_told(folder):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    start, end = (
        text.index('[[tables.weighting.margins]]\ncolumns = ["wave", "district"]'),
        text.index('[[tables]]\nname = "points"'),
    )
    (folder / "plan.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    without(folder / "points.csv")
    without(folder / "answers.csv")
    found = told(folder, "unit_absent")
    assert "东区 2018" in found.message("zh")
    assert "no rank in that wave" in found.message("en")
    report = compose(measured(folder))
    ranking = next(b for b in report.blocks if isinstance(b, IntervalRanking))
    assert any("未参与排序：东区" in say(note, "zh") for note in ranking.notes)
    lacking = {say(r["level"], "en"): say(r["lacking"], "zh") for r in table(report, "basis").rows}
    assert lacking == {"All": "", "District": "全部（没有指数）"}
    trend = next(b for b in report.blocks if isinstance(b, TrendLines) and b.anchor == "trend-district")
    assert {say(line.name, "zh") for line in trend.series} == {"东区", "西区"}
    for notes in (trend.notes, table(report, "changes-district").notes):
        assert any("没有指数的单位：东区（2018）" in say(note, "zh") for note in notes)


@pytest.mark.parametrize("spoil", ["cells", "rows"])
def test_fail_is_an_error_of_the_check(folder, spoil):
    missing(folder, "fail")
    if spoil == "cells":
        spoiled(folder / "answers.csv", "bus")
    else:
        without(folder / "points.csv")
    found = told(folder, "unit_unanswered" if spoil == "cells" else "unit_without_rows")
    assert found.severity == "error"
    with pytest.raises(Problem) as caught:
        measured(folder)
    assert {f.code for f in caught.value.findings} == {found.code}


def test_fail_lets_an_optional_indicator_be_missing(folder):
    missing(folder, "fail")
    optional(folder, "bus")
    spoiled(folder / "answers.csv", "bus")
    assert told(folder, "unit_unanswered").severity == "warning"
    assert change(measured(folder)).verdict == "incomparable"


# ── the results ──


def test_no_change_is_told_between_different_indicators(folder):
    spoiled(folder / "answers.csv", "bus")
    run = measured(folder)
    index = run.level("district").index
    assert index.basis.lacking(1, 0) == ("bus",)
    assert index.basis.lacking(0, 0) == index.basis.lacking(1, 1) == ()
    lost, kept = change(run, "东区"), change(run, "西区")
    assert lost.verdict == "incomparable"
    assert all(
        math.isnan(x) for x in (lost.change, lost.se, lost.t, lost.lower, lost.upper, lost.p, lost.p_holm)
    )
    assert kept.p_holm == kept.p  # the family has one test
    # the chain goes on with what both waves have
    taxi, site = (index.value[index.codes.index(c), :, 0] for c in ("taxi", "site"))
    shared = 0.6 * taxi + 0.4 * site
    assert index.progress.value[1, 0] == pytest.approx(100 * shared[1] / shared[0], rel=1e-12)
    assert index.progress.relinked.tolist() == [[False, False], [True, False]]
    rows = run.results.to_pylist()
    (row,) = [r for r in rows if r["kind"] == "change" and r["unit"] == "东区"]
    assert (row["value"], row["se"], row["band"], row["lacking"]) == (None, None, "incomparable", "bus")
    assert "2018 lacks bus" in row["method"]
    said = {(r["node"], r["wave"]): r["lacking"] for r in rows if r["unit"] == "东区" and r["lacking"]}
    assert said == {("index", "2018"): "bus", ("service", "2018"): "bus"}
    assert results.read(run.out).equals(run.results)


def test_a_wave_without_an_indicator_has_no_change_anywhere(folder):
    spoiled(folder / "answers.csv", "bus", district=None)
    run = measured(folder)
    assert {c.verdict for lv in run.levels for c in lv.index.changes} == {"incomparable"}
    report = compose(run)
    ranking = next(b for b in report.blocks if isinstance(b, IntervalRanking))
    # what nobody has is said once, and marks nobody
    assert any("本层级该期没有这些指标：公交" in say(note, "zh") for note in ranking.notes)
    assert not any(say(unit.name, "zh").endswith("*") for unit in ranking.units)
    summary = say(next(b for b in report.blocks if isinstance(b, Bullets)).items[0], "zh")
    assert "其中不含公交" in summary
    assert "不可比（2018缺公交）" in summary
    assert "抽样误差" not in summary


def test_a_carried_value_is_tested_and_marked(folder):
    missing(folder, "carry")
    spoiled(folder / "answers.csv", "bus")
    run = measured(folder)
    index = run.level("district").index
    assert index.basis.lacking(1, 0) == ()
    assert index.basis.carried_over(1, 0) == ("bus",)
    assert np.isfinite(change(run).p)
    marked = {r["node"] for r in run.results.to_pylist() if r["carried"] == "bus"}
    assert marked == {"index", "service", "bus"}
    report = compose(run)
    ranking = next(b for b in report.blocks if isinstance(b, IntervalRanking))
    assert {say(unit.name, "zh") for unit in ranking.units} == {"东区†", "西区"}
    heat = next(b for b in report.blocks if isinstance(b, Heatmap))
    assert sum(sign == "†" for line in heat.marks for sign in line) == 1
    row = next(r for r in table(report, "changes-district").rows if say(r["unit"], "zh") == "东区")
    assert say(row["remark"], "zh") == "2018沿用公交的旧值"


# ── the documents ──


@pytest.fixture
def spoiled_run(folder):
    spoiled(folder / "answers.csv", "bus")
    return measured(folder, ["xlsx", "html"])


@pytest.mark.parametrize(("language", "name", "what"), [("zh", "东区*", "公交"), ("en", "East*", "Bus")])
def test_the_ranking_names_who_lacks_what(spoiled_run, language, name, what):
    report = compose(spoiled_run)
    ranking = next(b for b in report.blocks if isinstance(b, IntervalRanking))
    below = table(report, "index-table-district")
    assert name in {say(unit.name, language) for unit in ranking.units}
    assert name in {say(row["name"], language) for row in below.rows}
    for notes in (ranking.notes, below.notes):
        assert any(name[:-1] in (s := say(note, language)) and what in s for note in notes)
    summary = say(next(b for b in report.blocks if isinstance(b, Bullets)).items[1], language)
    assert {"zh": "东区缺少部分指标", "en": "East: made without some indicators"}[language] in summary
    assert {"zh": "1个所据不同，不可比", "en": "1 do not compare"}[language] in summary


def test_the_change_says_why_it_is_not_told(spoiled_run):
    report = compose(spoiled_run)
    changes = table(report, "changes-district")
    row = next(r for r in changes.rows if say(r["unit"], "zh") == "东区")
    assert (row["change"], row["p"]) == ("—", "—")
    assert (say(row["verdict"], "zh"), say(row["verdict"], "en")) == ("不可比", "not comparable")
    assert (say(row["remark"], "zh"), say(row["remark"], "en")) == ("2018缺公交", "2018 lacks Bus")
    assert any("所据指标或规则不同" in say(note, "zh") for note in changes.notes)
    trend = next(b for b in report.blocks if isinstance(b, TrendLines) and b.anchor == "trend-district")
    assert any("东区（2018缺公交）" in say(note, "zh") for note in trend.notes)


def test_one_table_and_one_sheet_hold_all_of_it(spoiled_run):
    whole, row = table(compose(spoiled_run), "basis").rows
    assert [say(whole[k], "en") for k in ("level", "waves", "without")] == ["All", "2018", "East (Bus)"]
    assert [say(row[k], "en") for k in ("level", "unit", "waves", "lacking")] == [
        "District",
        "East",
        "2018",
        "Bus",
    ]
    sheets = {say(s.name, "zh"): s.table for s in workbook(spoiled_run).sheets}
    assert "指标不全" in sheets
    at = {(say(r["unit"], "zh"), say(r["wave"], "zh")): r["lacking"] for r in sheets["区"].rows}
    assert say(at["东区", "2018"], "zh") == "公交"
    assert at["西区", "2018"] is None
    assert "不可比" in {say(r["verdict"], "zh") for r in sheets["变化·区"].rows}


def test_a_sound_programme_has_none_of_it(folder):
    report = compose(measured(folder))
    assert not [b for b in report.blocks if isinstance(b, Table) and b.anchor == "basis"]
    assert "remark" not in {c.key for c in table(report, "changes-district").columns}


def test_show_prints_the_mark(spoiled_run):
    said = CliRunner().invoke(main, ["show", str(spoiled_run.out), "--lang", "en"]).output
    assert "East*" in said
    assert "* lacks indicators: East (bus)" in said
