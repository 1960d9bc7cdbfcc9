"""From the indicators of units to their index: every node of the tree, with its derivative in every raw value.

With w the weights of the children present, c their values:

    arithmetic   Σ w·c             ∂/∂c = w
    geometric    exp Σ w·ln c      ∂/∂c = w·v / c
    harmonic     1 / Σ w/c         ∂/∂c = w·v² / c²

The Jacobian of a node in the raw leaves is the chain rule up the tree. A child of 0 makes a geometric or harmonic
mean 0; it has no derivative there, so the standard error is missing, never wrong.

Checked against COINr 1.1.14 (a_amean, a_gmean, a_hmean) on the ASEM index, the published HDI, and finite differences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from zhiheng.measure.indices.normalise import Array, normalise
from zhiheng.measure.indices.problems import Finding, Problem, refuse, some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.indices.indicator import Indicator
    from zhiheng.measure.indices.tree import Tree

Missing = Literal["renormalise", "fail"]


@dataclass(frozen=True)
class Index:
    """An index of several units.

    Attributes
    ----------
    tree, units
        What was measured, of whom.
    values
        (units, codes), or (replicates, units, codes): nodes and normalised leaves, columns as ``tree.codes``.
        nan where nothing below the node was present.
    jacobian
        (units, codes, leaves): of each value in the raw leaves of the same unit; None for replicates. nan where it
        does not exist (ranks, percentiles, end points from the data, a geometric mean at 0).
    smooth
        For each code whether it is smooth in the raw leaves: whether the delta method applies.
    missing
        (units, leaves) or with replicates: the values that were not there and whose weight went to the others.
    ends
        End points taken from the data or declared, by code; declare them for the next wave.
    """

    tree: Tree
    units: tuple[str, ...]
    values: Array
    jacobian: Array | None
    smooth: tuple[bool, ...]
    missing: NDArray[np.bool_]
    ends: dict[str, tuple[float, float]]

    def column(self, code: str | None = None) -> Array:
        """(…, units) values of one code; the index itself without a code."""
        return self.values[..., self._position(code)]

    def linear(self, code: str | None = None) -> Array:
        """(units, leaves × units) derivative of one code in all raw values.

        Columns have leaves outermost, as the rows of estimates over several variables and one domain.

        Raises
        ------
        Problem
            ``not_smooth``: use replicates.
        """
        position = self._position(code)
        if self.jacobian is None or not self.smooth[position]:
            raise refuse("not_smooth", code=self.tree.codes[position], found=self.tree.codes[position])
        slopes = self.jacobian[:, position, :]
        count, leaves = slopes.shape
        out = np.zeros((count, leaves, count))
        out[np.arange(count), :, np.arange(count)] = slopes
        return out.reshape(count, leaves * count)

    def covariance(self, covariance: Array, code: str | None = None) -> Array:
        """(units, units) covariance of one code by the delta method.

        Parameters
        ----------
        covariance
            (leaves × units, leaves × units) of the raw values, leaves outermost; what belongs to missing values is
            not read. Leaves without sampling error have rows and columns of 0.
        """
        size = self.missing.size
        if covariance.shape != (size, size):
            raise refuse("shape", field="covariance", found=covariance.shape, expected=(size, size))
        absent = self.missing.T.ravel()
        used = np.where(absent[:, None] | absent[None, :], 0.0, covariance)
        linear = self.linear(code)
        result: Array = linear @ used @ linear.T
        return result

    def rows(self) -> list[dict[str, object]]:
        """One row a unit and code: unit, code, parent, value."""
        return [
            {"unit": unit, "code": one.code, "parent": one.parent, "value": float(value)}
            for unit, line in zip(self.units, self.values, strict=True)
            for one, value in zip(self.tree.indicators, line, strict=True)
        ]

    def _position(self, code: str | None) -> int:
        return self.tree.codes.index(self.tree.root.code if code is None else code)


def evaluate(
    tree: Tree,
    values: Mapping[str, Sequence[float] | Array] | Array,
    units: Sequence[str] | None = None,
    *,
    missing: Missing = "renormalise",
    ends: dict[str, tuple[float, float]] | None = None,
) -> Index:
    """Compute an index: normalise the leaves, then aggregate up the tree.

    Parameters
    ----------
    values
        Code of the leaf to its values, one a unit; or an array (units, leaves) in the order of ``tree.leaves``; or
        (replicates, units, leaves). Missing is nan.
    units
        Names; "1", "2", … without.
    missing
        ``renormalise``: the weights of the children present are divided by their sum. ``fail``: only indicators
        that are optional may be missing. A unit without any value is not measured, under both: its index is nan.
        To carry values forward from an earlier wave, see `carry_forward`.
    ends
        Declared end points; see `normalise`.

    Raises
    ------
    Problem
        ``no_data``, ``missing_value``, ``infinite_value``, ``negative_in_mean`` and those of `normalise`.
    """
    x = _array(tree, values)
    names = (
        tuple(str(unit) for unit in units)
        if units is not None
        else tuple(str(i + 1) for i in range(x.shape[-2]))
    )
    if len(names) != x.shape[-2]:
        raise refuse("shape", field="units", found=len(names), expected=x.shape[-2])
    _check_values(tree, x, names, missing)
    leaves = normalise(tree, x, ends)
    position = {code: i for i, code in enumerate(tree.codes)}
    out = np.full((*x.shape[:-1], len(tree.codes)), np.nan)
    smooth = [True] * len(tree.codes)
    jacobian = np.zeros((*out.shape, len(tree.leaves))) if x.ndim == 2 else None
    for k, leaf in enumerate(tree.leaves):
        at = position[leaf.code]
        out[..., at] = leaves.values[..., k]
        smooth[at] = leaves.smooth[k]
        if jacobian is not None:
            jacobian[:, at, k] = leaves.derivative[:, k]
    for node in tree.nodes:
        at, below = position[node.code], list(tree.children[node.code])
        weights = np.array([tree.indicators[i].weight for i in below])
        out[..., at], slopes = mean_of_children(node, out[..., below], weights, names)
        smooth[at] = all(smooth[i] for i in below)
        if jacobian is not None:
            chained = np.where(slopes[..., None] == 0, 0.0, slopes[..., None] * jacobian[:, below, :])
            jacobian[:, at, :] = chained.sum(axis=1)
    return Index(tree, names, out, jacobian, tuple(smooth), np.isnan(x), leaves.ends)


def mean_of_children(
    node: Indicator, children: Array, weights: Array, units: Sequence[str]
) -> tuple[Array, Array]:
    """The node's mean over the children present, and its derivative in each child (0 in an absent one).

    Parameters
    ----------
    children
        (..., units, children).
    weights
        (children,).
    """
    present = ~np.isnan(children)
    w = np.where(present, weights, 0.0)
    total = w.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        w = w / total  # nan where nothing is present
        if node.aggregate == "arithmetic":
            return np.where(present, w * children, 0.0).sum(axis=-1) + 0 * total[..., 0] / total[..., 0], w
        if np.any(children < 0):
            worst = np.argwhere(children < 0)[:, -2]
            raise refuse(
                "negative_in_mean", code=node.code, found=some(sorted({units[int(i)] for i in worst}))
            )
        if node.aggregate == "geometric":
            logs = np.where(present, w * np.log(np.where(present, children, 1.0)), 0.0)
            value = np.exp(logs.sum(axis=-1, keepdims=True)) + 0 * total / total
            return value[..., 0], np.where(present, w * value / children, 0.0)
        value = 1 / np.where(present, w / children, 0.0).sum(axis=-1, keepdims=True) + 0 * total / total
        slope = np.where(value > 0, w * (value / children) ** 2, np.nan)
        return value[..., 0], np.where(present, slope, 0.0)


def carry_forward(waves: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Fill missing values with those of the wave before: the rule ``carry``.

    Parameters
    ----------
    waves
        (waves, units, leaves) raw values; missing is nan.

    Returns
    -------
    filled, carried
        Same shape; ``carried`` marks what was filled, to be shown with the result.
    """
    filled = np.array(waves, dtype=np.float64)
    for t in range(1, len(filled)):
        filled[t] = np.where(np.isnan(filled[t]), filled[t - 1], filled[t])
    return filled, np.isnan(waves) & ~np.isnan(filled)


def _array(tree: Tree, values: Mapping[str, Sequence[float] | Array] | Array) -> Array:
    if isinstance(values, Mapping):
        absent = [leaf.code for leaf in tree.leaves if leaf.code not in values and not leaf.optional]
        unknown = [code for code in values if code not in {leaf.code for leaf in tree.leaves}]
        if absent or unknown:
            raise Problem(
                [Finding("no_data", code) for code in absent]
                + [Finding("unknown_field", code, found=code, expected=some(tree.codes)) for code in unknown]
            )
        columns = {code: np.asarray(column, dtype=np.float64) for code, column in values.items()}
        sizes = {column.shape for column in columns.values()}
        if len(sizes) != 1 or len(next(iter(sizes))) != 1:
            raise refuse("shape", field="values", found=sorted(sizes), expected="(units,)")
        empty = np.full(next(iter(sizes)), np.nan)
        return np.column_stack([columns.get(leaf.code, empty) for leaf in tree.leaves])
    x = np.asarray(values, dtype=np.float64)
    if x.ndim not in {2, 3} or x.shape[-1] != len(tree.leaves):
        raise refuse("shape", field="values", found=x.shape, expected=f"(…, units, {len(tree.leaves)})")
    return x


def _check_values(tree: Tree, x: Array, units: Sequence[str], missing: Missing) -> None:
    findings: list[Finding] = []
    stacked = x.reshape(-1, *x.shape[-2:])  # (replicates or 1, units, leaves)
    gone: NDArray[np.bool_] = np.isnan(stacked)
    infinite: NDArray[np.bool_] = np.isinf(stacked)
    measured = ~gone.all(axis=-1)
    for k, leaf in enumerate(tree.leaves):
        if infinite[..., k].any():
            found = some([units[int(i)] for i in np.flatnonzero(infinite[..., k].any(axis=0))])
            findings.append(Finding("infinite_value", leaf.code, found=found))
        if leaf.optional:
            continue
        if gone[..., k].all(axis=-1).any():
            findings.append(Finding("no_data", leaf.code))
        elif missing == "fail" and (gone[..., k] & measured).any():
            found = some([units[int(i)] for i in np.flatnonzero((gone[..., k] & measured).any(axis=0))])
            findings.append(Finding("missing_value", leaf.code, found=found))
    if findings:
        raise Problem(findings)
