"""The error of an index after rules on sampled statistics, against a slow oracle and by simulation."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiheng.measure.tests.oracle import Stage, variance_of_sum
from zhiheng.programme import measure
from zhiheng.programme.tests.drawn import STREETS_DRAWN, population, write

NEVER = 1e6
STAGES = {
    "answers": [Stage("stratum", "street", "streets_n"), Stage(None, None, "houses_n")],
    "points": [Stage(None, None, "places_n")],
}


def found(folder, tmp_path):
    """The index of the areas: value, standard error, interval."""
    index = measure(folder, out=tmp_path / "out", formats=[], exact=True).level("area").index
    at = index.codes.index("index")
    return index.value[at, 0], index.se[at, 0], index.lower[at, 0], index.upper[at, 0], index.covariance


def rows_of(folder, table, area):
    return [r for r in pq.read_table(folder / f"{table}.parquet").to_pylist() if r["area"] == str(area)]


def linear(rows, part):
    """What each row adds to a mean: all weights of these samples are equal."""
    y = np.array([part(r) for r in rows])
    return (y - y.mean()) / len(y)


def test_a_deduction_from_the_same_streets_carries_its_covariance(tmp_path):
    """Without a cap in reach the index is 10·score − 20·fault of the same rows, less points of another sample."""
    folder = write(tmp_path / "p", population(), 3, 1, {"answers": (20, NEVER), "points": (15, NEVER)})
    value, se, _, _, covariance = found(folder, tmp_path)
    for area in range(3):
        answers, points = rows_of(folder, "answers", area), rows_of(folder, "points", area)
        both = linear(answers, lambda r: 10 * r["score"] - 20 * r["fault"])
        expected = variance_of_sum(answers, STAGES["answers"], both)
        alone = variance_of_sum(answers, STAGES["answers"], linear(answers, lambda r: 10 * r["score"]))
        expected += variance_of_sum(points, STAGES["points"], linear(points, lambda r: 15 * r["fault"]))
        assert se[area] == pytest.approx(expected**0.5, rel=1e-9)
        assert expected > 2 * alone
        means = [np.mean([r[v] for r in answers]) for v in ("score", "fault")]
        less = 15 * np.mean([r["fault"] for r in points])
        assert value[area] == pytest.approx(10 * means[0] - 20 * means[1] - less)
    np.testing.assert_allclose(np.diag(covariance), se**2, rtol=1e-9)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-9


def test_where_all_streets_are_visited_the_houses_move_the_index_and_its_rule(tmp_path):
    folder = write(tmp_path / "p", population(), 2, 1, {"answers": (20, NEVER)})
    rows = pq.read_table(folder / "answers.parquet")
    every = rows.set_column(
        rows.schema.get_field_index("streets_n"), "streets_n", pa.array([STREETS_DRAWN] * len(rows))
    )
    pq.write_table(every, folder / "answers.parquet")
    _, se, _, _, _ = found(folder, tmp_path)
    for area in range(2):
        answers = rows_of(folder, "answers", area)
        both = linear(answers, lambda r: 10 * r["score"] - 20 * r["fault"])
        assert se[area] == pytest.approx(variance_of_sum(answers, STAGES["answers"], both) ** 0.5, rel=1e-9)
        assert se[area] > 0.1


def test_a_deduction_at_its_cap_adds_no_error(tmp_path):
    folder = write(tmp_path / "p", population(), 2, 1, {"answers": (20, 0.01)})
    _, se, _, _, _ = found(folder, tmp_path)
    for area in range(2):
        answers = rows_of(folder, "answers", area)
        alone = variance_of_sum(answers, STAGES["answers"], linear(answers, lambda r: 10 * r["score"]))
        assert se[area] == pytest.approx(alone**0.5, rel=1e-9)


def test_near_a_cap_the_error_is_that_of_whole_samples_drawn_again(tmp_path):
    """Oracle: streets drawn again within strata, households kept, the whole index computed anew, rules by `min`."""
    cap = 20 * float(population().fault.mean())
    folder = write(tmp_path / "p", population(), 1, 1, {"answers": (20, cap)})
    _, se, _, _, _ = found(folder, tmp_path)
    rows, rng, values = rows_of(folder, "answers", 0), random.Random(5), []
    strata: dict[str, dict[str, list[dict[str, float]]]] = {}
    for r in rows:
        strata.setdefault(r["stratum"], {}).setdefault(r["street"], []).append(r)
    for _ in range(1500):
        drawn = [
            r for s in strata.values() for street in rng.choices(list(s), k=len(s) - 1) for r in s[street]
        ]
        score, fault = (np.mean([r[v] for r in drawn]) for v in ("score", "fault"))
        values.append(10 * score - min(20 * fault, cap))
    # the oracle draws with replacement from streets: between-street error without finite population
    z = linear(rows, lambda r: 10 * r["score"] - 20 * r["fault"])
    endless = [{**r, "streets_n": 1e9} for r in rows]
    design = variance_of_sum(rows, STAGES["answers"], z) / variance_of_sum(endless, STAGES["answers"], z)
    expected = np.std(values, ddof=1) * design**0.5
    assert se[0] == pytest.approx(expected, rel=0.1)
    alone = variance_of_sum(rows, STAGES["answers"], linear(rows, lambda r: 10 * r["score"])) ** 0.5
    full = variance_of_sum(rows, STAGES["answers"], z) ** 0.5
    assert alone * 1.1 < se[0] < full * 0.98


def test_a_register_moves_the_index_and_not_its_error(tmp_path):
    """The same deduction from a published table: a count, not a sample."""
    folder = write(tmp_path / "p", population(), 2, 1, {"points": (15, NEVER)})
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    plan = plan.replace('role = "points"\npath = "points.parquet"', 'role = "published"\npath = "points.csv"')
    start = plan.index("[tables.design]", plan.index("points.csv"))
    plan = plan[:start] + plan[plan.index("[[domains]]") :]
    plan = plan.replace('statistic = "mean"', 'statistic = "value"')
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    (folder / "points.csv").write_text("area,fault\n0,0.2\n1,0.1\n", encoding="utf-8")
    value, se, _, _, _ = found(folder, tmp_path)
    for area, less in ((0, 3.0), (1, 1.5)):
        answers = rows_of(folder, "answers", area)
        alone = variance_of_sum(answers, STAGES["answers"], linear(answers, lambda r: 10 * r["score"]))
        assert se[area] == pytest.approx(alone**0.5, rel=1e-9)
        assert value[area] == pytest.approx(10 * np.mean([r["score"] for r in answers]) - less)


def test_an_index_with_end_points_from_the_data_takes_its_rules_along(tmp_path):
    """Everything is its replicates: of a deduction beyond the lower bound in all of them nothing is left."""
    errors = []
    for points in (300, 1e5):
        folder = write(tmp_path / f"{points}", population(), 5, 1, {"points": (points, NEVER)})
        (folder / "indicators.csv").write_text(
            "code,parent,name_zh,weight,table,variable,normalise\n"
            "index,,指数,,,,\nscore,index,评分,1,answers,score,minmax\n",
            encoding="utf-8",
        )
        errors.append(found(folder, tmp_path))
    (value, se, _, _, covariance), (gone, none, _, _, _) = errors
    assert (value > 40).any()
    assert ((se > 1) & np.isfinite(se)).all()
    np.testing.assert_allclose(np.diag(covariance), se**2)
    assert (gone == 0).all()
    assert (none == 0).all()


def coverage(tmp_path, rules, runs, samples):
    """How often the interval of the index holds that of the population."""
    everyone = population()
    truth = everyone.index(answers=rules.get("answers"), points=rules.get("points"))
    held = []
    for run in range(runs):
        folder = write(tmp_path / str(run), everyone, samples, 100 + run, rules)
        _, _, lower, upper, _ = found(folder, tmp_path)
        held += list((lower <= truth) & (truth <= upper))
    return float(np.mean(held))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.5, 1.0, 1.3, 100.0])
def test_intervals_hold_the_index_after_a_sampled_deduction_with_a_cap(tmp_path, share):
    """The cap stands at so many times the true deduction: met always, at the corner, sometimes, never."""
    everyone = population()
    rules = {
        "answers": (20, share * 20 * float(everyone.fault.mean())),
        "points": (30, share * 30 * float(everyone.places.mean())),
    }
    held = coverage(tmp_path, rules, 12, 100)
    assert 0.93 <= held <= 0.975, held
