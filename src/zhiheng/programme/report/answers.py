"""Every question: its latest mean with its error, its means over waves, the distribution of its answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Cell, Column, Heading, Table, Text
from zhiheng.programme.report.names import Names, filled, words

if TYPE_CHECKING:
    from zhiheng.programme.questions import Average, QuestionTable, Share


def question_section(names: Names) -> Iterator[Block]:
    """The latest mean of every question, its means over waves, and the answers of those with few."""
    averaged = [q for q in names.run.questions if q.averages]
    if not averaged and not any(q.shares for q in names.run.questions):
        return
    yield Heading(1, Text("各题结果", "Every question"))
    if averaged:
        yield _latest(names, averaged)
        if names.several_waves and any(len(q.averages) > 1 for q in averaged):
            yield _over_waves(names, averaged)
    yield from _distributions(names)


# ── means ──


def _latest(names: Names, questions: Sequence[QuestionTable]) -> Table:
    last = [q.averages[-1] for q in questions]
    waves = list(dict.fromkeys(a.wave for a in last))
    columns = [c for c in average_columns(names) if c.key != "wave" or len(waves) > 1]
    caption = Text("各题均值（总体）", "Means of every question, everybody")
    if names.several_waves and len(waves) == 1:
        caption = filled(
            Text("各题均值（总体，{wave}）", "Means of every question, everybody, {wave}"),
            wave=names.waves[waves[0]],
        )
    return Table(
        columns,
        [_average(names, q, a) for q, a in zip(questions, last, strict=True)],
        caption=caption,
        notes=[
            filled(
                Text(
                    "区间为{level}置信区间；n为有效回答数。", "Intervals of {level}; n counts valid answers."
                ),
                level=names.confidence,
            )
        ],
        max_rows_in_documents=None,
        anchor="questions",
    )


def _over_waves(names: Names, questions: Sequence[QuestionTable]) -> Table:
    """A row a question, a column a wave: the mean, and its standard error in brackets."""
    asked = [w for w in names.waves if any(a.wave == w for q in questions for a in q.averages)]
    return Table(
        [
            Column("question", Text("题目", "Question")),
            *(Column(f"wave {w}", names.waves[w], align="right") for w in asked),
        ],
        [
            {
                "question": words(q.name),
                **dict.fromkeys((f"wave {w}" for w in asked), Text("未问", "not asked")),
            }
            | {f"wave {a.wave}": f"{a.value:.2f} ({a.se:.3f})" for a in q.averages}
            for q in questions
        ],
        caption=Text("各题历次均值（总体）", "Means of every question over waves, everybody"),
        notes=[Text("括号内为标准误。", "Standard errors in brackets.")],
        max_rows_in_documents=None,
        anchor="questions-waves",
    )


def average_columns(names: Names) -> list[Column]:
    """Columns of the means."""
    columns = [Column("question", Text("题目", "Question"), width=30)]
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
    return [_average(names, q, a) for q in names.run.questions for a in q.averages]


def _average(names: Names, question: QuestionTable, a: Average) -> dict[str, Cell]:
    figures: dict[str, Cell] = {k: getattr(a, k) for k in ("value", "se", "lower", "upper", "n", "deff")}
    return {"question": words(question.name), "wave": names.waves[a.wave], **figures}


# ── distributions ──


def _distributions(names: Names) -> Iterator[Table]:
    """Questions with the same answers side by side in one table, in the latest wave that asked each."""
    order = list(names.waves)
    sets: dict[tuple[tuple[str, str], ...], list[tuple[QuestionTable, list[Share]]]] = {}
    for question in names.run.questions:
        if not question.shares:
            continue
        wave = max((s.wave for s in question.shares), key=order.index)
        shares = [s for s in question.shares if s.wave == wave]
        possible = dict.fromkeys((s.answer, words(s.name).zh) for s in question.shares)
        key = tuple(sorted(possible, key=lambda a: _in_order(a[0])))
        sets.setdefault(key, []).append((question, shares))
    for i, (answers, found) in enumerate(sorted(sets.items(), key=lambda item: -len(item[1])), start=1):
        yield _distribution(names, [a for a, _ in answers], found, i)


def _in_order(answer: str) -> tuple[bool, float, str]:
    """Answers that are numbers by their size, others after them by their code."""
    try:
        return False, float(answer), answer
    except ValueError:
        return True, 0.0, answer


def _distribution(
    names: Names, answers: Sequence[str], found: Sequence[tuple[QuestionTable, list[Share]]], number: int
) -> Table:
    label = {s.answer: words(s.name) for q, _ in found for s in q.shares}
    waves = list(dict.fromkeys(shares[0].wave for _, shares in found))
    columns = [Column("question", Text("题目", "Question"))]
    if len(waves) > 1:
        columns.append(Column("wave", Text("期次", "Wave")))
    columns += [Column(f"answer {a}", label[a], "percent", 1) for a in answers]
    columns += [
        Column("se", Text("标准误至多", "SE at most"), "percent", 2),
        Column("n", "n", "number", 0),
    ]
    rows: list[dict[str, Cell]] = [
        {
            "question": words(question.name),
            "wave": names.waves[shares[0].wave],
            **{f"answer {a}": 0.0 for a in answers},
            **{f"answer {s.answer}": s.value for s in shares},
            "se": max(s.se for s in shares),
            "n": question.answered[shares[0].wave],
        }
        for question, shares in found
    ]
    caption = Text("答案分布（总体）", "Distribution of answers, everybody")
    if names.several_waves and len(waves) == 1:
        caption = filled(
            Text("答案分布（总体，{wave}）", "Distribution of answers, everybody, {wave}"),
            wave=names.waves[waves[0]],
        )
    notes = [
        Text(
            "每个答案的标准误、区间和各期分布见工作簿。",
            "The workbook holds errors, intervals and all waves.",
        )
    ]
    return Table(
        columns,
        rows,
        caption=caption,
        notes=notes if number == 1 and "xlsx" in names.plan.outputs.formats else [],
        max_rows_in_documents=None,
        anchor=f"shares-{number}",
    )


def share_columns(names: Names) -> list[Column]:
    """Columns of the distributions, an answer a row."""
    columns = [Column("question", Text("题目", "Question"), width=30)]
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


def share_rows(names: Names) -> list[dict[str, Cell]]:
    """One row a question, wave and answer."""
    return [
        {
            "question": words(q.name),
            "wave": names.waves[s.wave],
            "answer": words(s.name),
            **{k: getattr(s, k) for k in ("value", "se", "lower", "upper")},
        }
        for q in names.run.questions
        for s in q.shares
    ]
