"""Bring indicators onto one scale: the registry of normalisations.

Each takes one indicator for all units and gives the normalised values, the derivative with respect to the raw value
and the end points used. With l, u the bounds of the index, f the transform, d the direction:

    scale, goalposts, minmax   y = l + (u − l)·t,  t = (f(x) − f(a)) / (f(b) − f(a)),  1 − t when d = −1
    zscore                     y = m + s·d·(f(x) − a) / b,  a, b mean and standard deviation (n − 1)
    rank                       y = rank of d·x, ties get the lowest, the best gets n
    percentile                 y = l + (u − l)·(rank − 1) / (n − 1)

Checked against COINr 1.1.14 (n_minmax, n_goalposts, n_zscore, n_rank, n_prank) on the ASEM index.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhiheng.measure.indices.indicator import FROM_DATA, Indicator
from zhiheng.measure.indices.problems import refuse

if TYPE_CHECKING:
    from zhiheng.measure.indices.tree import Tree

Array = NDArray[np.float64]
Ends = tuple[float, float] | None

SLACK = 1e-9
"""Beyond the ends of a scale by less than this share of it is rounding."""


@dataclass(frozen=True)
class Setting:
    """What a normalisation needs besides the values.

    Attributes
    ----------
    bounds, moments
        As in `Tree`.
    ends
        Declared end points (minmax: lowest and highest raw value; zscore: mean and standard deviation of the
        transformed values), or None to take them from the units.
    """

    bounds: tuple[float, float]
    moments: tuple[float, float]
    ends: Ends


#: values (..., units) -> normalised values, derivative or None where it has none, end points used
Normaliser = Callable[[Indicator, Array, Setting], tuple[Array, "Array | None", Ends]]


def _none(indicator: Indicator, x: Array, setting: Setting) -> tuple[Array, Array | None, Ends]:  # noqa: ARG001  one signature for all
    value, slope = transformed(indicator, x)
    return value, slope, None


def _between(indicator: Indicator, x: Array, setting: Setting) -> tuple[Array, Array | None, Ends]:
    """Map the stated ends, or those of the data, to the bounds."""
    if indicator.low is not None and indicator.high is not None:
        low, high = np.float64(indicator.low), np.float64(indicator.high)
        fixed: Ends = (indicator.low, indicator.high)
    elif setting.ends is not None:
        low, high = np.float64(setting.ends[0]), np.float64(setting.ends[1])
        fixed = setting.ends
    else:
        fixed = None
        low, high = np.nanmin(x, axis=-1, keepdims=True), np.nanmax(x, axis=-1, keepdims=True)
        if np.any(low == high):
            raise refuse("no_spread", code=indicator.code, found=f"{np.ravel(low)[0]:g}")
    if indicator.normalise == "scale" and not indicator.cap:
        slack = SLACK * (high - low)
        outside = (x < low - slack) | (x > high + slack)
        if np.any(outside):
            found = f"{x[outside].flat[0]:g} ({int(outside.sum())})"
            raise refuse("outside_scale", code=indicator.code, found=found, expected=f"[{low:g}, {high:g}]")
    inside = (x >= low) & (x <= high) if indicator.cap else np.ones(x.shape, dtype=bool)
    clipped = np.clip(x, low, high) if indicator.cap else x
    value, slope = transformed(indicator, clipped)
    (bottom, _), (top, _) = transformed(indicator, low), transformed(indicator, high)
    share = (value - bottom) / (top - bottom)
    span = setting.bounds[1] - setting.bounds[0]
    y = setting.bounds[0] + span * (share if indicator.direction == 1 else 1 - share)
    if fixed is None:
        used = (float(low.flat[0]), float(high.flat[0])) if x.ndim == 1 else None
        return y, None, used
    return y, np.where(inside, indicator.direction * span * slope / (top - bottom), 0.0), fixed


def _zscore(indicator: Indicator, x: Array, setting: Setting) -> tuple[Array, Array | None, Ends]:
    value, slope = transformed(indicator, x)
    mean, deviation = setting.moments
    if setting.ends is not None:
        centre, spread = setting.ends
        factor = indicator.direction * deviation / spread
        return mean + factor * (value - centre), factor * slope, setting.ends
    centres = np.nanmean(value, axis=-1, keepdims=True)
    spreads = np.nanstd(value, axis=-1, ddof=1, keepdims=True)
    if np.any(spreads == 0) or np.any(np.isnan(spreads)):
        raise refuse("no_spread", code=indicator.code, found=f"{np.ravel(centres)[0]:g}")
    y = mean + deviation * indicator.direction * (value - centres) / spreads
    return y, None, (float(centres.flat[0]), float(spreads.flat[0])) if x.ndim == 1 else None


def _rank(indicator: Indicator, x: Array, setting: Setting) -> tuple[Array, Array | None, Ends]:  # noqa: ARG001  one signature for all
    return ranks(x * indicator.direction), None, None


def _percentile(indicator: Indicator, x: Array, setting: Setting) -> tuple[Array, Array | None, Ends]:
    counted = np.sum(~np.isnan(x), axis=-1, keepdims=True)
    if np.any(counted < 2):
        raise refuse("no_spread", code=indicator.code, found=str(int(np.min(counted))))
    share = (ranks(x * indicator.direction) - 1) / (counted - 1)
    return setting.bounds[0] + (setting.bounds[1] - setting.bounds[0]) * share, None, None


NORMALISATIONS: dict[str, Normaliser] = {
    "none": _none,
    "scale": _between,
    "goalposts": _between,
    "minmax": _between,
    "zscore": _zscore,
    "rank": _rank,
    "percentile": _percentile,
}


def ranks(x: Array) -> Array:
    """Rank along the last axis, 1 for the lowest, ties sharing the lowest rank; missing stays missing.

    Neighbours that differ by no more than 1e-12 of the largest value are tied: the order of summing must not decide
    a rank. (COINr 1.1.14 and R's rank break such ties.)
    """
    order = np.argsort(x, axis=-1, kind="stable")  # missing last
    ordered = np.take_along_axis(x, order, axis=-1)
    slack = 1e-12 * np.max(np.abs(x), axis=-1, keepdims=True, initial=0.0, where=~np.isnan(x))
    position = np.broadcast_to(np.arange(x.shape[-1]), x.shape)
    starts = np.ones(x.shape, dtype=bool)
    starts[..., 1:] = np.diff(ordered, axis=-1) > slack
    first = np.maximum.accumulate(np.where(starts, position, 0), axis=-1)
    found = np.empty(x.shape)
    np.put_along_axis(found, order, first + 1.0, axis=-1)
    return np.where(np.isnan(x), np.nan, found)


def transformed(indicator: Indicator, x: Array | np.float64) -> tuple[Array, Array]:
    """The values and the derivative after the transform; the derivative of a root at 0 is missing."""
    x = np.asarray(x, dtype=np.float64)
    if indicator.transform is None:
        return x, np.ones_like(x)
    wrong = x <= 0 if indicator.transform == "log" else x < 0
    if np.any(wrong):
        found = f"{x[wrong].flat[0]:g} ({int(wrong.sum())})"
        expected = "> 0" if indicator.transform == "log" else "≥ 0"
        raise refuse("outside_transform", code=indicator.code, found=found, expected=expected)
    if indicator.transform == "log":
        return np.log(x), 1 / x
    root = np.sqrt(x)
    return root, 0.5 / np.where(root > 0, root, np.nan)


@dataclass(frozen=True)
class Normalised:
    """Leaves on the scale of the index.

    Attributes
    ----------
    values
        (..., units, leaves).
    derivative
        Same shape: of the normalised by the raw value; nan where the normalisation is not smooth.
    smooth
        For each leaf whether the delta method applies.
    ends
        End points used, by code; pass them as ``ends`` for a later wave to keep them fixed.
    """

    values: Array
    derivative: Array
    smooth: tuple[bool, ...]
    ends: dict[str, tuple[float, float]]


def normalise(tree: Tree, values: Array, ends: dict[str, tuple[float, float]] | None = None) -> Normalised:
    """Normalise every leaf of a tree.

    Parameters
    ----------
    values
        (..., units, leaves) raw values in the order of ``tree.leaves``; missing is nan. Leading axes are
        replicates, each with end points of its own unless they are declared.
    ends
        Declared end points by code for `minmax` and `zscore`. Declared end points are constants: the derivative
        exists, and units of another wave are measured with the same stick.

    Raises
    ------
    Problem
        ``outside_scale``, ``outside_transform``, ``no_spread``.
    """
    declared = ends or {}
    out = np.empty(values.shape)
    derivative = np.full(values.shape, np.nan)
    smooth, used = [], {}
    for k, leaf in enumerate(tree.leaves):
        given = declared.get(leaf.code)
        if (
            given is not None
            and not (leaf.normalise == "minmax" and given[0] < given[1])
            and not (leaf.normalise == "zscore" and given[1] > 0)
        ):
            rule = "ends_out_of_order" if leaf.normalise in FROM_DATA[:2] else "ends_not_used"
            found = f"{given}" if rule == "ends_out_of_order" else leaf.normalise
            raise refuse(rule, code=leaf.code, field="ends", found=found)
        if np.all(np.isnan(values[..., k])):
            out[..., k], derivative[..., k] = np.nan, 0.0
            smooth.append(leaf.normalise not in FROM_DATA)
            continue
        setting = Setting(tree.bounds, tree.moments, given)
        out[..., k], slope, kept = NORMALISATIONS[leaf.normalise](leaf, values[..., k], setting)
        if slope is not None:
            derivative[..., k] = np.where(np.isnan(values[..., k]), 0.0, slope)
        smooth.append(slope is not None)
        if kept is not None and leaf.normalise in {"minmax", "zscore"}:
            used[leaf.code] = kept
    return Normalised(out, derivative, tuple(smooth), used)
