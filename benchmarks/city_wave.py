"""A made-up city wave of any size: 110 cities, 1,500 strata with 20 first-stage units each, 12 scores.

Usage: python benchmarks/city_wave.py ROWS FILE.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CITIES, STRATA, UNITS, SCORES = 110, 1500, 20, 12
FIRST_SEED = 20240601


def wave(rows: int) -> pa.Table:
    """Make the wave: every stratum has at least two first-stage units with answers.

    Parameters
    ----------
    rows : at least 3,000.
    """
    frame = np.random.default_rng(FIRST_SEED)
    sizes = frame.pareto(1.3, CITIES) + 1
    extra = frame.choice(CITIES, STRATA - 8 * CITIES, p=sizes / sizes.sum())
    city_of = np.sort(np.concatenate([np.repeat(np.arange(CITIES), 8), extra]))
    city_effect = frame.normal(0, 5, (CITIES, SCORES))
    stratum_effect = frame.normal(0, 3, (STRATA, SCORES))
    unit_effect = frame.normal(0, 5, (STRATA * UNITS, SCORES)).astype("f4")
    base = frame.uniform(55, 80, SCORES)

    draw = np.random.default_rng(rows)
    rest = rows - 2 * STRATA
    stratum = np.concatenate([np.repeat(np.arange(STRATA), 2), draw.integers(0, STRATA, rest)])
    unit = np.concatenate([np.tile([0, 1], STRATA), draw.integers(0, UNITS, rest)])
    order = draw.permutation(rows)
    stratum, unit = stratum[order].astype("i4"), unit[order].astype("i4")
    psu = (stratum * UNITS + unit).astype("i4")
    city = city_of[stratum].astype("i2")
    share = 1 / np.arange(1, 46) ** 0.6
    industry = draw.choice(45, rows, p=share / share.sum()).astype("i2")
    age = draw.choice(6, rows, p=[0.12, 0.2, 0.22, 0.2, 0.16, 0.1]).astype("i2")
    sex = draw.integers(0, 2, rows).astype("i2")
    education = draw.choice(5, rows, p=[0.1, 0.25, 0.35, 0.2, 0.1]).astype("i2")
    channel = draw.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1]).astype("i2")
    hukou = draw.choice(3, rows, p=[0.6, 0.3, 0.1]).astype("i2")
    weight = np.round(50 * (1 + city / 40.0) * np.exp(draw.normal(0, 0.35, rows)), 4)
    columns = {
        "city": city, "stratum": stratum, "psu": psu, "industry": industry, "age": age, "sex": sex,
        "edu": education, "channel": channel, "hukou": hukou, "w": weight,
    }  # fmt: skip
    for k in range(SCORES):
        score = base[k] + city_effect[city, k] + stratum_effect[stratum, k] + unit_effect[psu, k]
        score = score - 0.25 * (industry % 7) + 1.5 * (age - 2) * (k % 3 - 1)
        score = score + draw.normal(0, 15, rows).astype("f4")
        columns[f"y{k + 1}"] = np.round(np.clip(score, 0, 100), 1).astype("f8")
    return pa.table(columns)


def wave_file(rows: int, folder: Path) -> Path:
    """Give the file of a wave, making it when it is not there."""
    path = folder / f"wave_{rows}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(wave(rows), path, compression="zstd", row_group_size=1_000_000)
    return path


if __name__ == "__main__":
    pq.write_table(wave(int(float(sys.argv[1]))), sys.argv[2], compression="zstd", row_group_size=1_000_000)
