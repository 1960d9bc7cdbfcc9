"""The engine: design-based estimates, weights and indices. No users, no web: it works in a notebook.

>>> from zhiheng.measure import Design, mean
>>> design = Design(strata="district", clusters=["street", "household"], weights="w",
...                 population={"street": "streets_n"})
>>> mean("answers.parquet", ["q1", "q2"], design, by=["city"]).to_pandas()  # doctest: +SKIP
"""

from __future__ import annotations

from zhiheng.measure.design import Design
from zhiheng.measure.estimation.estimates import Estimates, contrast
from zhiheng.measure.estimation.functions import crosstab, mean, proportion, ratio, total, variance
from zhiheng.measure.problems import Problem
from zhiheng.measure.reduction.postgres import Postgres
from zhiheng.measure.weighting import (
    Weighted,
    calibrate,
    nonresponse,
    poststratify,
    rake,
    trim,
    weights_of,
)

__all__ = [
    "Design",
    "Estimates",
    "Postgres",
    "Problem",
    "Weighted",
    "calibrate",
    "contrast",
    "crosstab",
    "mean",
    "nonresponse",
    "poststratify",
    "proportion",
    "rake",
    "ratio",
    "total",
    "trim",
    "variance",
    "weights_of",
]
