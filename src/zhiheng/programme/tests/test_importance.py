"""Importance: the weighted correlation with the outcome, its error, and its sign for an indicator that is bad."""

from __future__ import annotations

import numpy as np
import pytest
from small import answers, programme, reword, write

from zhiheng.programme.run import measure

OUTCOME = """
[importance]
table = "answers"
outcome = "overall"
[[questions]]
"""


def with_outcome(folder, *, direction=1):
    programme(folder)
    rows = answers()
    more = [[*rows[0], "overall"]]
    more += [[*r, min(5, max(1, int(r[7]) + (r[0] % 3 - 1)))] for r in rows[1:]]
    write(folder / "answers.csv", more)
    reword(folder, "\n[[questions]]\n", OUTCOME)
    reword(folder, "[tables.coding]\nbus", "[tables.coding]\noverall = { valid = [1, 5] }\nbus")
    lines = (folder / "indicators.csv").read_text(encoding="utf-8").splitlines()
    lines = [
        line + (",direction" if i == 0 else f",{direction}" if line.startswith("bus") else ",")
        for i, line in enumerate(lines)
    ]
    (folder / "indicators.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = with_outcome(tmp_path_factory.mktemp("good"))
    return measure(folder, out=folder / "out", formats=[])


def correlation(x, y, w):
    x, y = x - np.average(x, weights=w), y - np.average(y, weights=w)
    return (w @ (x * y)) / np.sqrt((w @ x**2) * (w @ y**2))


def test_it_is_the_weighted_correlation_of_the_last_wave(good):
    point = good.importance.points[0]
    analysis = good.analyses["answers"]
    here = analysis.table.in_wave("2018")
    x, y = (analysis.numbers(c)[here] for c in ("bus", "overall"))
    assert point.importance == pytest.approx(correlation(x, y, analysis.final_weights[here]), rel=1e-12)


def test_its_error_is_near_that_of_leaving_out_a_street(good):
    analysis = good.analyses["answers"]
    here = analysis.table.in_wave("2018")
    x, y = (analysis.numbers(c)[here] for c in ("bus", "overall"))
    w = analysis.final_weights[here]
    street = np.array(analysis.data.column("street").to_pylist())[here]
    district = np.array([s[:2] for s in street])
    variance = 0.0
    for d, size in (("东区", 20), ("西区", 21)):
        units = np.unique(street[district == d])
        left = []
        for unit in units:
            factor = np.where(
                street == unit, 0.0, np.where(district == d, len(units) / (len(units) - 1), 1.0)
            )
            left.append(correlation(x, y, w * factor))
        n = len(units)
        variance += (1 - n / size) * (n - 1) / n * float(np.sum((np.array(left) - np.mean(left)) ** 2))
    # the jackknife does not rake again, and 8 streets are few: the same size, not the same digits
    assert good.importance.points[0].importance_se == pytest.approx(np.sqrt(variance), rel=0.35)


def test_an_indicator_that_counts_the_other_way_turns_the_sign(good, tmp_path):
    bad = measure(with_outcome(tmp_path / "bad", direction=-1), out=tmp_path / "out", formats=[])
    assert bad.importance.points[0].importance == pytest.approx(
        -good.importance.points[0].importance, rel=1e-12
    )
    assert bad.importance.points[0].importance_se == pytest.approx(good.importance.points[0].importance_se)


def test_the_score_has_the_error_it_has_in_the_index(good):
    index = good.level("all").index
    point = good.importance.points[0]
    assert point.performance_se == index.se[index.codes.index("bus"), -1, 0]
    assert point.performance_se > 0
