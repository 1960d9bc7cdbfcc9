"""What the rounding of sums can make where there is nothing: differences of large numbers that should cancel.

All that is estimated comes from sums over rows, s = Σ w e, and each is known to a share of its size alone. Where a
formula takes two of them from each other and nothing should be left, that share is left, which looks like a small
value or a small variance and is none: answers that are all the same have a variance of exactly 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.estimation.influence import Totals

    Array = NDArray[np.float64]

DIGITS = 12
"""Digits of an answer as a person would write it."""

_POWERS = np.array([float(f"1e{k}") for k in range(23)])  # those that are exact


def share(n: Array) -> Array:
    """Give the share of its size to which a sum over n rows is known: ε (8 + 2√n + 3n/16), ε = 2.2e-16.

    A product of a weight and up to four factors is rounded a few times, by ε/2 each: that is the 8. To add it rounds
    the sum, by ε/2 at most, each time. Roundings of unlike numbers are as often up as down: √n of them are left
    (Higham 2002, Accuracy and Stability of Numerical Algorithms, 2.8), and 2√n is four times that. Equal numbers, of
    equal answers with equal weights, round the same way as long as the sum has the same power of two: up to
    ε (f - 2/3) n / 2f² of a sum of f such powers, which is most at f = 4/3, 3n/16. The bound nε/2 that any numbers keep
    would be reached by neither.
    """
    return np.asarray(np.finfo(np.float64).eps * (8 + 2 * np.sqrt(n) + 3 * n / 16))


def settled(difference: Array, size: Array, n: Array) -> Array:
    """Give a difference, and 0 where it is less than what rounding leaves of numbers of this size."""
    return np.where(np.abs(difference) <= share(n) * size, 0.0, difference)


def unmoved(
    totals: Totals, gradients: Array, values: Array, n: Array, *, where_zero: bool
) -> tuple[Array, Array]:
    """Find the estimates that do not vary: their variance is no more than rounding makes of none, and is 0.

    The influence of a unit is u = Σ_k g_k s_k, and where it should be 0 it is within share(n) Σ_k |g_k s_k|. Units
    whose squares are added up then have V ≤ (share(n) A)², A = Σ_k |g_k T_k| of the totals of the domain; n/(n-1) is
    within the margin of `share`. Where rows are the units, squares come from the pass as sums over rows, and it is
    these that cancel: V ≤ share(n) Q, Q = Σ_kl |g_k g_l Σ w² e_k e_l|.

    For a mean this is to say that answers are the same where their standard deviation is below a share of their
    distance from the constant that was taken off (`Source.shift`). Where rows are the units: 2e-7 with 100 answers,
    1.4e-6 with 10⁴, 1.3e-5 with a million. Where n answers lie in m units: 4e-16 (8 + 2√n + 3n/16) √m, as 1e-11 with
    10⁴ in 100. The constant has the digits that the first rows share, so that only a domain far from these comes near.

    Parameters
    ----------
    totals : of the domains.
    gradients : (variables, domains, terms); set to 0 for what does not vary, so that no covariance or contrast has
        noise of it either.
    values, n : (variables x domains,).
    where_zero : look only at values of 0, as of variances: the error of one that is small need not be.

    Returns
    -------
    Variances (variables, domains), and values: of those that do not vary the number of few digits, see `shortest`.
    """
    variance = totals.variance(gradients)
    shape = variance.shape
    known, sums = share(n).reshape(shape), np.abs(totals.totals)
    size = np.array([np.einsum("dk,kd->d", np.abs(g), sums) for g in gradients]).reshape(shape)
    still = variance <= (known * size) ** 2
    if totals.skeleton.rows_are_units:
        # sums of squares are not above twice the square of the sum, with any n/(n-1)
        for v in np.flatnonzero((~still & (variance <= 2 * known * size**2)).any(axis=1)):
            still[v] |= variance[v] <= known[v] * _squares(totals, np.abs(gradients[v]))
    if where_zero:
        still &= values.reshape(shape) == 0
    gradients[still] = 0.0
    return np.where(still, 0.0, variance), np.where(still.ravel(), shortest(values, size.ravel(), n), values)


def _squares(totals: Totals, gradient: Array) -> Array:
    """Add up what `Totals` adds up to the part of rows, each without sign: (domains, terms) in, (domains,) out."""
    result, used = np.zeros(totals.domains), np.flatnonzero(gradient.any(axis=0))
    for i, a in enumerate(used):
        for b in used[i:]:
            both = gradient[:, a] * gradient[:, b] * np.abs(totals.within(int(a), int(b)))
            result += both if a == b else 2 * both
    return result


def shortest(value: Array, size: Array, n: Array) -> Array:
    """Give, of the numbers that rounding cannot tell from a value, the one of `DIGITS` digits, where there is one.

    Parameters
    ----------
    value : (m,).
    size : (m,) of the numbers it was made from.
    n : (m,) rows.
    """
    whole = np.abs(value) + size
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.nan_to_num(DIGITS - 1 - np.floor(np.log10(whole)), posinf=0.0, neginf=0.0)
        power = _POWERS[np.clip(np.abs(place), 0, len(_POWERS) - 1).astype(int)]
        short = np.where(place >= 0, np.rint(value * power) / power, np.rint(value / power) * power)
        return np.where(np.abs(short - value) <= share(n) * whole, short, value)
