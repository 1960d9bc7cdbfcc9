"""Reading the index of a level: which wave is the last, who stands where, what has a sampling error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zhiheng.documents import Estimate, Text
from zhiheng.programme.report.names import Array, Names, estimate

if TYPE_CHECKING:
    from zhiheng.measure.indices.civic import Band
    from zhiheng.measure.indices.compare import Comparison
    from zhiheng.programme.indexing import LevelIndex
    from zhiheng.programme.run import Level

#: with more units the groups have more letters than a reader can follow, and rank intervals say the same
MOST_LETTERS = 50
#: lines in one chart of trends
MOST_LINES = 20
#: units that stand side by side as columns
MOST_COLUMNS = 20
#: indicators side by side that leave room for their names and figures
MOST_FIGURES = 12


def last_with_values(values: Array) -> int:
    """Position of the last wave in which anything was found, of (waves, units); −1 without any."""
    known = np.flatnonzero(np.isfinite(values).any(axis=1))
    return int(known[-1]) if len(known) else -1


def root_values(names: Names, index: LevelIndex) -> Array:
    """The index of each wave and unit."""
    values: Array = index.value[index.codes.index(names.root)]
    return values


def last_wave(names: Names, index: LevelIndex) -> int:
    """Position of the last wave with an index; −1 without any."""
    return last_with_values(root_values(names, index))


def order_of(values: Array) -> list[int]:
    """Units with a value, best first."""
    return [int(u) for u in np.argsort(-values, kind="stable") if np.isfinite(values[u])]


def in_error(level: Level, names: Names) -> bool:
    """Whether the index of a level has a sampling error."""
    if level.index is None:
        return False
    se = level.index.se[level.index.codes.index(names.root)]
    return bool((np.nan_to_num(se) > 0).any())


def lettered(level: Level, names: Names) -> bool:
    """Whether groups are told by letters."""
    return in_error(level, names) and len(level.units) <= MOST_LETTERS


def node_estimate(index: LevelIndex, code: str, w: int, u: int) -> Estimate | None:
    """A node of a unit in a wave, for a chart."""
    at = (index.codes.index(code), w, u)
    return estimate(*(float(a[at]) for a in (index.value, index.se, index.lower, index.upper)))


def rank_words(comparison: Comparison, unit: int) -> str:
    """Rank interval of a unit, such as 2–5; one number where it is certain."""
    return interval_words(int(comparison.rank_low[unit]), int(comparison.rank_high[unit]))


def interval_words(low: int, high: int) -> str:
    """Two ranks as 2–5; one number where they are the same."""
    return str(low) if low == high else f"{low}–{high}"


def band_name(band: Band) -> Text:
    """A band of the index in words."""
    return Text(band.name_zh or band.name_en or band.code, band.name_en or band.name_zh or band.code)


def lower(text: Text) -> Text:
    """The English side without a capital, for the middle of a sentence."""
    return Text(text.zh, text.en[:1].lower() + text.en[1:])
