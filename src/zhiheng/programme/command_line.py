"""The command `zhiheng`: check a programme, measure it, start a new one.

Leaves with 0 when the work was done (perhaps with warnings), 1 when the programme has errors (nothing is measured),
2 when the command itself was wrong.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from zhiheng import __version__
from zhiheng.programme.problems import Finding, Language, Problem

if TYPE_CHECKING:
    from rich.console import Console

    from zhiheng.programme.run import Level, Run

# levels are measured side by side; threads of the linear algebra below them would only stand in each other's way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PLAN = click.Path(exists=True, file_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
DATA = click.Path(exists=True, file_okay=False, path_type=Path)
LANGUAGES = click.Choice(["zh", "en"])

#: words of the command line, (Chinese, English)
WORDS = {
    "sound": ("方案与数据没有问题。", "The programme and its data are sound."),
    "counted": ("{errors} 个错误，{warnings} 个提醒。", "{errors} error(s), {warnings} warning(s)."),
    "error": ("错误", "error"),
    "warning": ("提醒", "warning"),
    "check": ("读取并检查", "reading and checking"),
    "weights": ("加权", "weighting"),
    "estimates": ("估计", "estimating"),
    "importance": ("重要性", "importance"),
    "results": ("汇总", "gathering results"),
    "documents": ("撰写报告", "writing documents"),
    "wave": ("期次", "wave"),
    "rank": ("名次", "rank"),
    "unit": ("单位", "unit"),
    "index": ("指数", "index"),
    "interval": ("区间", "interval"),
    "ranks": ("名次区间", "ranks"),
    "group": ("分组", "group"),
    "written": ("已写出：", "Written:"),
    "made": ("已新建方案：{path}。请先读 plan.toml。", "A new programme: {path}. Read its plan.toml first."),
    "taken": ("{path} 里已有 plan.toml，不覆盖。", "{path} holds a plan.toml already; it is left alone."),
    "none": ("方案没有 [index]，估计值见 results.parquet。", "There is no [index]: see results.parquet."),
}  # fmt: skip


def word(name: str, language: Language) -> str:
    """A word in a language."""
    return WORDS[name][0 if language == "zh" else 1]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zhiheng")
def main() -> None:
    """质衡 · measure a programme that is written as a folder of plain files."""


@main.command()
@click.argument("plan", type=PLAN)
@click.option(
    "--data", type=DATA, help="数据目录（默认：方案目录） · data folder, by default the programme folder"
)
@click.option("--lang", type=LANGUAGES, default="zh", show_default=True, help="语言 · language")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON")
def check(plan: Path, data: Path | None, lang: Language, *, as_json: bool) -> None:
    """检查方案与数据，一次列出全部问题 · Tell all problems of a plan and its data at once.

    0 = 没有错误 · no error; 1 = 有错误 · errors.
    """
    from zhiheng.programme.preparation import check as find  # noqa: PLC0415 - slow import: the readers

    findings = find(plan, data)
    if as_json:
        click.echo(json.dumps([f.as_dict() for f in findings], ensure_ascii=False, indent=1))
    else:
        _print(_console(), findings, lang)
    sys.exit(1 if any(f.severity == "error" for f in findings) else 0)


@main.command()
@click.argument("plan", type=PLAN)
@click.option("--out", type=FOLDER, required=True, help="结果目录 · folder for the results")
@click.option(
    "--data", type=DATA, help="数据目录（默认：方案目录） · data folder, by default the programme folder"
)
@click.option("--exact", is_flag=True, help="单线程，结果逐字节相同 · one thread: the same bytes each time")
@click.option(
    "--formats", help="逗号分隔 · comma-separated: parquet,xlsx,html,docx,pdf (default: as the plan says)"
)
@click.option(
    "--lang",
    type=LANGUAGES,
    help="语言，文档亦然（默认：方案的第一语言） · language, of the documents too; by default the plan's first",
)
def measure(
    plan: Path, out: Path, data: Path | None, *, exact: bool, formats: str | None, lang: Language | None
) -> None:
    """测评：检查、加权、估计、指数、报告 · Check, weigh, estimate, index and report.

    0 = 完成 · done; 1 = 方案或数据有错误，没有测评 · errors, nothing was measured.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - slow import

    from zhiheng.programme.plan_file import FORMATS  # noqa: PLC0415 - slow import
    from zhiheng.programme.run import measure as run_plan  # noqa: PLC0415 - slow import

    wanted = None if formats is None else [f.strip() for f in formats.split(",") if f.strip()]
    for name in wanted or ():
        if name not in FORMATS:
            raise click.BadParameter(f"{name}: {', '.join(FORMATS)}", param_hint="--formats")
    console = _console()
    shown = lang or "zh"
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def tell(what: str, done: int, steps: int) -> None:
            bars.update(task, description=word(what, shown) if what else "", completed=done, total=steps)

        try:
            run = run_plan(plan, data, out, exact=exact, formats=wanted, language=lang, progress=tell)
        except Problem as problem:
            bars.stop()
            _print(console, problem.findings, shown)
            sys.exit(1)
    language = lang or cast("Language", run.plan.outputs.language[0])
    _print(console, run.findings, language, quiet=True)
    _print_index(console, run, language)
    console.print(word("written", language))
    for path in run.files:
        console.print(f"  {path}", highlight=False, soft_wrap=True)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--lang", type=LANGUAGES, default="zh", show_default=True, help="语言 · language")
def new(folder: Path, lang: Language) -> None:
    """新建一个带说明的方案 · Start a programme, with comments that explain it."""
    from zhiheng.programme.template import write  # noqa: PLC0415 - slow import

    if (folder / "plan.toml").exists():
        click.echo(word("taken", lang).format(path=folder), err=True)
        sys.exit(2)
    write(folder)
    click.echo(word("made", lang).format(path=folder))


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console  # noqa: PLC0415 - slow import

    return Console(stderr=stderr, highlight=False)


def _print(console: Console, findings: Sequence[Finding], language: Language, *, quiet: bool = False) -> None:
    """Print findings, errors first; with `quiet` nothing is said when there are none."""
    from rich.text import Text  # noqa: PLC0415 - slow import

    for finding in findings:
        colour = "red" if finding.severity == "error" else "yellow"
        console.print(
            Text(word(finding.severity, language), style=colour),
            Text(finding.message(language)),
            soft_wrap=True,
        )
    errors = sum(f.severity == "error" for f in findings)
    if findings:
        console.print(word("counted", language).format(errors=errors, warnings=len(findings) - errors))
    elif not quiet:
        console.print(word("sound", language))


def _print_index(console: Console, run: Run, language: Language) -> None:
    """Print the index of the last wave at every level, best units first."""
    if all(level.index is None for level in run.levels):
        console.print(word("none", language))
    for level in run.levels:
        if level.index is not None:
            _print_level(console, run, level, language)


def _print_level(console: Console, run: Run, level: Level, language: Language, most: int = 30) -> None:
    import numpy as np  # noqa: PLC0415 - slow import
    from rich.table import Table  # noqa: PLC0415 - slow import

    from zhiheng.programme.report.levels import MOST_LETTERS, rank_words  # noqa: PLC0415 - slow import

    index = level.index
    assert index is not None
    root = index.codes.index(run.plan.root.code if run.plan.root else index.codes[0])
    wave = run.plan.waves[-1]
    title = f"{level.name.in_language(language)} · {wave.name.in_language(language)}"
    comparison = index.comparisons.get(wave.code)
    sampled = bool(
        (np.nan_to_num(index.se[root]) > 0).any()
    )  # published values have no error, and get no interval
    ranked = comparison is not None and sampled
    lettered = ranked and len(level.units) <= MOST_LETTERS
    heads = ["unit", "index", *(["interval"] if sampled else [])]
    heads += [*(["ranks"] if ranked else []), *(["group"] if lettered else [])]
    table = Table("", *(word(head, language) for head in heads), title=title, title_justify="left")
    order = sorted(range(len(level.units)), key=lambda u: _downwards(float(index.value[root, -1, u])))
    for u in order[:most]:
        value, low, high = (float(a[root, -1, u]) for a in (index.value, index.lower, index.upper))
        cells = ["", level.names[u].in_language(language), _figure(value)]
        if sampled:
            cells.append("" if math.isnan(low) else f"{_figure(low)}–{_figure(high)}")
        if comparison is not None and comparison.rank[u]:
            cells[0] = str(comparison.rank[u])
            cells += [rank_words(comparison, u)] if ranked else []
            cells += [comparison.letters[u]] if lettered else []
        table.add_row(*cells)
    if len(order) > most:
        table.add_row("", "…")
    console.print(table)


def _figure(value: float) -> str:
    """One decimal for scores up to 100, three for indices up to 1."""
    if math.isnan(value):
        return "—"
    return f"{value:.1f}" if abs(value) > 2 else f"{value:.3f}"


def _downwards(value: float) -> tuple[bool, float]:
    return (math.isnan(value), -value)


if __name__ == "__main__":
    main()
