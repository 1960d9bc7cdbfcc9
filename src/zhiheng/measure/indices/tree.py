"""The tree of an index: which indicators it has, how they hang together, and whether that makes sense."""

from __future__ import annotations

import math
from dataclasses import InitVar, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from zhiheng.measure.indices.indicator import (
    AGGREGATES,
    METHODS,
    TRANSFORMS,
    WITH_ENDS,
    Indicator,
    from_rows,
)
from zhiheng.measure.indices.problems import Finding, Problem, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Tree:
    """Indicators that form one index; a tree that exists is sound.

    Parameters
    ----------
    indicators
        In any order; the order is kept.
    bounds
        Scale of the index: what `scale`, `goalposts`, `minmax` and `percentile` map to.
    moments
        Mean and standard deviation that `zscore` maps to.
    normalise_weights
        Weights of siblings are divided by their sum instead of having to sum to 1 (or 100).
    rows
        Row number of each indicator in its table, for messages.

    Raises
    ------
    Problem
        With a finding for everything that is wrong.
    """

    indicators: tuple[Indicator, ...]
    bounds: tuple[float, float] = (0.0, 100.0)
    moments: tuple[float, float] = (50.0, 10.0)
    normalise_weights: InitVar[bool] = False
    rows: InitVar[Sequence[int] | None] = None

    def __post_init__(self, normalise_weights: bool, rows: Sequence[int] | None) -> None:
        indicators = tuple(self.indicators)
        findings = check(
            indicators, self.bounds, self.moments, normalise_weights=normalise_weights, rows=rows
        )
        if findings:
            raise Problem(findings)
        sums: dict[str | None, float] = {}
        for indicator in indicators:
            sums[indicator.parent] = sums.get(indicator.parent, 0.0) + indicator.weight
        object.__setattr__(
            self,
            "indicators",
            tuple(
                replace(one, weight=one.weight / sums[one.parent] if one.parent else 1.0)
                for one in indicators
            ),
        )

    @classmethod
    def from_table(
        cls,
        rows: Iterable[Mapping[str, object]],
        *,
        bounds: tuple[float, float] = (0.0, 100.0),
        moments: tuple[float, float] = (50.0, 10.0),
        normalise_weights: bool = False,
        first_row: int = 2,
    ) -> Tree:
        """Make a tree from the rows of ``indicators.csv`` (mappings of column to cell; see `from_rows`).

        Raises
        ------
        Problem
            With a finding for every cell that cannot be read and everything that is wrong with the tree.
        """
        indicators, numbers, findings = from_rows(rows, first_row)
        findings += check(indicators, bounds, moments, normalise_weights=normalise_weights, rows=numbers)
        if findings:
            raise Problem(sorted(findings, key=lambda finding: finding.row or 0))
        return cls(tuple(indicators), bounds, moments, normalise_weights=True, rows=numbers)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the order given: the columns of the values of an index."""
        return tuple(one.code for one in self.indicators)

    @cached_property
    def children(self) -> dict[str, tuple[int, ...]]:
        """Positions of the children of each node."""
        found: dict[str, list[int]] = {}
        for position, one in enumerate(self.indicators):
            if one.parent:
                found.setdefault(one.parent, []).append(position)
        return {code: tuple(positions) for code, positions in found.items()}

    @cached_property
    def leaves(self) -> tuple[Indicator, ...]:
        """The measured indicators, in the order given: the columns of the values put in."""
        return tuple(one for one in self.indicators if one.code not in self.children)

    @cached_property
    def nodes(self) -> tuple[Indicator, ...]:
        """The aggregates, children before parents: the order of computing."""
        found = [one for one in self.indicators if one.code in self.children]
        return tuple(sorted(found, key=lambda one: -self.depth(one.code)))

    @cached_property
    def root(self) -> Indicator:
        """The index itself."""
        return next(one for one in self.indicators if not one.parent)

    def __getitem__(self, code: str) -> Indicator:
        return self.indicators[self.codes.index(code)]

    def depth(self, code: str) -> int:
        """Steps up to the root."""
        return sum(1 for _ in _ancestors(code, {one.code: one.parent for one in self.indicators}))

    def effective_weights(self) -> dict[str, float]:
        """Product of the weights on the way to the root: the share of each indicator in an arithmetic index."""
        own = {one.code: one.weight for one in self.indicators}
        parents = {one.code: one.parent for one in self.indicators}
        return {
            code: math.prod([own[code], *(own[up] for up in _ancestors(code, parents))])
            for code in self.codes
        }


def _ancestors(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Walk up, stopping at the root, at an unknown parent, and when a cycle closes."""
    seen = {code}
    parent = parents.get(code)
    while parent and parent not in seen:
        yield parent
        seen.add(parent)
        parent = parents.get(parent)


def check(
    indicators: Sequence[Indicator],
    bounds: tuple[float, float] = (0.0, 100.0),
    moments: tuple[float, float] = (50.0, 10.0),
    *,
    normalise_weights: bool = False,
    rows: Sequence[int] | None = None,
) -> list[Finding]:
    """Everything that keeps these indicators from being a tree; empty when they are sound.

    Where codes or parents are wrong, who has which children is not known: then nothing is told of the sums of
    their weights, nor of a node that is measured.
    """
    numbers: Sequence[int | None] = rows if rows is not None else [None] * len(indicators)
    placed = list(zip(indicators, numbers, strict=True))
    findings: list[Finding] = []
    if not (math.isfinite(bounds[0]) and math.isfinite(bounds[1]) and bounds[0] < bounds[1]):
        findings.append(Finding("bounds_out_of_order", field="bounds", found=str(bounds)))
    if not (math.isfinite(moments[0]) and math.isfinite(moments[1]) and moments[1] > 0):
        findings.append(Finding("not_allowed", field="moments", found=str(moments), expected="(50, 10)"))
    structure = _structure(placed)
    findings += structure
    parents = {one.parent for one in indicators}
    for one, row in placed:
        own = _one(one, row, is_node=one.code in parents)
        findings += [f for f in own if not (structure and f.rule == "node_is_not_measured")]
    if not structure:
        findings += _weights(placed, normalise_weights=normalise_weights)
    findings += _positive_means(placed, bounds)
    return findings


Placed = list[tuple[Indicator, "int | None"]]


def _structure(placed: Placed) -> list[Finding]:
    findings: list[Finding] = []
    parents: dict[str, str | None] = {}
    for one, row in placed:
        if not one.code:
            findings.append(Finding("code_missing", "", row, "code"))
        elif one.code in parents:
            findings.append(Finding("duplicate_code", one.code, row, "code", one.code))
        else:
            parents[one.code] = one.parent
    roots = [code for code, parent in parents.items() if not parent]
    if len(roots) > 1:
        findings.append(Finding("several_roots", field="parent", found=some(roots)))
    if len(roots) == len(parents) == 1:
        findings.append(Finding("no_indicator", roots[0], field="parent"))
    in_cycle: set[str] = set()
    for one, row in placed:
        if one.parent and one.parent not in parents:
            findings.append(
                Finding("unknown_parent", one.code, row, "parent", one.parent, some(list(parents)))
            )
        up = list(_ancestors(one.code, parents))
        closes = parents.get(up[-1]) if up else one.parent
        if closes == one.code and one.code not in in_cycle:
            in_cycle |= {one.code, *up}
            path = " → ".join([one.code, *up, one.code])
            findings.append(Finding("cycle", one.code, row, "parent", path))
    if not roots and not in_cycle:
        findings.append(Finding("no_root", field="parent"))
    return findings


def _one(one: Indicator, row: int | None, *, is_node: bool) -> list[Finding]:
    """Check an indicator by itself."""

    def finding(rule: str, field: str, found: object, expected: object = "") -> Finding:
        return Finding(rule, one.code, row, field, str(found), str(expected))

    findings: list[Finding] = []
    if not (math.isfinite(one.weight) and one.weight > 0):
        findings.append(finding("weight_not_positive", "weight", one.weight))
    if one.direction not in {1, -1}:
        findings.append(finding("not_allowed", "direction", one.direction, "1, -1"))
    if one.aggregate not in AGGREGATES:
        findings.append(finding("not_allowed", "aggregate", one.aggregate, ", ".join(AGGREGATES)))
    if one.normalise not in METHODS:
        return [*findings, finding("not_allowed", "normalise", one.normalise, ", ".join(METHODS))]
    if one.transform is not None and one.transform not in TRANSFORMS:
        return [*findings, finding("not_allowed", "transform", one.transform, ", ".join(TRANSFORMS))]
    if is_node:
        if one.normalise != "none":
            findings.append(finding("node_is_not_measured", "normalise", f"normalise = {one.normalise}"))
        if one.transform is not None:
            findings.append(finding("node_is_not_measured", "transform", f"transform = {one.transform}"))
        return findings
    if one.normalise == "none" and one.direction == -1:
        findings.append(finding("direction_without_ends", "direction", one.direction))
    return findings + [finding(*what) for what in _ends(one)]


def _ends(one: Indicator) -> list[tuple[str, str, object, object]]:
    """Rule, field, found and expected for what is wrong with ``low`` and ``high`` of a leaf."""
    if one.normalise not in WITH_ENDS:
        given = one.low is not None or one.high is not None
        return [("ends_not_used", "low", one.normalise, "")] if given else []
    if one.low is None or one.high is None:
        return [("ends_missing", "low" if one.low is None else "high", one.normalise, "")]
    if not (math.isfinite(one.low) and math.isfinite(one.high) and one.low < one.high):
        return [("ends_out_of_order", "low", f"{one.low:g}, {one.high:g}", "")]
    if one.transform == "log" and one.low <= 0:
        return [("ends_outside_transform", "low", f"{one.low:g}", "> 0")]
    if one.transform == "sqrt" and one.low < 0:
        return [("ends_outside_transform", "low", f"{one.low:g}", "≥ 0")]
    return []


def _weights(placed: Placed, *, normalise_weights: bool) -> list[Finding]:
    if normalise_weights:
        return []
    sums: dict[str, float] = {}
    for one, _ in placed:
        if one.parent:
            sums[one.parent] = sums.get(one.parent, 0.0) + one.weight
    rows = {one.code: row for one, row in placed}
    return [
        Finding("weights_do_not_sum", code, rows[code], "weight", f"{total:.12g}", "1")
        for code, total in sums.items()
        if code in rows and abs(total - 1) > TOLERANCE and abs(total / 100 - 1) > TOLERANCE
    ]


def _positive_means(placed: Placed, bounds: tuple[float, float]) -> list[Finding]:
    """Find leaves that may be negative below a geometric or harmonic mean, or are zero by construction.

    Goalposts and scales with a lower bound of 0 pass: there 0 is a statement ("the worst possible"). Min-max
    and percentiles with a lower bound of 0 do not: the worst unit would always make the mean 0.
    """
    by_code = {one.code: one for one, _ in placed}
    parents = {one.code: one.parent for one, _ in placed}
    findings = []
    for one, row in placed:
        if one.code in parents.values() or one.normalise in {"none", "rank"}:
            continue
        uncapped = one.normalise == "goalposts" and not one.cap
        may_be_negative = one.normalise == "zscore" or bounds[0] < 0 or uncapped
        for up in _ancestors(one.code, parents):
            if up not in by_code or by_code[up].aggregate == "arithmetic":
                continue
            always_zero = up == one.parent and bounds[0] <= 0 and one.normalise in {"minmax", "percentile"}
            if may_be_negative or always_zero:
                findings.append(Finding("not_positive", one.code, row, "normalise", one.normalise, up))
                break
    return findings
