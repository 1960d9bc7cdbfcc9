"""What the figures stand on: method and sample, weights, every question, where rows went, what the check found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Bullets, Cell, Column, Facts, Heading, Note, Paragraph, Table, Text
from zhiheng.programme.ledger import REASONS
from zhiheng.programme.report.names import Names, both, filled, listed, run_on, words

if TYPE_CHECKING:
    from zhiheng.measure.weighting import Step
    from zhiheng.programme.estimation import Analysis
    from zhiheng.programme.plan import TablePlan

METHODS = {
    "rake": Text("迭代比例拟合（raking）", "raking"),
    "poststratify": Text("事后分层", "post-stratification"),
    "linear": Text("线性校准", "linear calibration"),
    "raking": Text("指数校准", "raking calibration"),
    "logit": Text("有界校准", "logit calibration"),
    "nonresponse": Text("无回答调整", "nonresponse adjustment"),
    "trim": Text("权数截断", "trimming"),
}
LONELY = {
    "fail": None,
    "remove": Text("只有一个单位的层不计入方差", "strata with a single unit add nothing to the variance"),
    "adjust": Text(
        "只有一个单位的层以总均值为中心计算方差", "strata with a single unit are centred at the overall mean"
    ),
    "average": Text(
        "只有一个单位的层取其余各层方差的平均", "strata with a single unit get the average of the others"
    ),
    "certainty": Text("只有一个单位的层视为必然入样", "strata with a single unit are taken as certain"),
}
MISSING = {
    "renormalise": Text(
        "缺失的指标由同级其他指标按权重分担", "the weight of a missing indicator goes to its siblings"
    ),
    "fail": Text("缺失任何必需的指标即不计算", "nothing is computed where a required indicator is missing"),
    "carry": Text("缺失的指标沿用上一期数值", "a missing indicator keeps its value of the wave before"),
}


def rows_of(names: Names, table: str, reason: str) -> int:
    """Rows of a table with a reason, over all waves."""
    return sum(e.rows for e in names.run.ledger if (e.table, e.variable, e.reason) == (table, "", reason))


# ── method and sample ──


def method_section(names: Names) -> Iterator[Block]:
    """What was measured on whom, and how."""
    plan = names.plan
    yield Heading(1, Text("对象与方法", "What was measured, and how"))
    facts = []
    if plan.population:
        facts.append((Text("总体", "Population"), words(plan.population)))
    facts.append((Text("期次", "Waves"), listed(names.waves.values())))
    for table in plan.tables:
        used = rows_of(names, table.name, "used")
        facts.append((names.table(table.name), _used(names, table, used)))
    if names.domains:
        counts = [
            filled(Text("{n}个{name}", "{n} × {name}"), n=len(d.units), name=words(d.name))
            for d in names.domains
        ]
        facts.append((Text("报告层级", "Levels"), listed(counts)))
    yield Facts(facts)
    for table in plan.tables:
        yield Paragraph(_how(names, table, names.run.analyses[table.name]))
    if plan.index is not None:
        yield Paragraph(_index_in_words(names))
    if any(t.role != "published" for t in plan.tables):
        yield Paragraph(
            filled(
                Text(
                    "标准误按实际抽样设计用泰勒线性化计算；区间为{level}置信区间，比例用logit区间，其余用t分布。"
                    "deff是与有放回简单随机抽样相比的设计效应。各图表的n为有效回答数。",
                    "Standard errors follow the sample design by Taylor linearisation; intervals have level {level}, "
                    "by logit for shares and by Student's t for all else. deff compares with simple random sampling "
                    "with replacement; n counts valid answers.",
                ),
                level=names.confidence,
            )
        )
    if plan.notes:
        yield Bullets([words(note) for note in plan.notes])


def _used(names: Names, table: TablePlan, used: int) -> Text:
    read = rows_of(names, table.name, "read")
    return filled(
        Text(
            "{files}；读入{read}行，进入估计{used}行",
            "{files}; {read} rows read, {used} used",
        ),
        files=names.file(table.name),
        read=read,
        used=used,
    )


def _how(names: Names, table: TablePlan, analysis: Analysis) -> Text:
    """The design of a table in words, no more than the plan says."""
    if table.role == "published":
        return filled(
            Text("“{name}”为给定数值，没有抽样误差。", "“{name}” holds given values without sampling error."),
            name=table.name,
        )
    design, parts = table.design, []
    if design.strata:
        parts.append(
            filled(
                Text("按{strata}分层", "stratified by {strata}"),
                strata=listed(map(names.column, design.strata)),
            )
        )
    rows = Text("单个记录", "single records")
    clusters = [rows if c == "*" else names.column(c) for c in design.clusters] or [rows]
    if len(clusters) > 1:
        parts.append(
            filled(
                Text("{n}阶段抽样，依次抽取{units}", "drawn in {n} stages: {units}"),
                n=len(clusters),
                units=listed(clusters),
            )
        )
    else:
        parts.append(filled(Text("抽样单位是{unit}", "the sampled unit is {unit}"), unit=clusters[0]))
    weighted = filled(Text("以{column}为基础权数", "base weights in {column}"), column=f"“{design.weights}”")
    parts.append(weighted if design.weights else Text("未加权", "unweighted"))
    if design.population:
        parts.append(
            filled(
                Text("{n}个阶段用有限总体校正", "finite population correction at {n} stage(s)"),
                n=len(design.population),
            )
        )
    if (lonely := LONELY[design.lonely]) is not None:
        parts.append(lonely)
    if analysis.steps:
        done = listed(METHODS.get(s.method, s.method) for s in analysis.steps)
        parts.append(filled(Text("权数经过{done}", "weights were changed by {done}"), done=done))
    joined = both(lambda side: ("，" if side == "zh" else "; ").join(p.in_(side) for p in parts))
    return filled(Text("“{name}”：{how}。", "“{name}”: {how}."), name=table.name, how=joined)


def _index_in_words(names: Names) -> Text:
    plan = names.plan
    assert plan.index is not None
    leaves = len(plan.leaves)
    said = [
        filled(
            Text(
                "{name}由{leaves}个指标按权重逐级汇总，取值{low}至{high}。",
                "{name} aggregates {leaves} indicators by their weights, from {low} to {high}.",
            ),
            name=names.node(names.root),
            leaves=leaves,
            low=f"{plan.index.scale[0]:g}",
            high=f"{plan.index.scale[1]:g}",
        ),
        filled(Text("{how}。", "Where values are missing, {how}."), how=MISSING[plan.index.missing]),
    ]
    if any(level.index is not None for level in names.run.levels) and any(
        t.role != "published" for t in plan.tables
    ):
        said.append(
            Text(
                "各指标的抽样误差按设计传入指数；各数据表视为相互独立的样本。",
                "The sampling error of each indicator flows into the index; the tables count as independent samples.",
            )
        )
    if plan.index.adjust:
        said.append(
            filled(
                Text("之后按规则调整：{rules}。", "Rules are applied afterwards: {rules}."),
                rules=listed(words(a.name) if a.name else a.code for a in plan.index.adjust),
            )
        )
    return run_on(said)


# ── weights ──


def weight_section(names: Names) -> Iterator[Block]:
    """What each weighting step did, and how the targets were met."""
    if not names.run.weighting:
        return
    yield Heading(1, Text("加权报告", "Weighting"))
    steps = [
        _step(table, i, s) for table, of in names.run.weighting.items() for i, s in enumerate(of, start=1)
    ]
    yield Table(
        [
            Column("table", Text("数据表", "Table")),
            Column("step", Text("步骤", "Step")),
            Column("rows", Text("行数", "Rows"), "number", 0),
            Column("kish_before", Text("此前Kish deff", "Kish deff before"), "number", 3),
            Column("kish_after", Text("此后Kish deff", "Kish deff after"), "number", 3),
            Column("factor", Text("因子范围", "Factors"), align="right"),
            Column("weight", Text("权数范围", "Weights"), align="right"),
            Column("iterations", Text("迭代", "Rounds"), "number", 0),
            Column("met", Text("目标", "Targets")),
        ],
        steps,
        caption=Text("加权各步", "Weighting, step by step"),
        notes=[
            Text(
                "Kish deff = n·Σw²/(Σw)²：权数不等使有效样本量减少到 n/deff。",
                "Kish deff = n·Σw²/(Σw)²: unequal weights leave an effective sample of n/deff.",
            )
        ],
        anchor="weights",
    )
    failed = [s for of in names.run.weighting.values() for s in of if not s.converged]
    if failed:
        yield Note(
            Text("有加权步骤未收敛，见上表。", "A weighting step did not converge; see the table above.")
        )
    targets = [
        {
            "table": table,
            "margin": f"{t.margin}：{t.level}",
            "rows": t.rows,
            "before": t.before,
            "target": t.target,
            "after": t.after,
            "gap": t.gap,
        }
        for table, of in names.run.weighting.items()
        for t in (last_targets(of))
    ]
    if targets:
        worst = max(t["gap"] for t in targets)
        yield Table(
            [
                Column("table", Text("数据表", "Table")),
                Column("margin", Text("目标", "Target")),
                Column("rows", Text("样本行数", "Rows"), "number", 0),
                Column("before", Text("此前", "Before"), "number", 0),
                Column("target", Text("应为", "Target total"), "number", 0),
                Column("after", Text("此后", "After"), "number", 0),
            ],
            targets,
            caption=Text("总体目标与结果", "Targets and what was reached"),
            notes=[
                filled(Text("最大相对差距{gap}。", "Largest relative gap {gap}."), gap=f"{worst:.1e}"),
            ],
            max_rows_in_documents=60,
            anchor="targets",
        )


def last_targets(steps: tuple[Step, ...]) -> tuple:  # type: ignore[type-arg]
    """Targets of the last step that has any."""
    return next((s.targets for s in reversed(steps) if s.targets), ())


def _step(table: str, number: int, step: Step) -> dict[str, Cell]:
    return {
        "table": table,
        "step": both(
            lambda side: f"{number}. {METHODS.get(step.method, Text(step.method, step.method)).in_(side)}"
        ),
        "rows": step.rows,
        "kish_before": step.kish_before,
        "kish_after": step.kish_after,
        "factor": f"{step.factor_low:.3g}–{step.factor_high:.3g}",
        "weight": f"{step.weight_low:,.4g}–{step.weight_high:,.4g}",
        "iterations": step.iterations or None,
        "met": (
            (Text("已满足", "met") if step.converged else Text("未收敛", "not converged"))
            if step.targets
            else "–"
        ),
    }


# ── every question ──


def question_section(names: Names) -> Iterator[Block]:
    """Means of every question, and the distribution of those with few answers."""
    questions = names.run.questions
    if not questions:
        return
    yield Heading(1, Text("各题结果", "Every question"))
    averages = average_rows(names)
    if averages:
        yield Table(
            average_columns(names),
            averages,
            caption=Text("各题均值（总体）", "Means of every question, everybody"),
            max_rows_in_documents=None,
            anchor="questions",
        )
    last = {
        q.variable: max((s.wave for s in q.shares), key=list(names.waves).index)
        for q in questions
        if q.shares
    }
    rows = share_rows(names, last)
    if rows:
        several = names.several_waves
        yield Table(
            share_columns(names),
            rows,
            caption=Text("各题答案分布（总体，最近一期）", "Distribution of answers, everybody, latest wave")
            if several
            else Text("各题答案分布（总体）", "Distribution of answers, everybody"),
            notes=[Text("其余各期见工作簿。", "Earlier waves are in the workbook.")] if several else [],
            max_rows_in_documents=None if len(rows) <= 150 else 60,
            anchor="shares",
        )


def average_columns(names: Names) -> list[Column]:
    """Columns of the means."""
    columns = [Column("question", Text("题目", "Question"), width=34)]
    if names.several_waves:
        columns.append(Column("wave", Text("期次", "Wave")))
    return [
        *columns,
        Column("value", Text("均值", "Mean"), "number", 3),
        Column("se", Text("标准误", "SE"), "number", 4),
        Column("lower", Text("下限", "Lower"), "number", 3),
        Column("upper", Text("上限", "Upper"), "number", 3),
        Column("n", "n", "number", 0),
        Column("deff", "deff", "number", 2),
    ]


def average_rows(names: Names) -> list[dict[str, Cell]]:
    """One row a question and wave."""
    return [
        {
            "question": words(q.name),
            "wave": names.waves[a.wave],
            **{k: getattr(a, k) for k in ("value", "se", "lower", "upper", "n", "deff")},
        }
        for q in names.run.questions
        for a in q.averages
    ]


def share_columns(names: Names) -> list[Column]:
    """Columns of the distributions."""
    columns = [Column("question", Text("题目", "Question"), width=34)]
    if names.several_waves:
        columns.append(Column("wave", Text("期次", "Wave")))
    return [
        *columns,
        Column("answer", Text("答案", "Answer")),
        Column("value", Text("比例", "Share"), "percent", 1, shade="bar"),
        Column("se", Text("标准误", "SE"), "percent", 2),
        Column("lower", Text("下限", "Lower"), "percent", 1),
        Column("upper", Text("上限", "Upper"), "percent", 1),
    ]


def share_rows(names: Names, only: Mapping[str, str] | None = None) -> list[dict[str, Cell]]:
    """One row a question, wave and answer; `only` says which wave of each variable."""
    return [
        {
            "question": words(q.name),
            "wave": names.waves[s.wave],
            "answer": words(s.name),
            **{k: getattr(s, k) for k in ("value", "se", "lower", "upper")},
        }
        for q in names.run.questions
        for s in q.shares
        if only is None or only.get(q.variable) == s.wave
    ]


# ── where rows went ──


def ledger_section(names: Names) -> Iterator[Block]:
    """How many rows left and why, of whole tables and of each variable."""
    yield Heading(1, Text("行数去向", "Where the rows went"))
    yield Paragraph(
        Text(
            "每一行都有去处：读入的行等于离开的行加进入估计的行；每个变量的各项相加等于进入估计的行。",
            "Every row is accounted for: rows read are rows left plus rows used; of each variable the parts sum to the "
            "rows used.",
        )
    )
    rows = [e for e in names.run.ledger if not e.variable]
    if rows:
        yield ledger_table(names, whole=True)
    if any(e.variable for e in names.run.ledger):
        yield ledger_table(names, whole=False)


def ledger_table(names: Names, *, whole: bool) -> Table:
    """Counts by reason: a row a table and wave, or a row a table and variable over all waves."""
    entries = [e for e in names.run.ledger if bool(e.variable) != whole]
    reasons = [r for r in REASONS if any(e.reason == r for e in entries)]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for e in entries:
        counts = found.setdefault((e.table, e.wave if whole else e.variable), {})
        counts[e.reason] = counts.get(e.reason, 0) + e.rows
    first = Column("wave", Text("期次", "Wave")) if whole else Column("variable", Text("变量", "Variable"))
    rows: list[dict[str, Cell]] = [
        {
            "table": table,
            first.key: (names.waves.get(key, key or "–") if whole else _variable(names, key)),
            **{r: counts.get(r, 0) for r in reasons},
        }
        for (table, key), counts in found.items()
    ]
    return Table(
        [
            Column("table", Text("数据表", "Table")),
            first,
            *(Column(r, Text(*REASONS[r]), "number", 0) for r in reasons),
        ],
        rows,
        caption=Text("各数据表的行", "Rows of each table")
        if whole
        else Text("各变量的有效回答（各期合计）", "Valid answers of each variable, all waves"),
        max_rows_in_documents=60,
        anchor="rows" if whole else "answers",
    )


def _variable(names: Names, variable: str) -> Text:
    if not variable.startswith("level:"):
        return names.column(variable)
    level = next((d for d in names.plan.domains if d.code == variable.removeprefix("level:")), None)
    return words(level.name) if level else Text(variable, variable)


def finding_section(names: Names) -> Iterator[Block]:
    """Warnings of the check."""
    yield Heading(1, Text("数据问题", "Problems in the data"))
    if not names.run.findings:
        yield Paragraph(Text("检查未发现问题。", "The check found none."))
        return
    yield Paragraph(
        filled(
            Text(
                "检查发现{n}个问题；有关的值未进入计算，或按方案处理。",
                "The check found {n} problem(s); the values concerned were left out or treated as the plan says.",
            ),
            n=len(names.run.findings),
        )
    )
    yield Bullets([both(f.message) for f in names.run.findings])
