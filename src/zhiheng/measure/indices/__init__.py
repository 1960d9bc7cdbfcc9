"""Indices: from estimates of indicators to an index with its uncertainty, pure NumPy.

It knows nothing about designs, tables or files: estimates and their covariance come in as arrays.

>>> import numpy as np
>>> from zhiheng.measure.indices import Indicator, Tree, compare, evaluate
>>> tree = Tree((
...     Indicator("index"),
...     Indicator("speed", "index", weight=0.6, normalise="scale", low=1, high=5),
...     Indicator("wait", "index", weight=0.4, normalise="goalposts", low=0, high=60, cap=True, direction=-1),
... ))
>>> index = evaluate(tree, {"speed": [4.2, 3.9, 4.1], "wait": [12, 30, 14]}, units=["A", "B", "C"])
>>> [round(float(v), 2) for v in index.column()]
[80.0, 63.5, 77.17]
>>> covariance = index.covariance(np.diag([0.02, 0.02, 0.02, 4.0, 4.0, 4.0]))  # leaves outermost
>>> [(r["unit"], r["rank"], r["rank_low"], r["rank_high"], r["letters"])
...     for r in compare(index.column(), covariance=covariance, units=index.units).rows()]
[('A', 1, 1, 2, 'a'), ('C', 2, 1, 2, 'a'), ('B', 3, 3, 3, 'b')]

Public:

- tree: `Indicator`, `Tree` (``.from_table`` reads ``indicators.csv``), `check`
- index: `evaluate` -> `Index`; `carry_forward`; `normalise`, `NORMALISATIONS`
- civic rules: `Deduction`, `Bonus`, `Veto`, `Band`, `rules_from` (a plan's records), `adjust` -> `Adjusted`
- comparison: `compare` -> `Comparison`; `compact_letters`, `letters_of`, `rank`, `holm`
- waves: `chain` -> `Chain`, `linked` -> `Linked`; `changes` -> `Change`
- importance: `derived_importance`, `importance_performance` -> `ImportancePerformance`, `QUADRANTS`
- problems: `Problem` (an exception with ``findings``), `Finding`
"""

from __future__ import annotations

from zhiheng.measure.indices.aggregate import Index, carry_forward, evaluate
from zhiheng.measure.indices.civic import (
    Adjusted,
    Applied,
    Band,
    Bonus,
    Deduction,
    Veto,
    adjust,
    rules_from,
)
from zhiheng.measure.indices.compare import Comparison, compare, holm, rank
from zhiheng.measure.indices.importance import (
    QUADRANTS,
    ImportancePerformance,
    derived_importance,
    importance_performance,
)
from zhiheng.measure.indices.indicator import Indicator
from zhiheng.measure.indices.letters import compact_letters, letters_of
from zhiheng.measure.indices.normalise import NORMALISATIONS, Normalised, normalise
from zhiheng.measure.indices.problems import Finding, Problem
from zhiheng.measure.indices.progress import Chain, Change, Linked, chain, changes, linked
from zhiheng.measure.indices.tree import Tree, check

__all__ = [
    "NORMALISATIONS",
    "QUADRANTS",
    "Adjusted",
    "Applied",
    "Band",
    "Bonus",
    "Chain",
    "Change",
    "Comparison",
    "Deduction",
    "Finding",
    "ImportancePerformance",
    "Index",
    "Indicator",
    "Linked",
    "Normalised",
    "Problem",
    "Tree",
    "Veto",
    "adjust",
    "carry_forward",
    "chain",
    "changes",
    "check",
    "compact_letters",
    "compare",
    "derived_importance",
    "evaluate",
    "holm",
    "importance_performance",
    "letters_of",
    "linked",
    "normalise",
    "rank",
    "rules_from",
]
