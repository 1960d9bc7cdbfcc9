"""The published human development index, recomputed from the plan folder's own files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from zhiheng.measure.indices import Tree, evaluate

PLAN = Path(__file__).parents[5] / "examples" / "hdi"


def rows(name):
    with (PLAN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_published_value_at_three_decimals():
    indicators, data = rows("indicators.csv"), rows("data/hdi.csv")
    hdi = Tree.from_table(indicators, bounds=(0, 1), normalise_weights=True)
    variable = {row["code"]: row["variable"] for row in indicators}
    values = {leaf.code: [float(row[variable[leaf.code]]) for row in data] for leaf in hdi.leaves}
    index = evaluate(hdi, values, missing="fail").column()
    published = np.array([float(row["hdi"]) for row in data])
    assert len(published) == 5571
    np.testing.assert_array_equal(np.round(index, 3), published)


def test_caps_matter_at_the_top_only():
    data = rows("data/hdi.csv")
    ends = {"le": (20, 85), "eys": (0, 18), "mys": (0, 15), "gnipc": (100, 75_000)}
    below = sum(float(row[name]) < low for row in data for name, (low, _) in ends.items())
    above = {name: sum(float(row[name]) > high for row in data) for name, (_, high) in ends.items()}
    assert below == 0
    assert above == {"le": 4, "eys": 162, "mys": 0, "gnipc": 107}
