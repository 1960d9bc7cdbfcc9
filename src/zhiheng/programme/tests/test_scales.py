"""Values beyond the scale of an indicator are told by the check: file, row, value and scale."""

from __future__ import annotations

import pytest
from small import reword, spoil, write

from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.run import measure

GIVEN = [[2017, "东区", 50], [2017, "西区", 60], [2018, "东区", 55], [2018, "西区", 65]]


def published(folder, value, columns="normalise,low,high", cells="scale,0,100"):
    """Add a published table with one indicator; its last value is `value`."""
    write(folder / "given.csv", [["wave", "district", "green"], *GIVEN[:3], [2018, "西区", value]])
    table = '[[tables]]\nname = "given"\nrole = "published"\npath = "given.csv"\nwave = "wave"\n[[domains]]'
    reword(folder, "[[domains]]", table)
    blank = "," * columns.count(",")
    (folder / "indicators.csv").write_text(
        f"code,parent,name_zh,weight,table,variable,statistic,{columns}\n"
        f"index,,指数,,,,,{blank}\nsite,index,现场,0.5,points,clean,mean,{blank}\n"
        f"green,index,绿地,0.5,given,green,value,{cells}\n",
        encoding="utf-8",
    )


def beyond(folder):
    return [f for f in check(folder) if f.code == "beyond_scale"]


@pytest.mark.parametrize(
    ("value", "columns", "cells", "scale"),
    [
        (165, "normalise,low,high", "scale,0,100", "[0, 100]"),
        (165, "low,high", "0,100", "[0, 100]"),
        (-1, "normalise,low,high", "scale,0,100", "[0, 100]"),
        (0, "transform,normalise", "log,minmax", "> 0"),
        (0, "transform,normalise,low,high", "log,goalposts,1,100", "> 0"),
    ],
)
def test_a_published_value_that_the_engine_refuses(folder, tmp_path, value, columns, cells, scale):
    published(folder, value, columns, cells)
    (finding,) = [f for f in check(folder) if f.severity == "error"]
    assert (finding.code, finding.file, finding.row, finding.column) == (
        "beyond_scale",
        "given.csv",
        5,
        "green",
    )
    for language in ("zh", "en"):
        assert f"“{value}” × 1" in finding.message(language)
        assert scale in finding.message(language)
    with pytest.raises(Problem) as refused:
        measure(folder, out=tmp_path / "out", formats=[])
    assert "not_measured" not in {f.code for f in refused.value.findings}


@pytest.mark.parametrize(
    ("value", "columns", "cells"),
    [
        (100, "normalise,low,high", "scale,0,100"),
        (165, "normalise,low,high", "goalposts,0,100"),
        (165, "normalise,low,high,cap", "scale,0,100,1"),
        (0, "transform,normalise,low,high,cap", "log,goalposts,1,100,1"),
        (-5, "normalise,low", "minmax,"),
    ],
)
def test_a_published_value_that_has_a_score(folder, tmp_path, value, columns, cells):
    published(folder, value, columns, cells)
    assert beyond(folder) == []
    measure(folder, out=tmp_path / "out", formats=[])


def test_a_mean_beyond_the_scale(folder, tmp_path):
    reword(folder, "bus,mean,,1,5", "bus,mean,,1,3", "indicators.csv")
    (finding,) = check(folder)
    assert (finding.code, finding.severity, finding.column) == ("beyond_scale", "error", "bus")
    assert (finding.file, finding.row, finding.rows) == ("answers.csv", 3, 87)
    assert "“5” × 48, “4” × 39" in finding.message("zh")
    assert "西区 · 2017 3.375" in finding.message("en")
    with pytest.raises(Problem):
        measure(folder, out=tmp_path / "out", formats=[])


def test_an_answer_beyond_the_scale_of_a_mean_on_it(folder, tmp_path):
    """A code that means no answer and is not listed under `missing`."""
    reword(folder, "bus = { valid = [1, 5], missing = [0, 6] }", "bus = { missing = [0] }")
    spoil(folder / "answers.csv", 8, "bus", 6)
    (finding,) = check(folder)
    assert (finding.code, finding.severity, finding.row, finding.rows) == ("beyond_scale", "warning", 8, 1)
    assert "[1, 5]" in finding.message("zh")
    assert "missing" in finding.message("en")
    measure(folder, out=tmp_path / "out", formats=[])


def test_codes_that_mean_no_answer_are_on_no_scale(folder):
    reword(folder, "bus = { valid = [1, 5], missing = [0, 6] }", "bus = { missing = [6] }")
    spoil(folder / "answers.csv", 8, "bus", 6)
    assert check(folder) == []
