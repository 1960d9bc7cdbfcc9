"""The made-up city is made from a model, so its truth is known: the estimates find it as often as they promise."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from zhiheng.measure import Design, Estimates, mean, rake

ITEMS = [f"q{area}{item}" for area in range(1, 7) for item in range(1, 5)]
YES_NO = ["q71", "q72", "q73"]
BY = ["wave", "district"]
HOUSEHOLDS = Design(
    strata="street",
    clusters=["community", "*"],
    weights="w",
    population={"community": "communities_n", "*": "households_n"},
)
PLACES = Design(strata="stratum", weights="w", population={"*": "places_n"})


@pytest.fixture(scope="module")
def answers(data: Path) -> pl.DataFrame:
    """The answers as the plan codes them: 98 and 99 are no answer, nor is any answer of a rushed interview."""
    kept = pl.col("minutes") >= 3
    return pl.read_parquet(data / "answers.parquet").with_columns(
        *(pl.when(kept & pl.col(i).is_between(1, 10)).then(pl.col(i)).alias(i) for i in ITEMS),
        *(pl.when(kept & pl.col(i).is_in([1, 2])).then(pl.col(i) == 1).alias(i) for i in YES_NO),
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def margin(path: Path, *columns: str) -> dict[tuple[int | str, ...], float]:
    return {
        tuple(int(r[c]) if c in ("age", "sex") else r[c] for c in columns): float(r["total"])
        for r in rows_of(path)
    }


@dataclass(frozen=True)
class Misses:
    """How far estimates are from the truth: in their own unit, in standard errors; the share of intervals with it."""

    off: np.ndarray
    errors: np.ndarray
    covered: float


def misses(found: Estimates, data: Path, prefix: str = "") -> Misses:
    truth = {
        (r["wave"], r["unit"], r["code"]): float(r["value"])
        for r in rows_of(data / "truth.csv")
        if r["level"] == "district"
    }
    known = np.array([truth[*d, prefix + name] for d, name in zip(found.domains, found.names, strict=True)])
    inside = (found.lower <= known) & (known <= found.upper)
    return Misses(found.value - known, (found.value - known) / found.se, float(inside.mean()))


def test_raked_estimates_find_the_truth_of_every_district_and_wave(answers: pl.DataFrame, data: Path) -> None:
    targets = {
        ("wave", "age", "sex"): margin(data / "margin_age_sex.csv", "wave", "age", "sex"),
        ("wave", "district"): margin(data / "margin_district.csv", "wave", "district"),
    }
    raked = rake(answers, HOUSEHOLDS, targets).design
    found = mean(answers, [*ITEMS, *YES_NO], raked, by=BY, deff=False)
    assert len(found) == 27 * 3 * 16
    seen = misses(found, data)
    assert 0.93 <= seen.covered <= 0.97
    assert abs(seen.errors.mean()) < 0.15  # no lean to either side
    assert 0.9 < seen.errors.std() < 1.1  # and the standard error is as long as the errors are


def test_without_raking_they_lean(answers: pl.DataFrame, data: Path) -> None:
    """What the example's README says: base weights alone mislead by 0.03 on the scale of 1–10."""
    found = mean(answers, ITEMS, HOUSEHOLDS, by=BY, deff=False)
    seen = misses(found, data)
    assert 0.025 < seen.off.mean() < 0.04
    assert seen.covered < 0.9


def test_points_find_the_truth(data: Path) -> None:
    points = pl.read_parquet(data / "points.parquet")
    found = mean(points, ["score", "clean"], PLACES, by=BY, deff=False)
    assert len(found) == 2 * 3 * 16
    assert misses(found, data, "site_").covered >= 0.9
