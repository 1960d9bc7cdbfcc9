"""What the figures stand on: method and sample, where the rows went, what the check found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Bullets, Cell, Column, Facts, Heading, Paragraph, Table, Text
from zhiheng.programme.ledger import REASONS
from zhiheng.programme.report.names import Names, both, clauses, filled, listed, run_on, words
from zhiheng.programme.report.weighting import method_name
from zhiheng.programme.sampling_error import BY_REPLICATES, REPLICATES

if TYPE_CHECKING:
    from zhiheng.programme.estimation import Analysis
    from zhiheng.programme.ledger import LedgerEntry
    from zhiheng.programme.plan import TablePlan

LONELY: Mapping[str, Text] = {
    "remove": Text("只有一个单位的层不计入方差", "strata with a single unit add nothing to the variance"),
    "adjust": Text(
        "只有一个单位的层以总均值为中心计算方差", "strata with a single unit are centred at the overall mean"
    ),
    "average": Text(
        "只有一个单位的层取其余各层方差的平均", "strata with a single unit get the average of the others"
    ),
    "certainty": Text("只有一个单位的层视为必然入样", "strata with a single unit are taken as certain"),
}
MISSING: Mapping[str, Text] = {
    "renormalise": Text(
        "缺失的指标由同级其他指标按权重分担", "the weight of a missing indicator goes to its siblings"
    ),
    "fail": Text("缺失任何必需的指标即不计算", "nothing is computed where a required indicator is missing"),
    "carry": Text("缺失的指标沿用上一期数值", "a missing indicator keeps its value of the wave before"),
}
AGGREGATES: Mapping[str, Text] = {
    "arithmetic": Text("加权算术平均", "weighted arithmetic means"),
    "geometric": Text("加权几何平均", "weighted geometric means"),
    "harmonic": Text("加权调和平均", "weighted harmonic means"),
}
NORMALISED: Mapping[str, Text] = {
    "scale": Text("按题目量表的两端换算", "by the ends of the answer scale"),
    "goalposts": Text("按目标值的上下限换算", "by stated goalposts"),
    "minmax": Text("按参评单位的最小值与最大值换算", "by the smallest and largest value of the units"),
    "zscore": Text("换算为标准分", "as z-scores"),
    "rank": Text("换算为名次", "as ranks"),
    "percentile": Text("换算为百分位", "as percentiles"),
}
#: more waves are told by the first, the last and their number
MOST_WAVES = 12
#: rows by reason, of a table and a wave or a variable
Counts = dict[tuple[str, str], dict[str, int]]


def rows_of(names: Names, table: str, reason: str) -> int:
    """Rows of a table with a reason, over all waves."""
    return sum(e.rows for e in names.run.ledger if (e.table, e.variable, e.reason) == (table, "", reason))


# ── method and sample ──


def method_section(names: Names) -> Iterator[Block]:
    """What was measured on whom, and how."""
    plan = names.plan
    yield Heading(1, Text("对象与方法", "What was measured, and how"))
    facts: list[tuple[Text, Text]] = []
    if plan.population:
        facts.append((Text("总体", "Population"), words(plan.population)))
    facts.append((Text("期次", "Waves"), _waves(names)))
    facts += [(names.source(table.name), _used(names, table)) for table in plan.tables]
    if names.domains:
        counts = [
            filled(Text("{name}（{n}个）", "{name} ({n})"), n=len(d.units), name=words(d.name))
            for d in names.domains
        ]
        facts.append((Text("报告层级", "Levels"), listed(counts)))
    yield Facts(facts)
    for table in plan.tables:
        yield Paragraph(_how(names, table, names.run.analyses[table.name]))
    if plan.index is not None and names.run.tree is not None:
        yield Paragraph(_index_in_words(names))
    if any(t.role != "published" for t in plan.tables):
        yield Paragraph(_errors_in_words(names))
    if plan.notes:
        yield Bullets([words(note) for note in plan.notes])


def _waves(names: Names) -> Text:
    every = list(names.waves.values())
    if len(every) <= MOST_WAVES:
        return listed(every)
    return filled(
        Text("{first}至{last}，共{n}期", "{first} to {last}, {n} waves"),
        first=every[0],
        last=every[-1],
        n=len(every),
    )


def _used(names: Names, table: TablePlan) -> Text:
    """Where the rows are from, how many were read, used and left."""
    read, used = rows_of(names, table.name, "read"), rows_of(names, table.name, "used")
    template = Text("{file}：读入{read}行，进入估计{used}行", "{file}: {read} rows read, {used} used")
    if used < read:
        template = Text(
            f"{template.zh}，其余{{left}}行的去向见“行数去向”",
            f"{template.en}; of the other {{left}} see “Where the rows went”",
        )
    return filled(template, file=names.file(table.name), read=read, used=used, left=read - used)


def _how(names: Names, table: TablePlan, analysis: Analysis) -> Text:
    """The design of a table in words, no more than the plan says."""
    source = names.source(table.name)
    if table.role == "published":
        return filled(
            Text(
                "{source}：数值按给定采用，没有抽样误差。",
                "{source}: taken as given, without sampling error.",
            ),
            source=source,
        )
    design, parts = table.design, []
    if design.strata:
        strata = listed(_column(names, c) for c in design.strata)
        parts.append(filled(Text("按{strata}分层", "stratified by {strata}"), strata=strata))
    record = Text("个体", "the single record")
    clusters = [record if c == "*" else _column(names, c) for c in design.clusters] or [record]
    if len(clusters) > 1:
        template = Text("分{n}个阶段抽取，依次为{units}", "drawn in {n} stages: {units}")
        parts.append(filled(template, n=len(clusters), units=listed(clusters)))
    else:
        parts.append(filled(Text("抽样单位为{unit}", "the sampled unit is {unit}"), unit=clusters[0]))
    if design.weights:
        weights = f"“{design.weights}”"
        parts.append(
            filled(Text("基础权数取自{column}列", "base weights in column {column}"), column=weights)
        )
    else:
        parts.append(Text("不加权", "unweighted"))
    if design.population:
        template = Text("{n}个阶段计入有限总体校正", "finite population correction at {n} stage(s)")
        parts.append(filled(template, n=len(design.population)))
    if design.lonely in LONELY:
        parts.append(LONELY[design.lonely])
    said = [filled(Text("{source}：{how}。", "{source}: {how}."), source=source, how=clauses(parts))]
    if analysis.steps:
        done = listed(dict.fromkeys(map(method_name, analysis.steps)))
        said.append(
            filled(
                Text(
                    "基础权数经{done}调整，最终权数的Kish deff为{kish}，详见“加权报告”。",
                    "The base weights were adjusted by {done}; Kish's deff of the final weights is {kish}, see "
                    "“Weighting”.",
                ),
                done=done,
                kish=f"{analysis.steps[-1].kish_after:.2f}",
            )
        )
    return run_on(said)


def _column(names: Names, column: str) -> Text:
    """A column in words; one the plan has no words for is named as it stands in the data."""
    told = names.column(column)
    return Text(f"“{column}”", f"“{column}”") if told.zh == column else told


def _index_in_words(names: Names) -> Text:
    plan, tree = names.plan, names.run.tree
    assert plan.index is not None
    assert tree is not None
    nodes = {i.aggregate for i in tree.indicators if i not in tree.leaves}
    how = listed(AGGREGATES[a] for a in AGGREGATES if a in nodes)
    scaled = [NORMALISED[m] for m in NORMALISED if any(leaf.normalise == m for leaf in tree.leaves)]
    said = [
        filled(
            Text(
                "{name}由{leaves}个指标逐级汇总（{how}），取值{low}至{high}。",
                "{name} aggregates {leaves} indicators level by level ({how}), from {low} to {high}.",
            ),
            name=names.node(names.root),
            leaves=len(plan.leaves),
            how=how,
            low=f"{plan.index.scale[0]:g}",
            high=f"{plan.index.scale[1]:g}",
        )
    ]
    if scaled:
        said.append(
            filled(
                Text("各指标先{how}。", "Indicators are first put on one scale {how}."), how=listed(scaled)
            )
        )
    said.append(filled(Text("{how}。", "Where values are missing, {how}."), how=MISSING[plan.index.missing]))
    sampled = sum(t.role != "published" for t in plan.tables)
    if sampled:
        said.append(
            Text(
                "各指标的抽样误差按抽样设计传入指数。",
                "The sampling error of the indicators flows into the index by the sample design.",
            )
        )
    if sampled > 1:
        said.append(Text("各数据表视为相互独立的样本。", "The tables count as independent samples."))
    if plan.index.adjust:
        said.append(
            filled(
                Text("汇总之后按规则调整：{rules}。", "Rules are applied to the result: {rules}."),
                rules=listed(words(a.name) if a.name else a.code for a in plan.index.adjust),
            )
        )
        said += _rule_errors(names)
    return run_on(said)


def _rule_errors(names: Names) -> Iterator[Text]:
    """Which rules carry a sampling error into the index, and which look at counts."""
    plan = names.plan
    assert plan.index is not None
    sampled: list[Text] = []
    given: list[Text] = []
    for a in plan.index.adjust:
        of = given if plan.table(a.measured.table).role == "published" else sampled
        of.append(words(a.name) if a.name else Text(a.code, a.code))
    if sampled:
        yield filled(
            Text(
                "{rules}依据抽样数据，其抽样误差连同与指标的协方差计入指数的标准误：初级抽样单元重抽{n}次，每次重新适用规则。",
                "{rules}: from samples; their error, and its covariance with the indicators, is part of the standard "
                "error of the index: first-stage units are drawn again {n} times and the rules applied to each.",
            ),
            rules=listed(sampled),
            n=f"{REPLICATES}",
        )
    if given:
        yield filled(
            Text(
                "{rules}依据登记或认定的数值，没有抽样误差。",
                "{rules}: from registers or decisions, without sampling error.",
            ),
            rules=listed(given),
        )


def _errors_in_words(names: Names) -> Text:
    return run_on(
        [
            Text(
                "标准误按上述抽样设计用泰勒线性化计算。",
                "Standard errors follow the sample design by Taylor linearisation.",
            ),
            *replicates_in_words(names),
            filled(
                Text(
                    "区间为{level}置信区间，答案比例用logit法，其余用t分布。"
                    "deff为与有放回简单随机抽样相比的设计效应，n为有效回答数。",
                    "Intervals have level {level}: by logit for shares of answers, by Student's t for all else. deff "
                    "compares with simple random sampling with replacement; n counts valid answers.",
                ),
                level=names.confidence,
            ),
        ]
    )


def replicates_in_words(names: Names) -> Iterator[Text]:
    """Which scores have their error from replicates, where any have."""
    indices = [level.index for level in names.run.levels if level.index is not None]
    if not any(method.startswith(BY_REPLICATES) for index in indices for method in index.method.values()):
        return
    plan = names.plan
    some = [leaf for leaf in plan.leaves if any(i.method[leaf[0]].startswith(BY_REPLICATES) for i in indices)]
    yield filled(
        Text(
            "{leaves}按参评单位的数据换算，没有导数；其得分和由此汇总的指数不用线性化，标准误取自{n}次自助复制"
            "（重抽初级抽样单元，并按全部抽样阶段的标准误定标），区间用正态分布。",
            "{leaves}: put on the scale by the data of the units, which has no derivative. Standard errors of these "
            "scores, and of the index made of them, come not from linearisation but from {n} bootstrap replicates "
            "(first-stage units drawn again, scaled to the error of all stages); their intervals are normal.",
        ),
        leaves=listed(names.node(code) for code, _ in some),
        n=REPLICATES,
    )


# ── where rows went ──


def ledger_section(names: Names) -> Iterator[Block]:
    """How many rows left and why: of whole tables, and of each variable that lacks answers."""
    yield Heading(1, Text("行数去向", "Where the rows went"))
    yield Paragraph(
        Text(
            "读入的行等于离开的行加进入估计的行；每个变量的有效回答与各种缺失之和等于进入估计的行。",
            "Rows read are rows left plus rows used; of each variable valid answers and all that is missing sum to the "
            "rows used.",
        )
    )
    yield row_table(names)
    lacking, complete = _variables(names)
    if lacking:
        yield variable_table(names, lacking)
    if complete:
        yield Paragraph(
            filled(
                Text(
                    "{rest}{n}个变量在进入估计的行中都有值。",
                    "{rest}{n} variables have a value in all rows used.",
                ),
                rest=Text("另有", "Another ") if lacking else Text("", ""),
                n=complete,
            )
        )
    outside = [e for e in names.run.ledger if e.reason == "no_area"]
    if outside:
        yield Bullets(
            [
                filled(
                    Text(
                        "{source}有{rows}行没有“{level}”的代码，不进入该层级。",
                        "{source}: {rows} rows have no code of “{level}” and take no part in that level.",
                    ),
                    source=names.source(table),
                    rows=counts["no_area"],
                    level=_variable(names, variable),
                )
                for (table, variable), counts in _counted(outside, lambda e: (e.table, e.variable)).items()
            ]
        )


def row_table(names: Names) -> Table:
    """Whole rows: a line a table and wave; a line a table where many waves lost none."""
    entries = [e for e in names.run.ledger if not e.variable]
    lost = {e.table for e in entries if e.reason not in {"read", "used"}}
    folded = {t.name for t in names.plan.tables if t.name not in lost and len(names.waves) > MOST_WAVES}

    def line(e: LedgerEntry) -> tuple[str, str]:
        return e.table, "*" if e.table in folded else e.wave

    columns = [Column("table", Text("数据表", "Table"))]
    if names.several_waves or any(e.wave not in names.waves for e in entries):
        columns.append(Column("wave", Text("期次", "Wave")))
    unknown = Text("期次之外", "outside the waves")
    rows: list[dict[str, Cell]] = [
        {
            "table": names.source(table),
            "wave": Text("各期合计", "all waves") if wave == "*" else names.waves.get(wave, wave or unknown),
            **counts,
        }
        for (table, wave), counts in _counted(entries, line).items()
    ]
    return _ledger(columns, entries, rows, Text("各数据表的行", "Rows of each table"), "rows")


def _variables(names: Names) -> tuple[list[LedgerEntry], int]:
    """Entries of the variables that lack something, and how many variables lack nothing."""
    entries = [e for e in names.run.ledger if e.variable and not e.variable.startswith("level:")]
    some = {(e.table, e.variable) for e in entries if e.reason != "answered"}
    complete = {(e.table, e.variable) for e in entries} - some
    return [e for e in entries if (e.table, e.variable) in some], len(complete)


def variable_table(names: Names, entries: Sequence[LedgerEntry] | None = None) -> Table:
    """Variables: a line each, over all waves; of all that have an entry unless told."""
    found = entries
    if found is None:
        found = [e for e in names.run.ledger if e.variable]
    columns = [Column("table", Text("数据表", "Table"))] if len({e.table for e in found}) > 1 else []
    rows: list[dict[str, Cell]] = [
        {"table": names.source(table), "variable": _variable(names, variable), **counts}
        for (table, variable), counts in _counted(found, lambda e: (e.table, e.variable)).items()
    ]
    caption = (
        Text("各变量的有效回答与缺失（各期合计）", "Valid and missing answers of each variable, all waves")
        if names.several_waves
        else Text("各变量的有效回答与缺失", "Valid and missing answers of each variable")
    )
    return _ledger(
        [*columns, Column("variable", Text("变量", "Variable"))], found, rows, caption, "variables"
    )


def _counted(entries: Iterable[LedgerEntry], line: Callable[[LedgerEntry], tuple[str, str]]) -> Counts:
    """Rows by reason, of each line of a table."""
    found: Counts = {}
    for e in entries:
        counts = found.setdefault(line(e), {})
        counts[e.reason] = counts.get(e.reason, 0) + e.rows
    return found


def _ledger(
    columns: Sequence[Column],
    entries: Sequence[LedgerEntry],
    rows: Sequence[Mapping[str, Cell]],
    caption: Text,
    anchor: str,
) -> Table:
    reasons = [r for r in REASONS if any(e.reason == r for e in entries)]
    return Table(
        [*columns, *(Column(r, Text(*REASONS[r]), "number", 0) for r in reasons)],
        [{**dict.fromkeys(reasons, 0), **row} for row in rows],
        caption=caption,
        max_rows_in_documents=60,
        anchor=anchor,
    )


def _variable(names: Names, variable: str) -> Text:
    if not variable.startswith("level:"):
        return names.column(variable)
    level = next((d for d in names.plan.domains if d.code == variable.removeprefix("level:")), None)
    return words(level.name) if level else Text(variable, variable)


# ── what the check found ──


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
