"""Chained progress of a programme: against a linearisation row by row, and where it is shown."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from small import answers, points, programme, reword, spoil

from zhiheng.documents import Column
from zhiheng.measure.tests.oracle import Sample, Stage, indicators, raked
from zhiheng.programme.report.movement import progress_table
from zhiheng.programme.report.names import Names
from zhiheng.programme.run import measure


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = programme(tmp_path_factory.mktemp("progress") / "small")
    return measure(folder, out=folder / "out", formats=["xlsx"])


def linearised(rows, weights, score, slopes):
    """The influence of every row on a sum of slopes times means by wave: in the rows of a district, 0 elsewhere."""
    u = np.zeros(len(rows))
    for wave, slope in slopes.items():
        here = np.array([r["wave"] == wave and r["district"] == "东区" for r in rows])
        mean = (weights * score)[here].sum() / weights[here].sum()
        u[here] += slope * (score[here] - mean) / weights[here].sum()
    return u


def test_the_error_of_the_chain_is_that_of_its_rows(run):
    """I = 100 V₂/V₁ with V = 0.6 bus + 0.4 site: every row of both waves and both tables moves it."""
    index = run.level("district").index
    header, *cells = answers()
    asked = [dict(zip(map(str, header), row, strict=True)) for row in cells]
    base = np.array([float(r["w"]) for r in asked])
    wanted = {
        ("wave", "sex"): {(w, s): t for w in (2017, 2018) for s, t in ((1, 480.0), (2, 520.0))},
        ("wave", "district"): {
            (w, d): t for w in (2017, 2018) for d, t in (("东区", 400.0), ("西区", 600.0))
        },
    }
    weights = raked(asked, base, wanted)
    bus = 25 * (np.array([float(r["bus"]) for r in asked]) - 1)
    header, *cells = points()
    visited = [dict(zip(map(str, header), row, strict=True)) for row in cells]
    clean, ones = 100 * np.array([float(r["clean"]) for r in visited]), np.ones(len(visited))

    def level(wave):
        inside = [
            np.array([r["wave"] == wave and r["district"] == "东区" for r in of]) for of in (asked, visited)
        ]
        return 0.6 * np.average(bus[inside[0]], weights=weights[inside[0]]) + 0.4 * clean[inside[1]].mean()

    before, after = level(2017), level(2018)
    slopes = {2017: -100 * after / before**2, 2018: 100 / before}
    east = (index.progress.value[1, 0], index.progress.se[1, 0])
    assert east[0] == pytest.approx(100 * after / before, rel=1e-9)
    survey = Sample(
        asked, (Stage("district", "street", "streets"),), weights, indicators(asked, list(wanted)), base
    )
    sites = Sample(visited, (Stage(None, None, None),), ones)
    variance = 0.0
    for sample, score, share in ((survey, bus, 0.6), (sites, clean, 0.4)):
        u = linearised(sample.rows, sample.weights, score, {w: share * s for w, s in slopes.items()})
        variance += sample.answer(0.0, u, [True] * len(u)).variance
    assert east[1] ** 2 == pytest.approx(variance, rel=1e-8)
    assert index.progress.se[0].tolist() == [0.0, 0.0]
    # the interval is that of the logarithm, with the degrees of freedom of the change test
    root = index.codes.index("index")
    assert index.progress.df[1, 0] == min(index.df[root, :, 0])
    wide = stats.t.ppf(0.975, index.progress.df[1, 0]) * east[1] / east[0]
    bounds = index.progress.lower[1, 0], index.progress.upper[1, 0]
    assert bounds == pytest.approx((east[0] * np.exp(-wide), east[0] * np.exp(wide)), rel=1e-9)


def test_results_hold_the_chain(run):
    index = run.level("district").index
    rows = [r for r in run.results.to_pylist() if r["kind"] == "progress" and r["level"] == "district"]
    assert [(r["unit"], r["wave"], r["value"]) for r in rows] == [
        (unit, wave, pytest.approx(index.progress.value[w, u]))
        for u, unit in enumerate(("东区", "西区"))
        for w, wave in enumerate(("2017", "2018"))
    ]
    assert {r["method"] for r in rows} == {"chained, the first wave of a unit is 100"}


def test_the_table_has_a_column_a_wave(run):
    level = run.level("district")
    table = progress_table(Names(run), level, level.index)
    assert [c.key for c in table.columns] == ["unit", "2017", "2018", "se", "interval"]
    assert all(isinstance(c, Column) for c in table.columns)
    assert [r["2017"] for r in table.rows] == [100.0, 100.0]
    assert table.rows[0]["2018"] >= table.rows[1]["2018"]  # the largest progress first


def test_a_district_that_comes_later_begins_with_100(tmp_path):
    folder = programme(tmp_path / "small")
    for file, columns in (("answers.csv", ["bus"]), ("points.csv", ["clean"])):
        for at, row in enumerate((answers() if file == "answers.csv" else points())[1:], start=2):
            wave, district = (row[1], row[2]) if file == "answers.csv" else (row[0], row[1])
            if (wave, district) == (2017, "东区"):
                spoil(folder / file, at, columns[0], "")
    run = measure(folder, out=folder / "out", formats=[])
    value = run.level("district").index.progress.value
    assert np.isnan(value[0, 0])
    assert value[1, 0] == value[0, 1] == 100.0


def test_an_index_of_ranks_has_no_chain(tmp_path):
    folder = programme(tmp_path / "small")
    reword(folder, "high\n", "high,normalise\n", "indicators.csv")
    reword(folder, "bus,mean,,1,5\n", "bus,mean,,,,minmax\n", "indicators.csv")
    run = measure(folder, out=folder / "out", formats=[])
    assert run.level("district").index.progress is None
    assert "progress" not in {r["kind"] for r in run.results.to_pylist()}
