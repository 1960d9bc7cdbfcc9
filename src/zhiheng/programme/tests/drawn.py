"""Samples drawn from a made-up population that is known, each a unit of its own in one programme folder.

Every street of the population carries both what the index measures (`score`) and what a rule takes off (`fault`): they
go together, so that an error which forgets their covariance is wrong. Places of the table `points` are another sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

STRATA, STREETS, STREETS_DRAWN, HOUSES, HOUSES_DRAWN = 6, 20, 8, 30, 6
PLACES, PLACES_DRAWN = 400, 80

PLAN = """\
format = 1
title = "抽样"
edition = "1"
made_up = true

[[waves]]
code = "1"

[[tables]]
name = "answers"
role = "survey"
path = "answers.parquet"
[tables.design]
strata = ["area", "stratum"]
clusters = ["street", "*"]
weights = "w"
population = {{ street = "streets_n", "*" = "houses_n" }}
nest = true

[[tables]]
name = "points"
role = "points"
path = "points.parquet"
[tables.design]
strata = ["area"]
clusters = ["*"]
population = {{ "*" = "places_n" }}

[[domains]]
code = "area"
name = "区"
columns = ["area"]

[index]
whole = false
{rules}

[outputs]
formats = ["parquet"]
"""

INDICATORS = """\
code,parent,name_zh,weight,table,variable,low,high
index,,指数,,,,,
score,index,评分,1,answers,score,0,10
"""

RULE = """\
[[index.adjust]]
code = "{table}"
kind = "deduction"
name = "扣分"
table = "{table}"
variable = "fault"
statistic = "mean"
points = {points}
cap = {cap}
"""


@dataclass(frozen=True)
class Population:
    """Households by street, streets by stratum, and places."""

    score: np.ndarray
    fault: np.ndarray
    places: np.ndarray

    def index(self, *, answers: tuple[float, float] | None, points: tuple[float, float] | None) -> float:
        """The index of the whole population, with the points and caps of deductions."""
        value = 10 * float(self.score.mean())
        for rule, found in ((answers, self.fault), (points, self.places)):
            if rule is not None:
                value -= min(rule[0] * float(found.mean()), rule[1])
        return value


def population(seed: int = 4) -> Population:
    """Make the population: streets differ, and where scores are low there are faults."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 0.8, (STRATA, STREETS, 1)) + rng.normal(0, 1.2, (STRATA, STREETS, HOUSES))
    fault = (rng.random(mood.shape) < 1 / (1 + np.exp(1.2 + 1.5 * mood))).astype(float)
    places = (rng.random(PLACES) < 0.15).astype(float)
    return Population(np.clip(np.round(7 + mood), 0, 10), fault, places)


def write(
    folder: Path, everyone: Population, samples: int, seed: int, rules: dict[str, tuple[float, float]]
) -> Path:
    """Write a programme whose areas are samples, with deductions: table to points and cap."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[float]] = {n: [] for n in ("area", "stratum", "street", "score", "fault")}
    places: dict[str, list[float]] = {"area": [], "fault": []}
    for sample in range(samples):
        for h in range(STRATA):
            for street in rng.choice(STREETS, STREETS_DRAWN, replace=False):
                for house in rng.choice(HOUSES, HOUSES_DRAWN, replace=False):
                    at = (h, street, house)
                    for name, value in zip(rows, (sample, h, street, everyone.score[at], everyone.fault[at]),
                                           strict=True):  # fmt: skip
                        rows[name].append(float(value))
        for place in rng.choice(PLACES, PLACES_DRAWN, replace=False):
            places["area"].append(float(sample))
            places["fault"].append(float(everyone.places[place]))
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(RULE.format(table=t, points=p, cap=c) for t, (p, c) in rules.items())
    (folder / "plan.toml").write_text(PLAN.format(rules=text), encoding="utf-8")
    (folder / "indicators.csv").write_text(INDICATORS, encoding="utf-8")
    count = len(rows["area"])
    constant = {
        "w": STREETS / STREETS_DRAWN * HOUSES / HOUSES_DRAWN,
        "streets_n": STREETS,
        "houses_n": HOUSES,
    }
    coded = {n: [str(int(v)) for v in rows[n]] for n in ("area", "stratum", "street")}
    data = rows | coded | {n: [v] * count for n, v in constant.items()}
    pq.write_table(pa.table(data), folder / "answers.parquet")
    area = [str(int(v)) for v in places["area"]]
    pq.write_table(
        pa.table(places | {"area": area, "places_n": [PLACES] * len(area)}), folder / "points.parquet"
    )
    return folder
