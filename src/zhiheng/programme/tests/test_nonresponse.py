"""A programme whose sample has rows without response, from the check to the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small import answers, points, reword, spoil, write

from zhiheng.measure.tests.oracle import Row, Sample, Stage, answered, indicators, raked
from zhiheng.programme.preparation import check, prepare
from zhiheng.programme.run import measure

#: nobody responded in this street in 2018, nor is anything known of the people there
SILENT = ("2018", "东区3")
NONRESPONSE = """
[tables.weighting.nonresponse]
cells = ["wave", "district"]
responded = "here"
[[tables.weighting.margins]]
columns = ["wave", "sex"]
"""


def sample() -> list[Row]:
    """192 rows of the small programme, of which one street of a wave and every seventh row did not respond."""
    header, *rows = answers()
    found = []
    for at, cells in enumerate(rows):
        row: Row = dict(zip(map(str, header), cells, strict=True))
        silent = (str(row["wave"]), row["street"]) == SILENT
        row["here"] = int(not silent and at % 7 != 0)
        if not row["here"]:
            row["bus"] = row["visited"] = None
        if silent:
            row["sex"] = None
        found.append(row)
    return found


def silenced(folder: Any, *, margins: bool = True, trim: float = 5.0) -> Any:
    rows = sample()
    header = list(rows[0])
    written = [["" if row[c] is None else row[c] for c in header] for row in rows]
    write(folder / "answers.csv", [header, *written])
    reword(folder, '[[tables.weighting.margins]]\ncolumns = ["wave", "sex"]\n', NONRESPONSE)
    reword(folder, "trim = { upper = 5.0 }", f"trim = {{ upper = {trim} }}")
    if not margins:
        text = (folder / "plan.toml").read_text(encoding="utf-8")
        first, last = text.index("[[tables.weighting.margins]]"), text.index('[[tables]]\nname = "points"')
        (folder / "plan.toml").write_text(text[:first] + text[last:], encoding="utf-8")
    return folder


def responded(row: Row) -> bool:
    return bool(row["here"])


def expected(rows: list[Row], *, margins: bool, trim: float) -> Sample:
    """Weights by the textbook: cells, margins, trimming of the respondents alone, margins again."""
    for row in rows:
        row["stratum"] = row["district"]
    weights = answered(rows, np.array([float(r["w"]) for r in rows]), ["wave", "district"], responded)
    x = base = None
    here = weights > 0
    wanted = {
        ("wave", "sex"): {(w, s): t for w in (2017, 2018) for s, t in ((1, 480.0), (2, 520.0))},
        ("wave", "district"): {
            (w, d): t for w in (2017, 2018) for d, t in (("东区", 400.0), ("西区", 600.0))
        },
    }
    if margins:
        base, weights = weights, raked(rows, weights, wanted)
        x = indicators(rows, list(wanted)) * here[:, None]
    cut = weights.copy()
    for wave in (2017, 2018):
        own = here & np.array([r["wave"] == wave for r in rows])
        most = trim * float(np.median(weights[own]))
        inside = own & (weights <= most)
        cut[own] = np.minimum(weights[own], most)
        cut[inside] += (weights[own].sum() - cut[own].sum()) / inside.sum()
    if (cut < weights).any():
        weights = cut
        if margins:
            base, weights = weights, raked(rows, weights, wanted)
    return Sample(rows, (Stage("stratum", "street", "streets"),), weights, x, base)


@pytest.mark.parametrize("margins", [True, False])
@pytest.mark.parametrize("trim", [5.0, 1.4])
def test_means_of_respondents_with_the_errors_of_the_whole_sample(folder, margins, trim):
    run = measure(silenced(folder, margins=margins, trim=trim), out=folder / "out", formats=[])
    rows = sample()
    truth = expected(rows, margins=margins, trim=trim)
    np.testing.assert_allclose(run.analyses["answers"].final_weights, truth.weights, rtol=1e-9)
    for wave in (2017, 2018):
        for district in ("东区", "西区"):
            answer = truth.mean(
                "bus",
                lambda r, w=wave, d=district: responded(r) and r["wave"] == w and r["district"] == d,
            )
            (row,) = [
                r
                for r in run.results.to_pylist()
                if (r["level"], r["unit"], r["wave"], r["node"]) == ("district", district, str(wave), "bus")
            ]
            assert row["n"] == answer.n
            assert row["raw"] == pytest.approx(answer.value, rel=1e-9)
            assert row["raw_se"] ** 2 == pytest.approx(answer.variance, rel=1e-8)
            assert row["df"] == answer.df


@pytest.mark.parametrize("trim", [5.0, 1.4])
def test_a_new_wave_leaves_the_old_one_as_it_was(folder, trim):
    """Cells and the median of the weights are of one wave, also where the plan does not say so."""
    silenced(folder, margins=False, trim=trim)
    reword(folder, 'cells = ["wave", "district"]', 'cells = ["district"]')
    both = measure(folder, out=folder / "out", formats=[]).analyses["answers"].final_weights[:96]
    rows = [r for r in sample() if r["wave"] == 2017]
    header = list(rows[0])
    write(folder / "answers.csv", [header, *(["" if r[c] is None else r[c] for c in header] for r in rows)])
    write(folder / "points.csv", [r for r in points() if r[0] != 2018])
    reword(folder, '[[waves]]\ncode = "2018"\n', "")
    alone = measure(folder, out=folder / "out", formats=[]).analyses["answers"].final_weights
    np.testing.assert_allclose(both, alone, rtol=1e-13)


def test_rows_without_response_are_counted(folder):
    rows, prepared = sample(), prepare(silenced(folder))
    ledger = prepared.ledger
    assert [f for f in prepared.findings if f.severity == "error"] == []
    assert ledger.unbalanced() == []
    for wave in ("2017", "2018"):
        here = sum(responded(r) for r in rows if str(r["wave"]) == wave)
        assert ledger.of("answers", wave) == {"read": 96, "nonresponse": 96 - here, "used": here}
        assert ledger.of("answers", wave, "bus") == {"answered": here}


def test_a_street_of_nonrespondents_is_no_lonely_stratum(folder):
    """Two streets in a stratum, one of them silent: the sample has two."""
    kept = {"东区0", "东区3", "西区0", "西区1"}
    silenced(folder)
    rows = [r for r in sample() if r["street"] in kept]
    for row in rows:
        row["here"] = int(bool(row["here"]) and row["street"] != "东区3")
    header = list(rows[0])
    write(folder / "answers.csv", [header, *(["" if r[c] is None else r[c] for c in header] for r in rows)])
    assert [f.code for f in check(folder) if f.severity == "error"] == []
    run = measure(folder, out=folder / "out", formats=[])
    assert all(
        r["raw_se"] > 0 for r in run.results.to_pylist() if r["level"] == "district" and r["node"] == "bus"
    )


@pytest.mark.parametrize(("cell", "found"), [("", "blank"), ("2", "2"), ("maybe", "“maybe” × 1")])
def test_a_row_of_which_it_is_not_known_whether_it_responded(folder, cell, found):
    silenced(folder)
    spoil(folder / "answers.csv", 5, "here", cell)
    (finding,) = [f for f in check(folder) if f.code == "response_unclear"]
    assert (finding.severity, finding.file, finding.row, finding.column) == (
        "error",
        "answers.csv",
        5,
        "here",
    )
    assert found in finding.message("en")
    assert finding.rows == 1


def test_a_district_in_which_nobody_responded_lacks_the_indicator(folder):
    """Answers of rows that are no respondents do not count, whatever stands in them."""
    silenced(folder, margins=False)
    reword(folder, 'cells = ["wave", "district"]', 'cells = ["wave"]')
    rows = sample()
    header = list(rows[0])
    for row in rows:
        if (row["wave"], row["district"]) == (2018, "西区"):
            row["here"], row["bus"] = 0, 3
    write(folder / "answers.csv", [header, *(["" if r[c] is None else r[c] for c in header] for r in rows)])
    (finding,) = [f for f in check(folder) if f.code == "unit_unanswered"]
    assert "西区 2018 (bus)" in finding.message("zh")


def test_a_cell_in_which_nobody_responded(folder):
    silenced(folder)
    reword(folder, 'cells = ["wave", "district"]', 'cells = ["wave", "street"]')
    (finding,) = [f for f in check(folder) if f.severity == "error"]
    assert (finding.code, finding.column, finding.rows) == ("cell_silent", "wave, street", 12)
    assert "2018 · 东区3" in finding.message("zh")


def test_cells_that_nobody_named(folder):
    silenced(folder)
    reword(folder, 'cells = ["wave", "district"]\n', "")
    (finding,) = [f for f in check(folder) if f.severity == "error"]
    assert (finding.code, finding.column) == ("key_missing", "tables[1].weighting.nonresponse.cells")


def test_a_level_that_only_nonrespondents_have_needs_no_target(folder):
    """Targets are for respondents; the first row, who did not respond, is the only one of its district."""
    silenced(folder)
    reword(folder, 'cells = ["wave", "district"]', 'cells = ["wave"]')  # else nobody responded in its cell
    spoil(folder / "answers.csv", 2, "district", "北区")
    codes = {f.code for f in check(folder)}
    assert "cell_silent" not in codes
    assert "answers_without_target" not in codes
    spoil(folder / "answers.csv", 2, "here", 1)
    assert "answers_without_target" in {f.code for f in check(folder)}


def test_the_report_tells_what_nonresponse_did(folder):
    run = measure(silenced(folder), out=folder / "out", formats=["html"])
    html = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "无回答调整" in html
    assert "整份无回答" in html
    gone = sum(not responded(r) for r in sample())
    assert f"进入估计{192 - gone}行" in html
    steps = run.weighting["answers"]
    assert [s.method for s in steps] == ["nonresponse", "rake"]
    assert {s.rows for s in steps} == {192 - gone}
    assert sum(t.rows for t in steps[-1].targets) == 2 * (192 - gone)
