"""Indices without a derivative: their errors against samples drawn again and the whole index computed anew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import rankdata

from zhiheng.measure.indices import compare
from zhiheng.programme import measure
from zhiheng.programme.tests.drawn import HOUSES, HOUSES_DRAWN, STREETS_DRAWN, population, write

AREAS = 5
AGAIN = 4000
Array = np.ndarray


def minmax(x: Array) -> Array:
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    return 100 * (x - low) / (high - low)


def zscore(x: Array) -> Array:
    return 50 + 10 * (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, ddof=1, keepdims=True)


def rank(x: Array) -> Array:
    return rankdata(np.round(x, 12), method="min", axis=1)


def percentile(x: Array) -> Array:
    return 100 * (rank(x) - 1) / (x.shape[1] - 1)


def index_of(means: Array, normalised: Callable[[Array], Array]) -> Array:
    """By hand: (…, areas, 2) mean scores and faults to the index, faults turned round."""
    return 0.6 * normalised(means[..., 0]) + 0.4 * normalised(-means[..., 1])


def sampled(tmp_path, normalise: str, *, all_streets: bool, rules: str = ""):
    """The index of five areas sampled from one town, and the answers: (areas, strata, streets, houses, 2)."""
    folder = write(tmp_path / "p", population(), AREAS, 1, {})
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,weight,table,variable,direction,normalise\nindex,,指数,,,,,\n"
        f"score,index,评分,0.6,answers,score,1,{normalise}\nfault,index,问题,0.4,answers,fault,-1,{normalise}\n",
        encoding="utf-8",
    )
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    if not all_streets:  # streets with replacement
        plan = plan.replace('population = { street = "streets_n", "*" = "houses_n" }\n', "", 1)
    plan = plan.replace("whole = false\n", f"whole = false\n{rules}")
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    rows = pq.read_table(folder / "answers.parquet")
    data = rows.to_pydict()
    if all_streets:  # these are all there are
        data |= {"streets_n": [STREETS_DRAWN] * len(rows), "w": [HOUSES / HOUSES_DRAWN] * len(rows)}
        pq.write_table(pa.table(data), folder / "answers.parquet")
    answers = np.array([data["score"], data["fault"]]).T.reshape(AREAS, -1, STREETS_DRAWN, HOUSES_DRAWN, 2)
    return measure(folder, out=tmp_path / "out", formats=[]).level("area").index, answers


def again(answers: Array, *, all_streets: bool) -> Array:
    """Means of samples drawn again, (AGAIN, areas, 2): streets, n − 1 of n a stratum, or houses in each street."""
    rng = np.random.default_rng(8)
    units = answers if all_streets else answers.mean(axis=3)
    n = units.shape[-2]
    means = np.empty((AGAIN, AREAS, 2))
    for i in range(AGAIN):
        picked = rng.integers(0, n, (*units.shape[:-2], n - 1))
        drawn = np.take_along_axis(units, picked[..., None], axis=-2)
        means[i] = drawn.reshape(AREAS, -1, 2).mean(axis=1)
    centre = answers.reshape(AREAS, -1, 2).mean(axis=1)
    left = np.sqrt(1 - HOUSES_DRAWN / HOUSES) if all_streets else 1.0
    return centre + left * (means - centre)


@pytest.mark.parametrize("all_streets", [False, True], ids=["streets drawn", "all streets visited"])
@pytest.mark.parametrize("normalised", [minmax, zscore, rank, percentile])
def test_the_error_is_that_of_samples_drawn_again(tmp_path, normalised, all_streets):
    index, answers = sampled(tmp_path, normalised.__name__, all_streets=all_streets)
    at = index.codes.index("index")
    centre = answers.reshape(1, AREAS, -1, 2).mean(axis=2)
    np.testing.assert_allclose(index.value[at, 0], index_of(centre, normalised)[0], rtol=1e-9)
    expected = index_of(again(answers, all_streets=all_streets), normalised)
    np.testing.assert_allclose(index.se[at, 0], expected.std(axis=0, ddof=1), rtol=0.12)
    assert "replicates" in index.method["index"]
    # correlations of areas, which share the end points
    spread = np.sqrt(np.diag(index.covariance))
    found = index.covariance / np.outer(spread, spread)
    np.testing.assert_allclose(found, np.corrcoef(expected, rowvar=False), atol=0.15)
    # five samples of one town are not all told apart
    assert not index.comparisons["1"].significant.all(where=~np.eye(AREAS, dtype=bool))


@pytest.mark.parametrize("rules", ["", "RULE"])
def test_ranks_are_compared_by_the_replicates_that_the_errors_come_from(tmp_path, rules):
    if rules:
        rules = (
            '[[index.adjust]]\ncode = "less"\nkind = "deduction"\nname = "扣分"\ntable = "answers"\n'
            'variable = "fault"\nstatistic = "mean"\npoints = 20\n'
        )
    index, _ = sampled(tmp_path, "zscore", all_streets=False, rules=rules)
    at = index.codes.index("index")
    found = index.comparisons["1"]
    assert found.simulations == 500
    normal = compare(index.value[at, 0], covariance=index.covariance, simulations=50_000)
    np.testing.assert_allclose(found.t, normal.t, rtol=1e-9)
    assert found.critical != normal.critical
    assert found.critical == pytest.approx(normal.critical, rel=0.12)
