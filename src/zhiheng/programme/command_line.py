"""The command `zhiheng`: check a programme, measure it, show what was found again, start a new one.

Leaves with 0 when the work was done (perhaps with warnings), 1 when the programme has errors (nothing is measured),
2 when the command itself was wrong.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from zhiheng import __version__
from zhiheng.programme.problems import Finding, Language, Problem, listed

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

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
    "lacking": ("缺少指标", "lacks indicators"),
    "carried": ("沿用以前期次的值", "carried over from an earlier wave"),
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
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
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
    _print_found(console, run.record, run.results, run.files, language)


@main.command()
@click.argument("out", type=FOLDER)
@click.option(
    "--lang", type=LANGUAGES, help="语言（默认：方案的第一语言） · language, by default the plan's first"
)
def show(out: Path, lang: Language | None) -> None:
    """再次列出已完成测评的指数和文件 · Print the index and the files of a finished run again.

    0 = 完成 · done; 1 = 目录中没有测评结果 · the folder holds no finished run.
    """
    from zhiheng.programme import record, results  # noqa: PLC0415 - slow import

    console = _console()
    try:
        said = record.read(out)
        found = results.read(out)
    except Problem as problem:
        _print(console, problem.findings, lang or "zh")
        sys.exit(1)
    _print_found(console, said, found, [out / name for name in said["files"]], lang or said["languages"][0])


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
    """Make a console that prints names and paths as they are: what stands in data is neither markup nor emoji."""
    from rich.console import Console  # noqa: PLC0415 - slow import

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


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


def _print_found(
    console: Console, said: Mapping[str, Any], found: pa.Table, files: Sequence[Path], language: Language
) -> None:
    """Print the index of the last wave at every level, best units first, and the files; `said` is the record."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow import

    rows = found.filter(pc.equal(found.column("kind"), "index")).to_pylist()
    if not rows:
        console.print(word("none", language))
    for level in said["levels"]:
        own = [row for row in rows if row["level"] == level["code"]]
        if own:
            _print_level(console, level, said["waves"][-1], own, language)
    console.print(word("written", language))
    for path in files:
        console.print(f"  {path}", soft_wrap=True)


def _print_level(
    console: Console,
    level: Mapping[str, Any],
    wave: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    language: Language,
    most: int = 30,
) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow import

    from zhiheng.programme.report.levels import MOST_LETTERS, interval_words  # noqa: PLC0415 - slow import

    last = [row for row in rows if row["wave"] == wave["code"]]
    # published values have no error, and get no interval
    sampled = any((row["se"] or 0) > 0 for row in rows)
    ranked = sampled and any(row["rank"] for row in last)
    lettered = ranked and len(level["units"]) <= MOST_LETTERS
    heads = ["unit", "index", *(["interval"] if sampled else [])]
    heads += [*(["ranks"] if ranked else []), *(["group"] if lettered else [])]
    title = f"{level[language]} · {wave[language]}"
    table = Table("", *(word(head, language) for head in heads), title=title, title_justify="left")
    names = {unit["code"]: unit[language] for unit in level["units"]}
    last.sort(key=lambda row: _downwards(row["value"]))
    for row in last[:most]:
        sign = ("*" if row["lacking"] else "") + ("†" if row["carried"] else "")
        cells = [str(row["rank"] or ""), names.get(row["unit"], row["unit"]) + sign, _figure(row["value"])]
        if sampled:
            low, high = row["lower"], row["upper"]
            cells.append("" if low is None else f"{_figure(low)}–{_figure(high)}")
        if row["rank"]:
            cells += [interval_words(row["rank_lower"], row["rank_upper"])] if ranked else []
            cells += [row["letters"]] if lettered else []
        table.add_row(*cells)
    if len(last) > most:
        table.add_row("", "…")
    console.print(table)
    for sign, part in (("*", "lacking"), ("†", "carried")):
        told = [f"{names.get(row['unit'], row['unit'])} ({row[part]})" for row in last if row[part]]
        if told:
            console.print(f"{sign} {word(part, language)}: {listed(told, 6)}")


def _figure(value: float | None) -> str:
    """One decimal for scores up to 100, three for indices up to 1."""
    if value is None:
        return "—"
    return f"{value:.1f}" if abs(value) > 2 else f"{value:.3f}"


def _downwards(value: float | None) -> tuple[bool, float]:
    return (value is None, -(value or 0.0))


if __name__ == "__main__":
    main()
