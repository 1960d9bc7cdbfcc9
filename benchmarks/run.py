"""The engine beside its peers and fixed floors: every contender on the same file, in one run, in a process of its own.

Usage: python benchmarks/run.py [--rows 1e5 1e6 1e7] [--quick] [--skip-city] [--out docs/benchmarks.md]

Writes the page and, beside this file, results.json. Fails when the engine and a floor disagree by more than 1e-9.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DESIGNS = ("cluster", "element", "raked")
DOMAINS = {"city": 110, "industry": 45}
PEER_LIMIT = 120
CALLS = 5
AGREEMENT = 1e-9
LIBRARIES = ("zhiheng", "duckdb", "polars", "numpy", "scipy", "pyarrow", "svy")


@dataclass(frozen=True)
class Run:
    """One contender on one task.

    Attributes
    ----------
    seconds : median of the timed calls, after one call to warm up; None where there is nothing to tell.
    first : seconds from before the first import to the first result.
    peak : MB after the first call.
    peak_all : MB after all calls.
    calls : timed calls.
    note : why there are no seconds.
    differs : largest relative difference from ours, by result.
    """

    rows: int
    design: str
    by: str
    contender: str
    seconds: float | None = None
    first: float | None = None
    peak: float | None = None
    peak_all: float | None = None
    calls: int = 0
    note: str = ""
    differs: dict[str, float] | None = None


def median_of(told: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a run from what a contender printed."""
    return {
        "seconds": statistics.median(told["seconds"]),
        "first": told["first"],
        "peak": told["peak_first"],
        "peak_all": told["peak"],
        "calls": len(told["seconds"]),
    }


def contend(task: Run, file: Path, targets: Path, result: Path, memory: int) -> Run:
    """Run one contender in a process of its own."""
    command = [sys.executable, str(HERE / "contenders.py"), task.contender, str(file), task.design, task.by]
    command += ["--targets", str(targets), "--result", str(result), "--calls", str(CALLS)]
    if task.contender == "svy":
        command += ["--limit", str(PEER_LIMIT), "--memory", str(memory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGALRM:
        return replace(task, note=f"over {PEER_LIMIT} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        if task.contender != "svy":
            raise SystemExit(f"{task.contender} {task.design} by {task.by} at {task.rows:,} rows: {last}")
        # a peer that the memory limit ends says so in many ways, or in none
        lacked = done.returncode < 0 or "alloc" in last.lower() or "memory" in last.lower()
        return replace(task, note=f"over {memory / 1024:.0f} GB" if lacked else f"failed: {last[:80]}")
    return replace(task, **median_of(json.loads(done.stdout.splitlines()[-1])))


def with_r(task: Run, file: Path, targets: Path, result: Path) -> Run:
    """Run R survey; it reads a csv made for it beforehand, and the reading is not timed."""
    found = shutil.which("Rscript")
    if found is None:
        return replace(task, note="not installed here")
    import duckdb  # noqa: PLC0415 - only where R is

    rows, margins = result.with_suffix(".csv"), result.with_suffix(".targets.csv")
    if not rows.exists():
        duckdb.execute(f"COPY (SELECT * FROM read_parquet('{file}')) TO '{rows}' (HEADER)")
        wide = [
            f"{'_'.join(columns)},{'_'.join(map(str, level))},{target!r}"
            for columns, margin in json.loads(targets.read_text(encoding="utf-8"))
            for level, target in margin
        ]
        margins.write_text("\n".join(["margin,level,target", *wide]) + "\n", encoding="utf-8")
    given = [str(rows), str(margins), task.design, task.by, str(result), str(CALLS), str(PEER_LIMIT)]
    try:  # the reading comes on top of the limit
        done = subprocess.run(
            [found, "--vanilla", str(HERE / "peer.R"), *given], capture_output=True, text=True, check=False,
            timeout=2 * PEER_LIMIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return replace(task, note=f"over {PEER_LIMIT} s")
    if done.returncode:
        return replace(task, note=f"failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:80]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return replace(task, note=f"over {PEER_LIMIT} s") if told["over"] else replace(task, **median_of(told))


def compared(run: Run, ours: Path, other: Path) -> Run:
    """Compare a contender's results with ours: largest relative difference of each."""
    with np.load(ours) as a, np.load(other) as b:
        shared = [name for name in a.files if name in b.files]
        differs = {}
        for name in shared:
            x, y = np.asarray(a[name], dtype=float), np.asarray(b[name], dtype=float)
            if x.shape != y.shape:
                raise SystemExit(f"{run.contender}: {name} has shape {y.shape}, ours {x.shape}")
            differs[name] = float(np.nanmax(np.abs(y / x - 1)))
            if np.isnan(x).any() or np.isnan(y).any():
                differs[name] = float("inf")
    run = replace(run, differs=differs)
    if run.contender.startswith("floor"):
        bad = {name: d for name, d in differs.items() if not d <= AGREEMENT}
        if bad or not shared:
            raise SystemExit(
                f"{run.contender} {run.design} by {run.by} at {run.rows:,} rows disagrees with ours: {bad}"
            )
    return run


def targets_file(file: Path, folder: Path) -> Path:
    """Write the raking targets of a file, made from its own weighted margins."""
    path = folder / f"targets_{file.stem}.json"
    script = (
        "import json, sys; from floor import targets_of; "
        "json.dump([[c, [[v, t] for v, t in m.items()]] for c, m in targets_of(sys.argv[1]).items()], sys.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)], cwd=HERE, capture_output=True, text=True, check=True
    )
    path.write_text(done.stdout, encoding="utf-8")
    return path


def wave_file(rows: int) -> Path:
    """Give the file of a wave, made where it is not there; in another process, which takes its memory with it."""
    path = HERE / "data" / f"wave_{rows}.parquet"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        subprocess.run([sys.executable, str(HERE / "city_wave.py"), str(rows), str(part)], check=True)
        part.rename(path)
    return path


def whole_rows(
    rows: int, folder: Path, peers: Sequence[str], memory: int, fewer: Sequence[Run] = ()
) -> list[Run]:
    """Run all tasks on one file; `fewer` are the runs on smaller ones, which spare a peer that has no hope."""
    slowest = {(r.contender, r.design, r.by): r for r in fewer}
    file = wave_file(rows)
    targets = targets_file(file, folder)
    tasks = [(design, by) for design in DESIGNS for by in DOMAINS] + [("rake", "city")]
    runs = []
    for design, by in tasks:
        names = ["ours", "floor_duckdb", "floor_polars"]
        if design != "rake":
            names += ["scan_duckdb", "scan_polars", *peers]
        ours = folder / "ours.npz"
        for name in names:
            task, result = Run(rows, design, by, name), folder / f"{name}.npz"
            if name in peers and (before := hopeless(slowest.get((name, design, by)), rows)):
                run = replace(task, note=before)
            elif name == "r_survey":
                run = with_r(task, file, targets, folder / f"r_{rows}.npz")
            else:
                run = contend(task, file, targets, result, memory)
            if name.startswith("floor") or (name == "svy" and run.seconds is not None):
                run = compared(run, ours, result)
            runs.append(run)
            told = (
                f"{run.seconds:8.3f} s {run.peak:6.0f} MB"
                if run.seconds is not None and run.peak
                else run.note
            )
            print(f"{rows:>10,} {design:8} {by:9} {name:13} {told}", flush=True)
    return runs


def hopeless(before: Run | None, rows: int) -> str:
    """Say why a peer is not run: half the time it would take in proportion to the rows is over the limit already."""
    if before is None:
        return ""
    if before.seconds is None:
        return (
            before.note
            if before.note.startswith("not ")
            else f"not run: {before.note} at {before.rows:,} rows"
        )
    if before.seconds * rows / before.rows / 2 > PEER_LIMIT:
        return f"not run: {before.seconds:.0f} s at {before.rows:,} rows"
    return ""


# ── the two whole-process figures ─────────────────────────────────────────────────────────────────────────────────────


def import_seconds() -> float:
    """Median of 5 fresh processes."""
    script = "import time; a = time.perf_counter(); import zhiheng.measure; print(time.perf_counter() - a)"
    command = [sys.executable, "-c", script]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(CALLS)
    )


def city_seconds() -> float | None:
    """Median of 3 runs of the whole city example, all documents; None where it cannot run."""
    plan, command = ROOT / "examples" / "city", Path(sys.executable).parent / "zhiheng"
    if not command.exists():
        return None
    if not (plan / "data" / "answers.parquet").exists():
        subprocess.run([sys.executable, str(plan / "generate.py")], check=True)
    seconds = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as out:
            begin = time.perf_counter()
            done = subprocess.run(
                [str(command), "measure", str(plan), "--out", out],
                capture_output=True,
                text=True,
                check=False,
            )
            seconds.append(time.perf_counter() - begin)
            made = {p.name for p in Path(out).rglob("*")}
        if done.returncode or not {"report.html", "report.docx", "report.pdf", "results.xlsx"} <= made:
            print("examples/city did not run through:", (done.stderr or done.stdout).strip()[-300:])
            return None
    return statistics.median(seconds)


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def machine() -> dict[str, Any]:
    """Say what it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": cores, "memory_gb": round(memory / 2**30), "python": platform.python_version(),
        "system": platform.system(), "versions": versions,
    }  # fmt: skip


class Table:
    """Runs by task and contender."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = {(r.rows, r.design, r.by, r.contender): r for r in runs}
        self.tasks = list(dict.fromkeys((r.rows, r.design, r.by) for r in runs))

    def run(self, task: tuple[int, str, str], contender: str) -> Run | None:
        """Give one run."""
        return self.runs.get((*task, contender))

    def faster(self, task: tuple[int, str, str], kind: str) -> Run:
        """Give the faster of the two floors or scans."""
        both = [
            r for r in (self.run(task, f"{kind}_duckdb"), self.run(task, f"{kind}_polars")) if r is not None
        ]
        return min(both, key=lambda r: r.seconds or float("inf"))

    def ratio(self, task: tuple[int, str, str]) -> float:
        """Give ours over the floor, in seconds."""
        ours, floor = self.run(task, "ours"), self.faster(task, "floor")
        assert ours is not None
        assert ours.seconds is not None
        assert floor.seconds is not None
        return ours.seconds / floor.seconds


def told(run: Run | None, *, by: float | None = None) -> str:
    """Write a run's seconds, or why there are none."""
    if run is None:
        return "–"
    if run.seconds is None:
        return run.note
    text = f"{run.seconds:.3g}" if run.seconds < 100 else f"{run.seconds:.0f}"
    return text if by is None else f"{text} ({run.seconds / by:.3g}×)"


def size_table(table: Table, rows: int) -> list[str]:
    """Write the table of one size."""
    lines = [
        "| design | by | ours, s | floor, s | ours ÷ floor | scan, s | svy, s (÷ ours) | R survey, s "
        "| ours, MB | floor, MB | scan, MB | svy, MB |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for task in table.tasks:
        if task[0] != rows or task[1] == "rake":
            continue
        ours, floor, scan = table.run(task, "ours"), table.faster(task, "floor"), table.faster(task, "scan")
        svy = table.run(task, "svy")
        assert ours is not None
        library = {"floor_duckdb": "DuckDB", "floor_polars": "Polars"}[floor.contender]
        memory = [f"{r.peak:.0f}" if r is not None and r.peak else "–" for r in (ours, floor, scan, svy)]
        cells = [
            task[1], task[2], f"**{told(ours)}**", f"{told(floor)} ({library})", f"**{table.ratio(task):.2f}**",
            told(scan), told(svy, by=ours.seconds), told(table.run(task, "r_survey")), *memory,
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def goals(table: Table, imported: float, city: float | None) -> list[tuple[str, str, str, bool | None]]:
    """List what the project set out to reach: what, found, at most, reached."""
    found: list[tuple[str, float, float, str]] = []
    for task in table.tasks:
        rows, design, by = task
        name = f"{design} by {by}, {rows:,} rows"
        ours = table.run(task, "ours")
        if rows == 10**6 and design in ("cluster", "element") and by == "city":
            found.append((f"{name}: ours ÷ floor", table.ratio(task), 2.0, "×"))
        if rows == 10**6 and design == "raked":
            found.append((f"{name}: ours ÷ cells-only floor", table.ratio(task), 3.0, "×"))
        if rows == 10**6 and design == "rake":
            found.append(
                (f"raking alone, {rows:,} rows: ours ÷ cells-only floor", table.ratio(task), 3.0, "×")
            )
        if rows == 10**7 and design in DESIGNS:
            assert ours is not None
            floor = "cells-only floor" if design == "raked" else "floor"
            found.append((f"{name}: ours ÷ {floor}", table.ratio(task), 1.5, "×"))
            found.append((f"{name}: peak memory", ours.peak or 0.0, 1000.0, " MB"))
    found.append(("`import zhiheng.measure` in a fresh process", imported, 0.3, " s"))
    if city is not None:
        found.append(("`zhiheng measure examples/city`, all documents", city, 15.0, " s"))
    return [
        (what, f"{value:.3g}{unit}", f"{most:g}{unit}", value <= most) for what, value, most, unit in found
    ]


def page(table: Table, imported: float, city: float | None, on: dict[str, Any], peers_up_to: float) -> str:
    """Write the page."""
    versions = ", ".join(f"{n} {v}" for n, v in on["versions"].items())
    lines = [
        "# Benchmarks",
        "",
        "`make bench` writes this page and `benchmarks/results.json`. Seconds of different machines, or of different "
        "runs, do not compare; the ratios of one run do.",
        "",
        f"This run: {on['cores']} cores, {on['memory_gb']} GB, {on['system']}, Python {on['python']}; {versions}.",
        "",
        "**Task.** Means of 12 variables by 110 cities or by 45 industries, from one parquet file a size "
        "(`benchmarks/city_wave.py`: 1,500 strata, 30,000 first-stage units, unequal weights). "
        "*cluster*: strata, units, weights. *element*: strata, rows as units. "
        "*raked*: the cluster design, raked to age, sex × education and channel on every call, the raking in the "
        "standard errors; targets are the file's own margins, bent by up to a tenth.",
        "",
        "**Contenders.** Each in a process of its own: one call to warm up, then the median of 5, from the file to the "
        "result, imports not counted. Peak memory is the process's after one call, libraries included.",
        "",
        "- *ours*: `zhiheng.measure.mean` with value, se, interval, df, n and deff; before it `rake` where the design "
        "is raked.",
        "- *floor*: `benchmarks/floor.py`, written by hand for this file: value, se and n, nothing checked; the faster "
        "of a DuckDB and a Polars reading, both finished in NumPy. The run fails when ours differs from either by more "
        f"than {AGREEMENT:g} in any number.",
        "- *scan*: one sum of each column the task reads, the faster of DuckDB and Polars: no answer, only "
        "the reading.",
        f"- *svy* {on['versions']['svy']}: as its own guide tells, with df and deff; a process is ended when a call "
        f"takes over {PEER_LIMIT} s, and repeated only while all calls fit in that.",
        "- *R survey*: `benchmarks/peer.R` (`svyby`, without deff), reading not counted.",
        "",
        f"svy and R were asked on files of at most {peers_up_to:,.0f} rows.",
    ]
    for rows in dict.fromkeys(t[0] for t in table.tasks):
        lines += ["", f"## {rows:,} rows", "", *size_table(table, rows)]
        alone = (rows, "rake", "city")
        if table.run(alone, "ours"):
            floor = table.faster(alone, "floor")
            lines += [
                "",
                f"Raking alone: ours {told(table.run(alone, 'ours'))} s, cells-only floor {told(floor)} s, "
                f"ratio {table.ratio(alone):.2f}.",
            ]
    lines += ["", "## Set out to reach", "", "| what | found | at most | |", "|---|---:|---:|---|"]
    lines += [
        f"| {w} | {f} | {m} | {'reached' if ok else '**not reached**'} |"
        for w, f, m, ok in goals(table, imported, city)
    ]
    if city is None:
        lines += ["", "`zhiheng measure examples/city` was not run here."]
    lines += ["", "## Agreement with ours", "", *agreement(table)]
    return "\n".join(lines) + "\n"


def agreement(table: Table) -> list[str]:
    """Write the largest relative difference from ours of each contender, a design."""
    lines = [
        "Largest relative difference, over all sizes and domains:",
        "",
        "| contender | design | value | se | n | df | deff |",
    ]
    lines.append("|---|---|---:|---:|---:|---:|---:|")
    for contender in ("floor_duckdb", "floor_polars", "svy"):
        for design in DESIGNS:
            runs = [
                r.differs for k, r in table.runs.items() if k[1] == design and k[3] == contender and r.differs
            ]
            if not runs:
                continue
            names = ("value", "se", "n", "df", "deff")
            worst = [f"{max(d[n] for d in runs):.1e}" if n in runs[0] else "–" for n in names]
            lines.append(f"| {contender.replace('_', ', ')} | {design} | " + " | ".join(worst) + " |")
    return lines


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=float, nargs="+", default=[1e5, 1e6, 1e7])
    parser.add_argument("--quick", action="store_true", help="1e5 rows, no page: only prints")
    parser.add_argument("--skip-city", action="store_true", help="without the city example")
    parser.add_argument("--peers", nargs="*", default=["svy", "r_survey"], help="of svy and r_survey")
    parser.add_argument("--peers-up-to", type=float, default=1e7, help="svy and R on files of so many rows")
    parser.add_argument("--out", type=Path, help="the page; docs/benchmarks.md unless told or --quick")
    asked = parser.parse_args()
    sizes = [10**5] if asked.quick else [int(r) for r in asked.rows]
    out = asked.out or (None if asked.quick else ROOT / "docs" / "benchmarks.md")
    on = machine()
    peers = list(asked.peers)
    if on["versions"]["svy"] == "not installed" and "svy" in peers:
        peers.remove("svy")
        print("svy is not installed: pip install svy==0.35.0")
    memory = on["memory_gb"] * 1024 * 3 // 4
    imported = import_seconds()
    city = None if asked.skip_city else city_seconds()
    with tempfile.TemporaryDirectory() as folder:
        runs: list[Run] = []
        for rows in sorted(sizes):
            runs += whole_rows(rows, Path(folder), peers if rows <= asked.peers_up_to else [], memory, runs)
            text = page(Table(runs), imported, city, on, asked.peers_up_to)
            if out is not None:  # after every size: a run that is ended keeps what it has
                out.parent.mkdir(parents=True, exist_ok=True)
                out.write_text(text, encoding="utf-8")
                record = {
                    "machine": on,
                    "import_seconds": imported,
                    "city_seconds": city,
                    "runs": [asdict(r) for r in runs],
                }
                (HERE / "results.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print("\n" + text)


if __name__ == "__main__":
    main()
