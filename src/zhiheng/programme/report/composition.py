"""The report of a run, in order: what was found first, what it stands on after."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from zhiheng.documents import Block, Report, Text, Words
from zhiheng.programme.report import answers, basis, ground, movement, rules, standing, summary, weighting
from zhiheng.programme.report.names import Names, words

if TYPE_CHECKING:
    from zhiheng.programme.run import Run


def compose(run: Run) -> Report:
    """Describe the report of a run: one description for page, Word and PDF."""
    names = Names(run)
    blocks: list[Block] = [
        *summary.summary_section(names),
        *ground.method_section(names),
        *standing.index_section(names),
        *standing.heat_section(names),
        *standing.quadrant_section(names),
        *movement.trend_section(names),
        *basis.basis_section(names),
        *rules.rule_section(names),
        *answers.question_section(names),
        *weighting.weight_section(names),
        *ground.ledger_section(names),
        *ground.finding_section(names),
    ]
    return Report(
        title=words(run.plan.title),
        blocks=blocks,
        edition=run.plan.edition,
        owner=words(run.plan.owner) if run.plan.owner else "",
        languages=names.languages,
        made_up=run.plan.made_up,
        footer=footer(run),
        date=today(),
    )


def today() -> dt.date:
    """The date on the documents; SOURCE_DATE_EPOCH gives another, for documents that are the same each time."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = (
        dt.datetime.fromtimestamp(int(given), tz=dt.UTC)
        if given.isdigit()
        else dt.datetime.now().astimezone()
    )
    return now.date()


def footer(run: Run) -> list[tuple[Words, Words]]:
    """What the run was made from: enough to repeat it."""
    record = run.record
    own, versions = f"zhiheng {record['zhiheng']}", [f"{k} {v}" for k, v in record["versions"].items()]
    facts: list[tuple[Words, Words]] = [
        (Text("软件", "Software"), Text(f"{own}（{'，'.join(versions)}）", f"{own} ({', '.join(versions)})")),
        (Text("随机种子", "Seed"), str(record["seed"])),
    ]
    hashes = {**record["plan"], **record["data"]}
    facts += [(name, f"SHA-256 {value[:16]}…") for name, value in list(hashes.items())[:24]]
    if len(hashes) > 24:
        facts.append((Text("其余文件", "Other files"), "run.json"))
    return facts
