"""What weighting did: each step, and how the targets were met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Cell, Column, Heading, Note, Table, Text
from zhiheng.programme.report.names import Names, both, filled, listed

if TYPE_CHECKING:
    from zhiheng.measure.weighting import Step
    from zhiheng.measure.weighting.report import Target

METHODS = {
    "rake": Text("迭代比例拟合", "raking"),
    "poststratify": Text("事后分层", "post-stratification"),
    "linear": Text("线性校准", "linear calibration"),
    "raking": Text("指数校准", "raking calibration"),
    "logit": Text("有界校准", "logit calibration"),
    "nonresponse": Text("无回答调整", "nonresponse adjustment"),
    "trim": Text("权数截断", "trimming"),
}


def method_name(step: Step) -> Text:
    """A weighting method in words."""
    return METHODS.get(step.method, Text(step.method, step.method))


def weight_section(names: Names) -> Iterator[Block]:
    """What each weighting step did, how each margin was met, and every target."""
    if not names.run.weighting:
        return
    yield Heading(1, Text("加权报告", "Weighting"))
    yield step_table(names)
    missed = [t for of in names.run.weighting.values() for s in of if not s.converged for t in s.targets]
    if missed:
        yield Note(
            filled(
                Text(
                    "有加权步骤未收敛：{n}个目标与结果相差超过百万分之一。",
                    "A weighting step did not converge: {n} target(s) are missed by more than one in a million.",
                ),
                n=sum(t.gap > 1e-6 for t in missed),
            )
        )
    if found := _targets(names):
        yield _margins(names, found)
        yield target_table(names)


def _table_column(names: Names) -> list[Column]:
    """The table, where several are weighted."""
    return [Column("table", Text("数据表", "Table"))] if len(names.run.weighting) > 1 else []


def step_table(names: Names) -> Table:
    """A row a step of every table."""
    return Table(
        [
            *_table_column(names),
            Column("step", Text("步骤", "Step")),
            Column("rows", Text("行数", "Rows"), "number", 0),
            Column("kish_before", Text("调整前Kish deff", "Kish deff before"), "number", 3),
            Column("kish_after", Text("调整后Kish deff", "Kish deff after"), "number", 3),
            Column("factor", Text("调整系数范围", "Range of factors"), align="right"),
            Column("weight", Text("权数范围", "Range of weights"), align="right"),
            Column("iterations", Text("迭代次数", "Rounds"), align="right"),
            Column("met", Text("是否收敛", "Converged"), align="center"),
        ],
        [
            {"table": names.source(table), **_step(i, s)}
            for table, of in names.run.weighting.items()
            for i, s in enumerate(of, start=1)
        ],
        caption=Text("加权各步", "Weighting, step by step"),
        notes=[
            Text(
                "Kish deff = n·Σw²/(Σw)²：权数不等使有效样本量减少到n/deff。",
                "Kish deff = n·Σw²/(Σw)²: unequal weights leave an effective sample of n/deff.",
            )
        ],
        anchor="weights",
    )


def _step(number: int, step: Step) -> dict[str, Cell]:
    met = Text("是", "yes") if step.converged else Text("否", "no")
    return {
        "step": both(lambda side: f"{number}. {method_name(step).in_(side)}"),
        "rows": step.rows,
        "kish_before": step.kish_before,
        "kish_after": step.kish_after,
        "factor": f"{step.factor_low:.3f}–{step.factor_high:.3f}",
        "weight": f"{step.weight_low:,.4g}–{step.weight_high:,.4g}",
        "iterations": f"{step.iterations:,}" if step.targets else Text("不迭代", "none"),
        "met": met if step.targets else Text("无目标", "no targets"),
    }


# ── targets ──


def _targets(names: Names) -> list[tuple[str, Target]]:
    """Table and target of the last step that has any; after trimming the margins are fitted again."""
    last = {
        table: next((s.targets for s in reversed(of) if s.targets), ())
        for table, of in names.run.weighting.items()
    }
    return [(table, target) for table, of in last.items() for target in of]


def _margins(names: Names, found: Sequence[tuple[str, Target]]) -> Table:
    """A row a margin: cells, sample in the smallest, how far the sample was off, how far the result is."""
    margins: dict[tuple[str, str], list[Target]] = {}
    for table, target in found:
        margins.setdefault((table, target.margin), []).append(target)
    first = {
        (table, t.margin, t.level): t.before
        for table, of in names.run.weighting.items()
        for step in reversed(of)
        for t in step.targets
    }
    return Table(
        [
            *_table_column(names),
            Column("margin", Text("目标", "Margin")),
            Column("cells", Text("类数", "Classes"), "number", 0),
            Column("least", Text("最少的一类行数", "Rows in the smallest"), "number", 0),
            Column("off", Text("加权前最大差距", "Largest gap before"), "percent", 1),
            Column("gap", Text("加权后最大差距", "Largest gap after"), align="right"),
        ],
        [
            {
                "table": names.source(table),
                "margin": _margin(names, margin),
                "cells": len(of),
                "least": min(t.rows for t in of),
                "off": max(abs(first[table, margin, t.level] / t.target - 1) for t in of if t.target),
                "gap": f"{max(t.gap for t in of):.1e}",
            }
            for (table, margin), of in margins.items()
        ],
        caption=Text("总体目标及其实现", "Margins, and how they were met"),
        anchor="margins",
    )


def target_table(names: Names) -> Table:
    """A row a target: the weighted total before, wanted, after."""
    return Table(
        [
            *_table_column(names),
            Column("margin", Text("目标", "Margin")),
            Column("level", Text("类", "Class")),
            Column("rows", Text("样本行数", "Rows"), "number", 0),
            Column("before", Text("此步之前", "Before the step"), "number", 0),
            Column("target", Text("目标值", "Target"), "number", 0),
            Column("after", Text("此步之后", "After"), "number", 0),
        ],
        [
            {
                "table": names.source(table),
                "margin": _margin(names, t.margin),
                "level": _level(names, t),
                "rows": t.rows,
                "before": t.before,
                "target": t.target,
                "after": t.after,
            }
            for table, t in _targets(names)
        ],
        caption=Text("各类的目标值与结果（最后一次拟合）", "Every target and what was reached (last fit)"),
        max_rows_in_documents=24,
        anchor="targets",
    )


def _margin(names: Names, margin: str) -> Text:
    """The columns of a margin in words."""
    parts = [names.column(c) for c in margin.split("×")]
    return both(lambda side: "×".join(p.in_(side) for p in parts))


def _level(names: Names, target: Target) -> Text:
    """The values of a target in words, where the plan has words for them."""
    columns, values = target.margin.split("×"), target.level.split("/")
    if len(columns) != len(values):
        return Text(target.level, target.level)
    return listed([names.value(c, v) for c, v in zip(columns, values, strict=True)])
