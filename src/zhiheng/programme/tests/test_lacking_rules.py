"""Civic rules whose statistic a unit or wave lacks: told, marked, carried or refused, never taken for "none"."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lacking import change, measured, missing, rows_of, spoiled, table, told, without, without_margins
from small import programme, reword, write

from zhiheng.documents import Bullets, IntervalRanking, say
from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.report import compose, workbook

RULE = """
[[index.adjust]]
code = "litter"
kind = "deduction"
name = { zh = "垃圾扣分", en = "Litter" }
table = "points"
variable = "litter"
points = 20.0
"""
REGISTER = """[[tables]]
name = "register"
role = "published"
path = "register.csv"
wave = "wave"
[[domains]]"""
VETO = """
[[index.adjust]]
code = "shut"
kind = "veto"
name = { zh = "关停", en = "Shut" }
table = "register"
variable = "bad"
statistic = "value"
set_to = 30.0
"""


def added(folder, text):
    path = folder / "plan.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """The small programme without margins, and a deduction for litter, of which every place has some."""
    made = programme(tmp_path / "small")
    without_margins(made)
    rows = rows_of(made / "points.csv")
    litter = [[*r, int(i % 4 > 0)] for i, r in enumerate(rows[1:])]
    write(made / "points.csv", [[*rows[0], "litter"], *litter])
    added(made, RULE)
    return made


def register(folder, *rows):
    """A register of what was shut, by wave and district."""
    write(folder / "register.csv", [["wave", "district", "bad"], *rows])
    reword(folder, "[[domains]]", REGISTER)
    added(folder, VETO)
    return folder


def kinds(folder):
    return [f.code for f in check(folder)]


# ── the check ──


def test_a_district_without_the_statistic_is_told_with_what_becomes_of_it(folder):
    spoiled(folder / "points.csv", "litter")
    found = told(folder, "rule_unanswered")
    assert (found.file, found.row, found.column, found.severity) == ("points.csv", 42, "litter", "warning")
    assert "东区 2018 (litter)" in found.message("zh")
    assert "指数不经这条规则" in found.message("zh")
    assert "the index of that wave stands without the rule" in found.message("en").lower()


def test_a_district_without_rows_is_told_with_the_way_to_say_that_there_was_nothing(folder):
    register(folder, [2017, "东区", 1], [2017, "西区", 0], [2018, "西区", 0])
    found = told(folder, "rule_without_rows")
    assert (found.file, found.column) == ("register.csv", "bad")
    for language in ("zh", "en"):
        assert "东区 2018 (shut)" in found.message(language)
        assert 'absent = "zero"' in found.message(language)


@pytest.mark.parametrize("files", [False, True])
def test_a_wave_without_the_statistic_is_told(folder, files):
    rows = [[2017, "东区", 1], [2017, "西区", 0]]
    register(folder, *rows, *([] if files else [[2018, "东区", ""], [2018, "西区", ""]]))
    if files:
        reword(folder, 'path = "register.csv"\nwave = "wave"', 'files = { "2017" = "register.csv" }')
    found = told(folder, "rule_not_in_wave")
    assert (found.file, found.severity) == ("register" if files else "register.csv", "warning")
    assert "shut in wave 2018" in found.message("en")


def test_a_rule_without_any_data_is_an_error(folder):
    spoiled(folder / "points.csv", "litter", district=None)
    spoiled(folder / "points.csv", "litter", wave="2017", district=None)
    assert told(folder, "rule_without_data").severity == "error"


@pytest.mark.parametrize("lost", ["cell", "row", "wave"])
def test_fail_is_an_error_of_the_check(folder, lost):
    missing(folder, "fail")
    reword(folder, "[index]\n", "[index]\nwhole = false\n")
    if lost == "row":
        register(folder, [2017, "东区", 1], [2017, "西区", 0], [2018, "西区", 0])
    else:
        spoiled(folder / "points.csv", "litter", district="东区" if lost == "cell" else None)
    code = {"cell": "rule_unanswered", "row": "rule_without_rows", "wave": "rule_not_in_wave"}[lost]
    found = told(folder, code)
    assert found.severity == "error"
    assert "missing = fail" in found.message("zh")
    assert "其余单位" not in found.message("zh")
    with pytest.raises(Problem):
        measured(folder)


# ── the index ──


@pytest.mark.parametrize("district", ["东区", None])
def test_no_rise_is_told_because_a_deduction_went_missing(folder, district):
    spoiled(folder / "points.csv", "litter", district=district)
    run = measured(folder)
    index = run.level("district").index
    assert index.basis.lacking(1, 0) == ("rule:litter",)
    lost = change(run)
    assert lost.verdict == "incomparable"
    assert math.isnan(lost.change)
    assert change(run, "西区").verdict == ("incomparable" if district is None else "none")
    rows = run.results.to_pylist()
    (row,) = [r for r in rows if r["kind"] == "change" and r["unit"] == "东区"]
    assert (row["value"], row["lacking"]) == (None, "rule:litter")
    said = {(r["node"], r["wave"]): r["lacking"] for r in rows if r["unit"] == "东区" and r["lacking"]}
    assert said == {("index", "2018"): "rule:litter"}


def test_what_a_rule_looked_at_is_carried_with_its_error(folder):
    """All rows of a district gone: its index is that of the wave before, deduction, error and all."""
    missing(folder, "carry")
    without(folder / "points.csv")
    without(folder / "answers.csv")
    run = measured(folder)
    index = run.level("district").index
    root = index.codes.index("index")
    np.testing.assert_allclose(index.value[root, 1, 0], index.value[root, 0, 0], rtol=1e-12)
    np.testing.assert_allclose(index.se[root, 1, 0], index.se[root, 0, 0], rtol=1e-9)
    assert index.basis.carried_over(1, 0) == ("bus", "site", "rule:litter")
    found = change(run)
    assert found.change == pytest.approx(0, abs=1e-12)
    assert found.se == pytest.approx(0, abs=1e-6)  # both waves hold the same answers
    assert found.verdict == "none"


def test_a_deduction_alone_is_carried(folder):
    missing(folder, "carry")
    spoiled(folder / "points.csv", "litter")
    run = measured(folder)
    index = run.level("district").index
    assert index.basis.carried_over(1, 0) == ("rule:litter",)
    amounts = {(a.unit, w): a.amount for w, of in index.applied.items() for a in of}
    assert amounts["东区", "2018"] == amounts["东区", "2017"] == pytest.approx(-15)
    root = index.codes.index("index")
    assert index.se[root, 1, 0] > 0
    assert {r["node"] for r in run.results.to_pylist() if r["carried"]} == {"index"}


def test_a_carried_statistic_moves_where_nothing_is_smooth(folder):
    """Replicates of the wave it is from move it."""
    missing(folder, "carry")
    reword(
        folder,
        "variable,statistic,category,low,high",
        "variable,statistic,category,low,high,normalise",
        "indicators.csv",
    )
    reword(folder, "bus,mean,,1,5", "bus,mean,,,,zscore", "indicators.csv")
    reword(folder, "clean,mean,,0,1", "clean,mean,,,,zscore", "indicators.csv")
    spoiled(folder / "points.csv", "litter")
    reword(folder, "points = 20.0", "points = 0.0001")  # next to nothing
    small = measured(folder).level("district").index
    reword(folder, "points = 0.0001", "points = 90.0")
    reword(folder, "[index]\n", "[index]\nscale = [-1000, 1000]\n")
    large = measured(folder).level("district").index
    root = small.codes.index("index")
    assert large.se[root, 1, 0] > 2 * small.se[root, 1, 0]


# ── no row, no finding ──


def test_a_register_of_findings_says_that_no_row_is_none(folder):
    register(folder, [2017, "东区", 1], [2018, "西区", 1])
    reword(folder, "set_to = 30.0", 'set_to = 30.0\nabsent = "zero"')
    assert not [f for f in check(folder) if f.code.startswith("rule_") or f.code == "areas_disagree"]
    run = measured(folder)
    index = run.level("district").index
    assert index.basis.present.all()
    assert index.value[index.codes.index("index")].tolist()[0][0] == 30
    assert {(a.unit, w) for w, of in index.applied.items() for a in of if a.kind == "veto"} == {
        ("东区", "2017"),
        ("西区", "2018"),
    }
    assert all(c.verdict != "incomparable" for c in index.changes)


def test_a_blank_in_a_register_of_findings_is_still_lacking(folder):
    register(folder, [2017, "东区", 1], [2018, "东区", ""], [2018, "西区", 0])
    reword(folder, "set_to = 30.0", 'set_to = 30.0\nabsent = "zero"')
    assert "东区 2018" in told(folder, "rule_unanswered").message("zh")
    assert measured(folder).level("district").index.basis.lacking(1, 0) == ("rule:shut",)


def test_a_wave_without_a_register_is_not_a_wave_without_findings(folder):
    register(folder, [2017, "东区", 1])
    reword(folder, "set_to = 30.0", 'set_to = 30.0\nabsent = "zero"')
    reword(folder, 'path = "register.csv"\nwave = "wave"', 'files = { "2017" = "register.csv" }')
    assert told(folder, "rule_not_in_wave")
    assert {c.verdict for c in measured(folder).level("district").index.changes} == {"incomparable"}


def test_a_rule_of_a_table_that_does_not_know_the_level_is_no_part_of_it(folder):
    register(folder, [2017, "东区", 1], [2017, "西区", 0], [2018, "东区", 1], [2018, "西区", 0])
    assert measured(folder).level("all").index.basis.leaves == ("bus", "site", "rule:litter")


# ── the report ──


@pytest.mark.parametrize(
    ("language", "name", "what"), [("zh", "东区*", "规则“垃圾扣分”"), ("en", "East*", "rule “Litter”")]
)
def test_the_report_names_the_rule(folder, language, name, what):
    spoiled(folder / "points.csv", "litter")
    run = measured(folder)
    report = compose(run)
    ranking = next(b for b in report.blocks if isinstance(b, IntervalRanking))
    assert name in {say(unit.name, language) for unit in ranking.units}
    assert any(what in say(note, language) for note in ranking.notes)
    row = next(r for r in table(report, "changes-district").rows if say(r["unit"], "en") == "East")
    assert what in say(row["remark"], language)
    (basis,) = [r for r in table(report, "basis").rows if say(r["unit"], "en") == "East"]
    assert say(basis["lacking"], language) == what
    summary = " ".join(say(i, language) for b in report.blocks if isinstance(b, Bullets) for i in b.items)
    assert {"zh": "垃圾扣分", "en": "Litter"}[language] in summary
    sheets = {say(s.name, "zh"): s.table for s in workbook(run).sheets}
    at = {(say(r["unit"], "zh"), say(r["wave"], "zh")): r["lacking"] for r in sheets["区"].rows}
    assert say(at["东区", "2018"], language) == what
