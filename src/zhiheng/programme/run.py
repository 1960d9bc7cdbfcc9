"""Measure a programme: check, weigh, estimate, index, compare, and write what was found."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiheng.documents.problems import Problem as DocumentProblem
from zhiheng.measure.indices.importance import ImportancePerformance
from zhiheng.measure.indices.indicator import FROM_DATA
from zhiheng.measure.indices.problems import Problem as IndexProblem
from zhiheng.measure.indices.tree import Tree
from zhiheng.measure.problems import Problem as EngineProblem
from zhiheng.measure.weighting import Step
from zhiheng.programme import record, results
from zhiheng.programme.area_checks import Unit
from zhiheng.programme.estimation import Analysis, LevelEstimates, analysis_of, estimate_level, unit_code
from zhiheng.programme.indexing import LevelIndex, index_level
from zhiheng.programme.ledger import LedgerEntry
from zhiheng.programme.plan import WHOLE, Domain, Margin, Plan, Words
from zhiheng.programme.preparation import Prepared, Progress, prepare, quiet
from zhiheng.programme.problems import Finding, Problem
from zhiheng.programme.questionnaire import Labels
from zhiheng.programme.questions import (
    Distributions,
    QuestionTable,
    distributions,
    importance_of,
    question_tables,
)
from zhiheng.programme.section import FILE
from zhiheng.programme.tables import CleanTable
from zhiheng.programme.target_checks import Targets

if TYPE_CHECKING:
    import pyarrow as pa

    from zhiheng.documents.words import Language

#: the word for everybody
EVERYBODY = Words("总体", "All")


@dataclass(frozen=True)
class Level:
    """One level of the report.

    Attributes
    ----------
    code, name
        ``all`` for the whole.
    units, names
        Codes in order (as in results.parquet), and words for them.
    estimates
        Every statistic, (waves, units).
    index
        None where the plan makes none.
    """

    code: str
    name: Words
    units: tuple[str, ...]
    names: tuple[Words, ...]
    estimates: LevelEstimates
    index: LevelIndex | None


@dataclass(frozen=True)
class Run:
    """Everything a run found; the report is composed from it.

    Attributes
    ----------
    plan, tree
        What was measured; `tree` is none without an index.
    levels
        The whole first (where it has figures), then the domains of the plan.
    weighting
        Steps by table; tables without weighting are left out.
    analyses
        Tables with their designs, by name.
    questions, importance
        The table of every question, the four quadrants (none where the plan asks for none).
    labels
        Words for columns and their values.
    findings, ledger
        Warnings of the check and of the run; where every row went.
    results, record
        The long table and the record, as written to results.parquet and run.json.
    out, files
        Folder and files written.
    """

    plan: Plan
    tree: Tree | None
    levels: tuple[Level, ...]
    weighting: Mapping[str, tuple[Step, ...]]
    analyses: Mapping[str, Analysis]
    questions: tuple[QuestionTable, ...]
    labels: Labels
    importance: ImportancePerformance | None
    findings: tuple[Finding, ...]
    ledger: tuple[LedgerEntry, ...]
    results: pa.Table
    record: Mapping[str, Any]
    out: Path
    files: tuple[Path, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    def level(self, code: str) -> Level:
        """A level by code.

        Raises
        ------
        KeyError
            There is none.
        """
        for level in self.levels:
            if level.code == code:
                return level
        raise KeyError(code)


def measure(
    plan: str | Path,
    data: str | Path | None = None,
    out: str | Path = "out",
    *,
    exact: bool = False,
    formats: Sequence[str] | None = None,
    language: Language | None = None,
    progress: Progress = quiet,
) -> Run:
    """Measure a programme and write what was found.

    Parameters
    ----------
    plan
        The programme folder.
    data
        Folder that the paths of tables are relative to; by default the programme folder.
    out
        Folder for results.parquet, run.json and the documents; made when it is not there.
    exact
        One thread, so that results.parquet has the same bytes on every run.
    formats
        Of `plan_file.FORMATS`; by default those of the plan. results.parquet and run.json are always written.
    language
        Of the documents that hold one, and first in the page; by default the plan's first.
    progress
        Called with what is being done, steps done, steps in all.

    Raises
    ------
    zhiheng.programme.problems.Problem
        The check found errors, or the engine refused: nothing is written. Or something cannot be written.
    """
    clock = _Clock(progress)
    prepared = clock.timed("check", 0, 6, lambda: prepare(plan, data))
    if prepared.failed or prepared.plan is None:
        raise Problem(prepared.findings)
    _try_folder(Path(out))
    plan_of_run = prepared.plan
    if language is not None:
        told = tuple(dict.fromkeys((language, *plan_of_run.outputs.language)))
        plan_of_run = replace(plan_of_run, outputs=replace(plan_of_run.outputs, language=told))
    try:
        run = _measured(prepared, plan_of_run, Path(data) if data is not None else Path(plan), Path(out), clock,
                        exact=exact)  # fmt: skip
    except EngineProblem as error:
        raise Problem([Finding("not_measured", found=(error.text("zh"), error.text("en")))]) from error
    except IndexProblem as error:
        rules = {a.code for a in prepared.plan.index.adjust} if prepared.plan.index else set()
        found = [
            Finding(
                "not_measured",
                FILE if f.code in rules else prepared.plan.indicator_file,
                found=(f.message("zh"), f.message("en")),
            )
            for f in error.findings
        ]
        raise Problem(found) from error
    wanted = tuple(formats) if formats is not None else run.plan.outputs.formats
    try:
        run.out.mkdir(parents=True, exist_ok=True)
        results.write(run.results, run.out / "results.parquet")
        files = [run.out / "results.parquet"]
        files += clock.timed(
            "documents", 5, 6, lambda: _documents(run, [f for f in wanted if f != "parquet"])
        )
        files.append(run.out / record.RECORD)
        written = {**run.record, "files": [f.name for f in files], "timings": dict(clock.seconds)}
        record.write(written, files[-1])
    except OSError as error:
        raise _unwritable(str(error.filename or run.out), error) from error
    except DocumentProblem as error:
        raise Problem([Finding("not_written", found=(error.text("zh"), error.text("en")))]) from error
    progress("", 6, 6)
    return replace(run, files=tuple(files), timings=dict(clock.seconds))


def _try_folder(out: Path) -> None:
    """Try whether results can be written, before the work and not after it."""
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise _unwritable(str(out), error) from error


def _unwritable(path: str, error: OSError) -> Problem:
    told = DocumentProblem("file_unwritable", path=path, found=error.strerror or str(error))
    return Problem([Finding("not_written", found=(told.text("zh"), told.text("en")))])


def _measured(prepared: Prepared, plan: Plan, data: Path, out: Path, clock: _Clock, *, exact: bool) -> Run:
    analyses = clock.timed(
        "weights",
        1,
        6,
        lambda: {
            n: _weighted(plan, t, prepared.margins.get(n, ()), exact=exact)
            for n, t in prepared.tables.items()
        },
    )
    levels, shares = clock.timed("estimates", 2, 6, lambda: _estimated(prepared, plan, analyses, exact=exact))
    whole = next((level for level in levels if level.code == WHOLE), None)
    questions = question_tables(plan, analyses, whole.estimates, shares, prepared.questions) if whole else ()
    importance = clock.timed(
        "importance",
        3,
        6,
        lambda: importance_of(
            plan,
            analyses,
            whole.index if whole else None,
            {leaf.code: leaf.direction for leaf in prepared.tree.leaves} if prepared.tree else {},
            exact=exact,
        ),
    )
    methods = _methods(plan, analyses)
    sources = {name: table.source for name, table in prepared.tables.items() if table.source is not None}
    found = clock.timed(
        "results",
        4,
        6,
        lambda: results.table_of(
            [results.rows_of(plan, level.estimates, level.index, methods) for level in levels]
        ),
    )
    figures = {
        level.code: dict(level.index.method) if level.index is not None else methods for level in levels
    }
    return Run(
        plan=plan,
        tree=prepared.tree,
        levels=levels,
        weighting={n: a.steps for n, a in analyses.items() if a.steps},
        analyses=analyses,
        questions=questions,
        labels=prepared.questions,
        importance=importance,
        findings=prepared.findings,
        ledger=prepared.ledger.entries(),
        results=found,
        record=record.record_of(
            plan, data, analyses, {"indicators": methods, "levels": figures}, prepared.findings, prepared.ledger,
            levels=levels, sources=sources, exact=exact,
        ),
        out=out,
    )  # fmt: skip


def _weighted(
    plan: Plan, table: CleanTable, margins: Sequence[tuple[Margin, Targets]], *, exact: bool
) -> Analysis:
    """Make the analysis of a table; where its weights cannot be made, tell which table and which margins."""
    try:
        return analysis_of(plan, table, margins, exact=exact)
    except EngineProblem as error:
        where = f"tables.{table.plan.name}." + ("weighting" if table.plan.weighting else "design")
        files = [m.path for m, _ in margins]
        name = f"plan.toml ({', '.join(files)})" if files else "plan.toml"
        raise Problem(
            [Finding("not_measured", name, column=where, found=(error.text("zh"), error.text("en")))]
        ) from error


def _estimated(
    prepared: Prepared, plan: Plan, analyses: Mapping[str, Analysis], *, exact: bool
) -> tuple[tuple[Level, ...], Distributions]:
    """Measure every level and every distribution; two at a time, for a piece is now the database's work, now ours."""
    published = all(t.role == "published" for t in plan.tables)
    whole = not published if plan.index is None or plan.index.whole is None else plan.index.whole
    asked: list[Domain | None] = [*([None] if whole else []), *plan.domains]
    for analysis in analyses.values():
        if analysis.plan.role != "published":
            _ = analysis.final_weights  # found once, before the pieces share them
    own = [{name: analysis.apart() for name, analysis in analyses.items()} for _ in range(len(asked) + 1)]
    with ThreadPoolExecutor(max_workers=1 if exact else 2) as pool:
        shares = pool.submit(distributions, plan, own[-1], prepared.questions, exact=exact) if whole else None
        levels = list(
            pool.map(lambda domain, mine: _level(prepared, plan, mine, domain, exact=exact), asked, own[:-1])
        )
    for mine in own:
        for name, analysis in mine.items():
            analyses[name].passes += analysis.passes
            analyses[name].methods.update(analysis.methods)
    return tuple(level for level in levels if level.units), shares.result() if shares else {}


def _level(
    prepared: Prepared, plan: Plan, analyses: Mapping[str, Analysis], domain: Domain | None, *, exact: bool
) -> Level:
    tree = prepared.tree
    # only replicates of an index that is not smooth need the products between statistics
    joint = tree is not None and any(leaf.normalise in FROM_DATA for leaf in tree.leaves)
    found = estimate_level(plan, analyses, domain, joint=joint, exact=exact)
    index = None
    if tree is not None and found.units and (domain is None or domain.index):
        index = index_level(plan, tree, found, analyses, exact=exact)
    labels = prepared.labels.get(found.level, {})
    return Level(
        code=found.level,
        name=domain.name if domain else EVERYBODY,
        units=tuple(unit_code(u) for u in found.units),
        names=tuple(_name(u, labels) for u in found.units),
        estimates=found,
        index=index,
    )


def _name(unit: Unit, labels: Mapping[Unit, Words]) -> Words:
    if not unit:
        return EVERYBODY
    return labels.get(unit) or Words(unit_code(unit), unit_code(unit))


def _methods(plan: Plan, analyses: Mapping[str, Analysis]) -> dict[str, str]:
    """The method of each indicator by its code, and of each statistic of a table by ``table:statistic``."""
    calls = {"mean": "mean", "proportion": "mean", "total": "total"}
    of_table = {
        f"{name}:{statistic}": analysis.methods[call]
        for name, analysis in analyses.items()
        for statistic, call in calls.items()
        if call in analysis.methods
    }
    return {c: of_table.get(f"{m.table}:{m.statistic}", "published value") for c, m in plan.leaves} | of_table


def _documents(run: Run, formats: Sequence[str]) -> list[Path]:
    if not formats:
        return []
    from zhiheng.programme.report import write  # noqa: PLC0415 - slow import, only when documents are asked for

    return write(run, run.out, formats)


class _Clock:
    """Times the steps and tells the progress."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    def timed(self, what: str, done: int, steps: int, work: Callable[[], Any]) -> Any:
        """Do a step."""
        self.progress(what, done, steps)
        start = time.perf_counter()
        made = work()
        self.seconds[what] = round(time.perf_counter() - start, 3)
        return made
