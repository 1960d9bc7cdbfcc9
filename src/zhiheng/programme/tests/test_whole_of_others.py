"""The whole made of other districts than in the wave before: that is no rise and no fall of anything."""

from __future__ import annotations

import math

import pytest
from lacking import change, measured, missing, rows_of, spoiled, table, told, without, without_margins
from small import programme, reword, write

from zhiheng.documents import Bullets, Table, TrendLines, say
from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.report import compose


@pytest.fixture
def folder(tmp_path):
    """The small programme without margins, in which the east scores high and the west low."""
    made = programme(tmp_path / "small")
    without_margins(made)
    for file, column, high, low in (("answers.csv", "bus", 5, 1), ("points.csv", "clean", 1, 0)):
        rows = rows_of(made / file)
        at, of = rows[0].index(column), rows[0].index("district")
        for i, row in enumerate(rows[1:]):
            if i % 7:
                row[at] = high if row[of] == "东区" else low
        write(made / file, rows)
    return made


def gone(folder, district="西区"):
    """A district that the last wave has no longer."""
    without(folder / "answers.csv", district=district)
    without(folder / "points.csv", district=district)


def summary(run, language="zh"):
    report = compose(run)
    return " ".join(say(i, language) for b in report.blocks if isinstance(b, Bullets) for i in b.items)


@pytest.mark.parametrize("rule", ["renormalise", "carry"])
@pytest.mark.parametrize("lost", ["district", "indicator"])
def test_no_change_of_the_whole_is_told_when_its_units_change(folder, rule, lost):
    missing(folder, rule)
    if lost == "district":
        gone(folder)
    else:
        spoiled(folder / "answers.csv", "bus", district="西区")
    run = measured(folder)
    found = change(run, "all", "all")
    assert found.verdict == "incomparable"
    assert math.isnan(found.change)
    rows = [r for r in run.results.to_pylist() if r["level"] == "all" and r["lacking"]]
    # what the same districts have in both waves is linked: the sites, or nothing
    chain = run.level("all").index.progress
    assert bool(chain.relinked[1, 0]) is (lost == "indicator")
    assert math.isnan(chain.value[1, 0]) is (lost == "district")
    what = "district:西区" if lost == "district" else "bus of district:西区"
    assert {(r["kind"], r["wave"], r["lacking"]) for r in rows} == {
        ("index", "2018", what),
        ("change", "2018", what),
    }


def test_a_sound_whole_is_compared(folder):
    run = measured(folder)
    assert change(run, "all", "all").verdict != "incomparable"
    assert not [r for r in run.results.to_pylist() if r["lacking"]]


def test_a_district_that_no_wave_has_is_the_same_in_both(folder):
    without(folder / "points.csv", wave=None)
    assert change(measured(folder), "all", "all").verdict != "incomparable"


def test_smaller_levels_are_no_break(folder):
    """A street that one wave happens not to have is usual in a sample."""
    reword(
        folder,
        "[names]",
        '[[domains]]\ncode = "street"\nname = { zh = "街道", en = "Street" }\ncolumns = ["street"]\n[names]',
    )
    rows = rows_of(folder / "answers.csv")
    at = {name: i for i, name in enumerate(rows[0])}
    write(
        folder / "answers.csv",
        [r for r in rows if (r[at["wave"]], r[at["street"]]) != ("2018", "东区1")],
    )
    assert change(measured(folder), "all", "all").verdict != "incomparable"


def test_the_check_says_what_becomes_of_the_whole(folder):
    gone(folder)
    found = told(folder, "unit_absent")
    assert "所含单位不同的期次之间总体不算变化" in found.message("zh")
    assert "no change of it is told" in found.message("en")


def test_the_report_says_what_the_whole_is_made_without(folder):
    gone(folder)
    run = measured(folder)
    report = compose(run)
    said = summary(run)
    assert "不含西区" in said
    assert "不可比" in said
    assert "超出抽样误差" not in said.split("各区")[0]
    (row,) = table(report, "changes-all").rows
    assert (say(row["verdict"], "zh"), say(row["remark"], "zh")) == ("不可比", "2018不含西区")
    assert say(row["remark"], "en") == "2018 is without West"
    (whole,) = [r for r in table(report, "basis").rows if say(r["level"], "en") == "All"]
    assert (say(whole["waves"], "zh"), say(whole["without"], "zh")) == ("2018", "西区")
    assert all(b.anchor != "progress-all" for b in report.blocks if isinstance(b, Table))
    trend = next(b for b in report.blocks if isinstance(b, TrendLines) and b.anchor == "trend-all")
    assert any("2018不含西区" in say(n, "zh") for n in trend.notes)


def test_the_report_says_which_part_of_the_whole_is_made_without(folder):
    spoiled(folder / "answers.csv", "bus", district="西区")
    run = measured(folder)
    assert "公交不含西区" in summary(run)
    assert "Bus is without West" in summary(run, "en")


# ── what must not be missing ──


def test_a_district_that_is_absent_is_an_error_where_nothing_may_be_missing(folder):
    missing(folder, "fail")
    gone(folder)
    found = told(folder, "unit_absent")
    assert found.severity == "error"
    assert "unbalanced = true" in found.message("zh")
    assert "没有指数" not in found.message("zh")
    with pytest.raises(Problem):
        measured(folder)


def test_units_may_join_and_leave_where_the_plan_says_so(folder):
    missing(folder, "fail")
    reword(folder, "[index]\n", "[index]\nunbalanced = true\n")
    gone(folder)
    assert told(folder, "unit_absent").severity == "warning"
    assert change(measured(folder), "all", "all").verdict != "incomparable"  # the whole is what there is
    assert [c.unit for c in measured(folder).level("district").index.changes] == ["东区"]
    spoiled(folder / "answers.csv", "bus", wave="2017")  # an indicator still may not
    assert told(folder, "unit_unanswered").severity == "error"


def test_fail_does_not_say_how_it_is_made_all_the_same(folder):
    missing(folder, "fail")
    without(folder / "points.csv")
    found = told(folder, "unit_without_rows")
    assert "其余单位" not in found.message("zh")
    assert "other units" not in found.message("en")


def test_a_whole_that_published_values_lack_is_refused_in_one_voice(folder):
    reword(
        folder,
        "[[domains]]",
        '[[tables]]\nname = "given"\nrole = "published"\npath = "given.csv"\nwave = "wave"\n[[domains]]',
    )
    write(
        folder / "given.csv",
        [["wave", "district", "green"], *([w, d, 50] for w in (2017, 2018) for d in ("东区", "西区"))],
    )
    lines = (folder / "indicators.csv").read_text(encoding="utf-8").replace("公交,Bus,1,", "公交,Bus,0.5,")
    (folder / "indicators.csv").write_text(
        lines + "green,service,绿地,Green,0.5,given,green,value,,0,100\n", encoding="utf-8"
    )
    assert "其权重由同级其他指标分担" in told(folder, "whole_lacks").message("zh")
    missing(folder, "fail")
    found = told(folder, "whole_lacks")
    assert found.severity == "error"
    assert "分担" not in found.message("zh")
    assert "siblings" not in found.message("en")
    assert [f.code for f in check(folder) if f.severity == "error"] == ["whole_lacks"]
