"""Read a programme and its data, check everything, and hand over what a run needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zhiheng.measure.indices.tree import Tree
from zhiheng.programme.area_checks import Unit, check_areas, read_labels
from zhiheng.programme.design_checks import check_design
from zhiheng.programme.indicator_checks import check_data, read_tree
from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import Margin, Plan, Words
from zhiheng.programme.plan_file import read_plan
from zhiheng.programme.presence_checks import check_presence
from zhiheng.programme.problems import Finding, Findings
from zhiheng.programme.questionnaire import Labels, read_questionnaire
from zhiheng.programme.response_checks import check_responses
from zhiheng.programme.scale_checks import check_scales
from zhiheng.programme.tables import CleanTable, load
from zhiheng.programme.target_checks import Targets, read_margins
from zhiheng.programme.wave_checks import check_table_waves
from zhiheng.programme.word_checks import check_words

#: called with what is being done, steps done, steps in all
Progress = Callable[[str, int, int], None]


def quiet(what: str, done: int, steps: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Prepared:
    """A programme read and checked.

    Attributes
    ----------
    plan
        None when plan.toml could not be parsed.
    tables
        Those that could be loaded.
    margins
        By table name.
    labels
        Names of the units, by level.
    tree
        None without an index, or when the tree is not sound.
    questions
        Labels of columns and answers.
    """

    plan: Plan | None
    tables: Mapping[str, CleanTable]
    margins: Mapping[str, list[tuple[Margin, Targets]]]
    labels: Mapping[str, Mapping[Unit, Words]]
    tree: Tree | None
    questions: Labels
    findings: tuple[Finding, ...]
    ledger: RowLedger

    @property
    def failed(self) -> bool:
        """Whether there is an error among the findings."""
        return any(f.severity == "error" for f in self.findings)


def prepare(plan_dir: str | Path, data_dir: str | Path | None = None, progress: Progress = quiet) -> Prepared:
    """Read the plan and all data, check all of it, and stop at nothing.

    Only the data of a table that the plan tells wrong are not read: what would be found in them follows from that.

    Parameters
    ----------
    plan_dir
        The programme folder.
    data_dir
        Folder that the paths of tables are relative to; by default the programme folder.
    """
    folder = Path(plan_dir)
    findings, ledger = Findings(), RowLedger()
    plan = read_plan(folder, findings)
    if plan is None:
        return Prepared(None, {}, {}, {}, None, Labels(), findings.sorted(), ledger)
    data = Path(data_dir) if data_dir is not None else folder
    tree = read_tree(plan, findings)
    questions = read_questionnaire(folder, findings).led_by(plan.names)
    labels = {d.code: read_labels(plan, d, findings) for d in plan.domains}
    tables: dict[str, CleanTable] = {}
    answered: dict[str, CleanTable] = {}  # those of which it is known which rows count
    margins: dict[str, list[tuple[Margin, Targets]]] = {}
    for position, table in enumerate(plan.tables):
        progress(table.name, position, len(plan.tables))
        loaded = load(plan, table, data, findings, ledger) if table.sound else None
        if loaded is not None and loaded.lacking:  # the rest of it is looked at all the same
            check_design(loaded, findings)
        elif loaded is not None:
            tables[table.name] = loaded
            check_design(loaded, findings)
            if check_responses(loaded, findings):
                answered[table.name] = loaded
            margins[table.name] = read_margins(plan, loaded, findings, answered=table.name in answered)
    progress("", len(plan.tables), len(plan.tables))
    empty = check_table_waves(plan, findings, ledger)
    there = replace(plan, waves=tuple(w for w in plan.waves if w.code not in empty))
    check_data(there, answered, findings, ledger)
    check_scales(plan, answered, tree, findings)
    check_areas(plan, tables, labels, findings, ledger)
    if len(answered) == len(tables):
        check_presence(plan, tables, findings)
    check_words(plan, tables, questions, findings)
    return Prepared(plan, tables, margins, labels, tree, questions, findings.sorted(), ledger)


def check(
    plan_dir: str | Path, data_dir: str | Path | None = None, progress: Progress = quiet
) -> list[Finding]:
    """Tell everything that is wrong with a programme and its data: errors first, then by file and row."""
    return list(prepare(plan_dir, data_dir, progress).findings)
