"""One contender in a process of its own, so that its peak memory is its own.

Usage: python benchmarks/contenders.py CONTENDER FILE DESIGN BY --targets FILE.json --result FILE.npz

Prints one JSON line: versions, seconds from before the first import to the first result, seconds of each later call,
peak memory after the first call and after all.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Result: TypeAlias = dict[str, Any]
    Targets: TypeAlias = dict[tuple[str, ...], dict[tuple[int, ...], float]]
    Call: TypeAlias = Callable[[], Result]

SCORES = [f"y{k}" for k in range(1, 13)]
CELLS = ["age", "sex", "edu", "channel"]


def columns_read(design: str, by: str) -> list[str]:
    """Name the columns that the task needs."""
    if design == "rake":
        return [*CELLS, "w"]
    keys = ["stratum"] if design == "element" else ["stratum", "psu"]
    return [*SCORES, "w", *keys, by, *(CELLS if design == "raked" else [])]


def ours(file: str, design: str, by: str, targets: Targets) -> Call:
    """The engine: value, se, lower, upper, df, n and deff."""
    import numpy as np  # noqa: PLC0415 - a contender imports its own libraries and no others

    from zhiheng.measure import Design, mean, rake  # noqa: PLC0415 - as above

    cluster = Design(strata="stratum", clusters="psu", weights="w", nest=True)
    element = Design(strata="stratum", weights="w")
    asked = {
        (k[0] if len(k) == 1 else k): {(v[0] if len(v) == 1 else v): t for v, t in m.items()}
        for k, m in targets.items()
    }

    def call() -> Result:
        used = element if design == "element" else cluster
        if design in ("raked", "rake"):
            used = rake(file, used, asked).design
        if design == "rake":
            found: Any = used.calibration
            order = np.lexsort(
                np.array([[c[found.columns.index(k)] for c in found.cells] for k in reversed(CELLS)])
            )
            return {"factor": found.factors[order]}
        e = mean(file, SCORES, used, by=by)
        shape = (len(SCORES), -1)
        table = {name: getattr(e, name).reshape(shape) for name in ("value", "se", "df", "deff")}
        return table | {"n": e.n.reshape(shape)[0]}

    return call


def floor_of(library: str) -> Callable[[str, str, str, Targets], Call]:
    """Give the hand-written floor that reads with one library."""

    def contender(file: str, design: str, by: str, targets: Targets) -> Call:
        import floor  # noqa: PLC0415 - a contender imports its own libraries and no others

        rows = floor.duckdb_sums if library == "duckdb" else floor.polars_sums
        if design == "rake":
            return lambda: floor.rake(rows, file, targets)
        if design == "raked":
            return lambda: floor.raked(rows, file, by, targets)
        return lambda: (floor.cluster if design == "cluster" else floor.element)(rows, file, by)

    return contender


def scan_duckdb(file: str, design: str, by: str, targets: Targets) -> Call:
    """Bare scan: one sum of every column."""
    del targets
    import duckdb  # noqa: PLC0415 - a contender imports its own libraries and no others

    sums = ", ".join(f"sum({c})" for c in columns_read(design, by))

    def call() -> Result:
        with duckdb.connect() as connection:
            return {"sums": connection.execute(f"SELECT {sums} FROM read_parquet('{file}')").fetchall()[0]}

    return call


def scan_polars(file: str, design: str, by: str, targets: Targets) -> Call:
    """Bare scan: one sum of every column."""
    del targets
    import polars as pl  # noqa: PLC0415 - a contender imports its own libraries and no others

    columns = columns_read(design, by)
    return lambda: {
        "sums": pl.scan_parquet(file).select(pl.col(columns).sum()).collect(engine="streaming").row(0)
    }


def svy(file: str, design: str, by: str, targets: Targets) -> Call:
    """The package svy: value, se, df, n and deff, as its own guide tells."""
    import numpy as np  # noqa: PLC0415 - a contender imports its own libraries and no others
    import polars as pl  # noqa: PLC0415 - as above
    import svy as package  # noqa: PLC0415 - as above

    def call() -> Result:
        rows = pl.read_parquet(file, columns=columns_read(design, by))
        keys = {"stratum": "stratum", "wgt": "w"} | ({} if design == "element" else {"psu": "psu"})
        if design == "raked":  # it takes margins of one column
            rows = rows.with_columns((pl.col("sex").cast(pl.Int64) * 100 + pl.col("edu")).alias("sex_edu"))
        sample = package.Sample(rows, package.Design(**keys))
        if design == "raked":
            controls = {
                "_".join(k): {(v[0] * 100 + v[1] if len(v) == 2 else v[0]): t for v, t in m.items()}
                for k, m in targets.items()
            }
            sample = sample.weighting.rake(controls=controls, wgt_name="raked", tol=1e-12, max_iter=1000)
        found = [e.to_polars().sort(by) for e in sample.estimation.mean(SCORES, by=by, deff="wor")]
        names = {"value": "est", "se": "se", "df": "df", "deff": "deff"}
        table = {
            name: np.array([f[column].to_numpy() for f in found], dtype=float)
            for name, column in names.items()
        }
        return table | {"n": found[0]["n"].to_numpy()}

    return call


CONTENDERS: dict[str, Callable[[str, str, str, Targets], Call]] = {
    "ours": ours,
    "floor_duckdb": floor_of("duckdb"),
    "floor_polars": floor_of("polars"),
    "scan_duckdb": scan_duckdb,
    "scan_polars": scan_polars,
    "svy": svy,
}


def targets_from(path: Path) -> Targets:
    """Read targets: [[columns, [[levels, target], …]], …]."""
    return {tuple(c): {tuple(v): t for v, t in m} for c, m in json.loads(path.read_text(encoding="utf-8"))}


def peak() -> float:
    """Give the peak memory so far, MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Run the contender: one call to warm up, then the timed ones."""
    parser = argparse.ArgumentParser()
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("file")
    parser.add_argument("design", choices=["cluster", "element", "raked", "rake"])
    parser.add_argument("by")
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=5)
    parser.add_argument(
        "--limit", type=int, default=0, help="seconds a call may take, and all timed calls together"
    )
    parser.add_argument("--memory", type=int, default=0, help="MB the process may take")
    asked = parser.parse_args()
    if asked.memory:
        resource.setrlimit(resource.RLIMIT_DATA, (asked.memory << 20, asked.memory << 20))
    targets = targets_from(asked.targets)

    signal.alarm(asked.limit)  # a call that takes longer ends the process; 0 is never
    begin = time.perf_counter()
    call = CONTENDERS[asked.contender](asked.file, asked.design, asked.by, targets)
    result = call()
    first, peak_first = time.perf_counter() - begin, peak()
    seconds: list[float] = []
    while len(seconds) < asked.calls and (
        not asked.limit or not seconds or sum(seconds) + first < asked.limit
    ):
        signal.alarm(asked.limit)
        begin = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - begin)
    signal.alarm(0)
    told = {"first": first, "seconds": seconds, "peak_first": peak_first, "peak": peak()}
    if asked.contender.startswith("scan"):
        print(json.dumps(told))
        return
    import numpy as np  # noqa: PLC0415 - after the measuring

    np.savez(asked.result, **result)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
