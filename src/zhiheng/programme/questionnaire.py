"""Labels of columns and answers: from questionnaire.xlsx, where a programme has one, and from the plan, which leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zhiheng.programme.plan import Named, Words
from zhiheng.programme.problems import Findings
from zhiheng.xform.form import read_form
from zhiheng.xform.problems import Problem

FILE = "questionnaire.xlsx"


@dataclass(frozen=True)
class Labels:
    """Words for variables, and for the answers of each variable by code."""

    questions: Mapping[str, Words] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)

    def led_by(self, names: Mapping[str, Named]) -> Labels:
        """Put the words of the plan before those of the questionnaire."""
        questions = {**self.questions, **{c: n.name for c, n in names.items() if n.name}}
        answers = {**self.answers}
        for column, named in names.items():
            answers[column] = {**answers.get(column, {}), **named.values}
        return Labels(questions, answers)


def read_questionnaire(folder: Path, findings: Findings) -> Labels:
    """Read the labels; empty without a questionnaire, or with one that is wrong (findings tell)."""
    if not (folder / FILE).is_file():
        return Labels()
    try:
        form = read_form(folder / FILE)
    except Problem as problem:
        findings.add("questionnaire", f"{FILE}: {problem.sheet}" if problem.sheet else FILE, problem.row,
                     problem.column, (problem.message("zh").rstrip("。"), problem.message("en").rstrip(".")),
                     problem.expected or "XLSForm")  # fmt: skip
        return Labels()
    questions = {q.name: Words(q.label.zh, q.label.en) for q in form.questions if q.label.zh}
    answers = {
        q.name: {c.name: Words(c.label.zh, c.label.en) for c in form.choices_of(q.name)}
        for q in form.questions
        if q.choices
    }
    return Labels(questions, answers)
