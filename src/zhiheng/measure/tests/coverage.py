"""How often 95 % intervals hold the truth, by drawing sample after sample from a population that is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from zhiheng.measure import Design, mean, rake, ratio, total
from zhiheng.measure.estimation.intervals import t_quantile
from zhiheng.measure.indices import Indicator, Tree, evaluate

STRATA, STREETS, STREETS_DRAWN, HOUSES_DRAWN = 12, 40, 8, 8
AT_ONCE = 8  # the cost of raking many at once grows with their margins squared
DESIGN = Design(
    strata="stratum",
    clusters=["street", "*"],
    population={"street": "streets_n", "*": "houses_n"},
    nest=True,
)
TREE = Tree(
    (
        Indicator("index", aggregate="geometric"),
        Indicator("service", "index", weight=0.5, normalise="scale", low=1, high=10),
        Indicator("safety", "index", weight=0.3, normalise="scale", low=1, high=10),
        Indicator("noise", "index", weight=0.2, normalise="scale", low=1, high=10, direction=-1),
    )
)
ITEMS = ["service", "safety", "noise"]
WHAT = ("mean", "ratio", "raked total", "index")
MARGINS = {"age": 3, "sex": 2}

Intervals = dict[str, tuple[np.ndarray, np.ndarray]]
"""For each estimate the lower and the upper end, a value a sample."""


@dataclass(frozen=True)
class Population:
    """Every household of every street, as columns; rows of a street stand together."""

    columns: dict[str, np.ndarray]
    first: np.ndarray
    size: np.ndarray

    def index(self) -> float:
        """The index of the whole population."""
        found = evaluate(TREE, {item: [float(self.columns[item].mean())] for item in ITEMS})
        return float(found.column()[0])

    def truth(self) -> dict[str, float]:
        c = self.columns
        return {
            "mean": float(c["service"].mean()),
            "ratio": float(c["spent"].sum() / c["income"].sum()),
            "raked total": float(c["content"].sum()),
            "index": self.index(),
        }


def population(seed: int = 1) -> Population:
    """Make the population: streets of 20–60 households, alike within streets, districts that differ."""
    rng = np.random.default_rng(seed)
    size = rng.integers(20, 61, STRATA * STREETS)
    street = np.repeat(np.arange(len(size)), size)
    district = street // STREETS
    age = rng.choice(3, len(street), p=[0.3, 0.45, 0.25])
    sex = rng.integers(0, 2, len(street))
    mood = rng.normal(0, 1, len(street)) + 0.5 * age

    def item(centre: float, sign: int) -> np.ndarray:
        of_street = rng.normal(0, 0.6, len(size))[street] + rng.normal(0, 0.5, STRATA)[district]
        return np.clip(np.round(centre + of_street + sign * mood + rng.normal(0, 1.2, len(street))), 1, 10)

    service = item(6.8, 1)
    income = np.exp(rng.normal(3, 0.4, len(street)) + rng.normal(0, 0.2, len(size))[street])
    return Population(
        {
            "district": district,
            "street": street,
            "streets_n": np.full(len(street), STREETS),
            "houses_n": size[street],
            "age": age,
            "sex": sex,
            "service": service,
            "safety": item(7.2, 1),
            "noise": item(4.5, -1),
            "content": (service >= 8).astype(float),
            "income": income,
            "spent": income * np.clip(rng.normal(0.3, 0.1, len(street)) - 0.01 * mood, 0.02, 0.9),
        },
        np.concatenate([[0], np.cumsum(size)[:-1]]),
        size,
    )


def draw(everyone: Population, rng: np.random.Generator, samples: int) -> pa.Table:
    """Draw samples: streets at random in every district, households at random in every street drawn.

    The samples stand one below the other, numbered in column ``sample``.
    """
    rows = [
        everyone.first[street] + rng.choice(everyone.size[street], HOUSES_DRAWN, replace=False)
        for _ in range(samples)
        for h in range(STRATA)
        for street in h * STREETS + rng.choice(STREETS, STREETS_DRAWN, replace=False)
    ]
    picked = np.concatenate(rows)
    number = np.repeat(np.arange(samples), STRATA * STREETS_DRAWN * HOUSES_DRAWN)
    columns = {name: values[picked] for name, values in everyone.columns.items()}
    return pa.table({"sample": number, "stratum": number * STRATA + columns["district"]} | columns)


def intervals(data: pa.Table, everyone: Population) -> Intervals:
    """Give the four intervals of every sample. A sample has strata and margins of its own, so it stands alone."""
    samples = range(data["sample"].to_numpy()[-1] + 1)
    targets = {
        ("sample", name): {
            (i, k): float((everyone.columns[name] == k).sum()) for i in samples for k in range(levels)
        }
        for name, levels in MARGINS.items()
    }
    raked = rake(data, DESIGN, targets).design
    items = mean(data, ITEMS, DESIGN, by="sample", joint=True)
    df = items.df[: len(samples)]
    index = evaluate(TREE, dict(zip(ITEMS, items.value.reshape(len(ITEMS), -1), strict=True)))
    half = t_quantile(df, 0.95) * np.sqrt(np.diag(index.covariance(items.covariance())))
    share = ratio(data, [("spent", "income")], DESIGN, by="sample")
    content = total(data, "content", raked, by="sample")
    return {
        "mean": (items.lower[: len(samples)], items.upper[: len(samples)]),
        "ratio": (share.lower, share.upper),
        "raked total": (content.lower, content.upper),
        "index": (index.column() - half, index.column() + half),
    }


def simulate(replicates: int, seed: int = 20181231) -> dict[str, dict[str, float]]:
    """Count how often the intervals hold the truth.

    Returns
    -------
    For each estimate: ``truth``, ``coverage``, ``error`` (its Monte Carlo standard error), ``below`` and ``above`` (the
    interval lies below or above the truth), ``bias`` of the middle and ``width``, both relative to the truth.
    """
    everyone = population()
    rng = np.random.default_rng(seed)
    found: dict[str, list[np.ndarray]] = {what: [] for what in WHAT}
    for begin in range(0, replicates, AT_ONCE):
        data = draw(everyone, rng, min(AT_ONCE, replicates - begin))
        for what, ends in intervals(data, everyone).items():
            found[what].append(np.array(ends))
    result = {}
    for what, truth in everyone.truth().items():
        low, high = np.concatenate(found[what], axis=1)
        coverage = float(((low <= truth) & (truth <= high)).mean())
        result[what] = {
            "truth": truth,
            "coverage": coverage,
            "error": math.sqrt(coverage * (1 - coverage) / len(low)),
            "below": float((high < truth).mean()),
            "above": float((low > truth).mean()),
            "bias": float(((low + high) / 2).mean() / truth - 1),
            "width": float((high - low).mean() / truth),
        }
    return result


def page(found: dict[str, dict[str, float]], replicates: int) -> str:
    """Write the result as a page of the documentation."""
    lines = [
        "# Coverage of 95 % intervals, by simulation",
        "",
        f"Written by `python benchmarks/coverage.py {replicates}`; do not edit.",
        "",
        f"A population of {STRATA} districts with {STREETS} streets of 20–60 households each is made once: "
        f"households of a street are alike, districts differ. {replicates:,} samples are drawn from it: "
        f"{STREETS_DRAWN} streets at random in every district, {HOUSES_DRAWN} households at random in every street "
        f"drawn ({STRATA * STREETS_DRAWN * HOUSES_DRAWN} answers). Each sample gives four 95 % intervals, with the "
        f"finite population correction at both stages and t with {STRATA * STREETS_DRAWN - STRATA} degrees of freedom; "
        "counted is how often they hold the truth. “±” is twice the standard error of that count: what the simulation "
        "itself leaves open.",
        "",
        "| estimate | truth | coverage | ± | interval below | interval above | bias of the middle | width / truth |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {what} | {f['truth']:,.4f} | {f['coverage']:.2%} | {2 * f['error']:.2%} | {f['below']:.2%} "
        f"| {f['above']:.2%} | {f['bias']:+.3%} | {f['width']:.1%} |"
        for what, f in found.items()
    ]
    lines += [
        "",
        "- **mean**: an item on 1–10. **ratio**: spending over income.",
        "- **raked total**: households that give 8 or more, weights raked to age and sex; the error is that of the "
        "residuals ([weighting](weighting.md)).",
        "- **index**: weighted geometric mean of three items on 0–100, one of them reversed; error by the delta method "
        "([aggregation](index-aggregation.md)).",
        "",
        "The slow test `src/zhiheng/measure/tests/test_coverage.py` (`make slow`) demands 93–97 % for each.",
        "",
    ]
    return "\n".join(lines)
