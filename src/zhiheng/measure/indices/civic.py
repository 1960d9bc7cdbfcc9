"""What civic indices add to the score: deductions, bonus points, one-vote vetoes and colour bands, as data.

Order: deductions, bonus points, back to the scale, vetoes, band. Every step that changes a score leaves an
`Applied` record, so that a published score can be taken apart again. Where findings or scores are estimates, `scores`
applies the rules to replicates of both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.indices.problems import Finding, Problem, some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zhiheng.measure.indices.normalise import Array


@dataclass(frozen=True)
class Deduction:
    """Points taken off for each finding of an on-site visit.

    Attributes
    ----------
    points
        For one finding, positive.
    cap
        Most points this rule may take off a unit.
    """

    code: str
    points: float
    cap: float = math.inf
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Bonus:
    """Points added for each recognised achievement; `points` and `cap` as in `Deduction`."""

    code: str
    points: float
    cap: float = math.inf
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Veto:
    """One vote that overrules the score (一票否决).

    Attributes
    ----------
    at
        Applies when the findings of a unit reach this number.
    set_to
        The score becomes this, unless it is lower already: a veto never raises a score.
    cap_band
        The band becomes at most this one (its code); the score stays.
    """

    code: str
    set_to: float | None = None
    cap_band: str | None = None
    at: float = 1.0
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Band:
    """Scores from ``start`` up to the next band have this name and colour."""

    start: float
    name_zh: str = ""
    name_en: str = ""
    colour: str = ""
    code: str = ""


Adjustment = Deduction | Bonus | Veto
KINDS: dict[str, type[Deduction | Bonus | Veto]] = {
    "deduction": Deduction,
    "bonus": Bonus,
    "veto": Veto,
}


@dataclass(frozen=True)
class Applied:
    """One adjustment that touched one unit.

    Attributes
    ----------
    kind
        deduction, bonus, veto, cap (all deductions or bonus points together), bound (back to the scale).
    code
        Of the rule; empty for caps on all rules of a kind and bounds.
    count
        Findings behind it.
    amount
        Change of the score; 0 for a veto on the band only.
    why_zh, why_en
        In words.
    """

    unit: str
    kind: str
    code: str
    count: float
    amount: float
    why_zh: str
    why_en: str


@dataclass(frozen=True)
class Adjusted:
    """Scores after the rules.

    Attributes
    ----------
    units, before, after
        (units,) scores; nan stays nan.
    derivative
        (units,) of ``after`` in ``before``: 1, or 0 where a bound or veto fixed the score. Where the findings are
        counts of a register, and the score is not within a few standard errors of where a rule sets in, multiply the
        standard error by it; otherwise see `scores`.
    bands
        Band of each unit; None without a score, and below the lowest band.
    applied
        What was done, in order of rule and unit.
    """

    units: tuple[str, ...]
    before: Array
    after: Array
    derivative: Array
    bands: tuple[Band | None, ...]
    applied: tuple[Applied, ...]

    def rows(self) -> list[dict[str, object]]:
        """One row a unit: unit, before, after, band (its code)."""
        columns = zip(self.units, self.before, self.after, self.bands, strict=True)
        return [
            {
                "unit": unit,
                "before": float(before),
                "after": float(after),
                "band": band.code if band else None,
            }
            for unit, before, after, band in columns
        ]


def rules_from(
    records: Sequence[Mapping[str, Any]], bands: Sequence[Mapping[str, Any]] = ()
) -> tuple[list[Adjustment], list[Band]]:
    """Read ``[[index.adjust]]`` and ``[[index.bands]]`` of a plan.

    A record has ``kind`` and the fields of `Deduction`, `Bonus` or `Veto`; a band has ``from`` and the fields of
    `Band`. ``name = { zh = …, en = … }`` is accepted for both names. Bands without a code are called "1", "2", …
    from the lowest.

    Raises
    ------
    Problem
        With a finding for everything that is wrong.
    """
    findings: list[Finding] = []
    rules: list[Adjustment] = []
    ladder: list[Band] = []
    for number, record in enumerate(bands, start=1):
        made = _read(
            Band,
            {("start" if key == "from" else key): cell for key, cell in record.items()},
            number,
            findings,
        )
        if made is not None:
            ladder.append(made)
    ladder.sort(key=lambda band: band.start)
    ladder = [
        band if band.code else Band(band.start, band.name_zh, band.name_en, band.colour, str(i))
        for i, band in enumerate(ladder, start=1)
    ]
    for number, record in enumerate(records, start=1):
        kind = record.get("kind", "")
        if kind not in KINDS:
            findings.append(Finding("not_allowed", "", number, "kind", str(kind), ", ".join(KINDS)))
            continue
        rule = _read(
            KINDS[kind], {key: cell for key, cell in record.items() if key != "kind"}, number, findings
        )
        if rule is not None:
            rules.append(rule)
    findings += check_rules(rules, ladder)
    if findings:
        raise Problem(findings)
    return rules, ladder


def check_rules(rules: Sequence[Adjustment], bands: Sequence[Band]) -> list[Finding]:
    """Everything that is wrong with the rules; empty when they are sound."""
    findings: list[Finding] = []
    codes = [rule.code for rule in rules]
    findings += [
        Finding("duplicate_code", code, found=code)
        for code in sorted({c for c in codes if codes.count(c) > 1})
    ]
    starts = [band.start for band in bands]
    findings += [
        Finding("duplicate_band", field="bands", found=f"{start:g}")
        for start in sorted({s for s in starts if starts.count(s) > 1})
    ]
    known = [band.code for band in bands]
    for rule in rules:
        if isinstance(rule, Veto):
            given = [n for n in ("set_to", "cap_band") if getattr(rule, n) is not None]
            if len(given) != 1:
                findings.append(Finding("veto_effect", rule.code, found=", ".join(given) or "–"))
            if not rule.at > 0:
                findings.append(Finding("not_allowed", rule.code, None, "at", f"{rule.at:g}", "> 0"))
            if rule.cap_band is not None and rule.cap_band not in known:
                findings.append(
                    Finding("unknown_band", rule.code, None, "cap_band", rule.cap_band, some(known))
                )
            continue
        findings += [
            Finding("not_allowed", rule.code, None, field, f"{value:g}", "> 0")
            for field, value in (("points", rule.points), ("cap", rule.cap))
            if not value > 0
        ]
    return findings


def adjust(
    scores: Sequence[float] | Array,
    rules: Sequence[Adjustment],
    findings: Mapping[str, Sequence[float] | Array],
    *,
    units: Sequence[str] | None = None,
    bands: Sequence[Band] = (),
    bounds: tuple[float, float] = (0.0, 100.0),
    deduction_cap: float = math.inf,
    bonus_cap: float = math.inf,
    decimals: int | None = None,
) -> Adjusted:
    """Apply the rules to the scores of units.

    Parameters
    ----------
    scores
        (units,); nan has no score and is left alone.
    findings
        Code of a rule to the number of findings of each unit; every rule needs one. It need not be
        whole: a mean or share of points visited does as well.
    bounds
        Deductions and bonus points do not lead out of this range.
    deduction_cap, bonus_cap
        Most points that all deductions, and all bonus rules, may move a unit.
    decimals
        Scores are published with so many decimals: the band is that of the rounded score (halves up), so that a
        page never shows 85.0 in the band below 85.

    Raises
    ------
    Problem
        ``no_findings``, ``negative_count``, ``shape`` and those of `check_rules`.
    """
    before = np.asarray(scores, dtype=np.float64)
    names = (
        tuple(str(u) for u in units) if units is not None else tuple(str(i + 1) for i in range(len(before)))
    )
    counts = _counts(rules, bands, findings, names)
    after = before
    derivative = np.where(np.isnan(before), np.nan, 1.0)
    log: list[Applied] = []
    for step in _steps(before, rules, counts, bounds, deduction_cap, bonus_cap):
        code, why = ("", step.why) if step.rule is None else (step.rule.code, _name(step.rule))
        log.extend(
            Applied(
                names[i],
                step.kind,
                code,
                float(counts[code][i]) if code else 0.0,
                float(step.change[i]),
                *why,
            )
            for i in np.flatnonzero((step.change != 0) & ~np.isnan(before))
        )
        if step.kind in {"bound", "veto"}:
            derivative[step.change != 0] = np.where(np.isnan(before), np.nan, 0.0)[step.change != 0]
        after = step.after
    ladder = sorted(bands, key=lambda band: band.start)
    steps = np.array([band.start for band in ladder])
    reached = np.searchsorted(steps, _published(after, decimals), side="right") - 1
    for rule in rules:
        if isinstance(rule, Veto) and rule.cap_band is not None:
            limit = [band.code for band in ladder].index(rule.cap_band)
            lowered = (counts[rule.code] >= rule.at) & (reached > limit) & ~np.isnan(after)
            log.extend(
                Applied(names[i], "veto", rule.code, float(counts[rule.code][i]), 0.0, *_name(rule))
                for i in np.flatnonzero(lowered)
            )
            reached = np.where(lowered, limit, reached)
    chosen = tuple(
        ladder[int(k)] if k >= 0 and not np.isnan(score) else None
        for k, score in zip(reached, after, strict=True)
    )
    return Adjusted(names, before, after, derivative, chosen, tuple(log))


def scores(
    before: Array,
    rules: Sequence[Adjustment],
    findings: Mapping[str, Array],
    *,
    bounds: tuple[float, float] = (0.0, 100.0),
    deduction_cap: float = math.inf,
    bonus_cap: float = math.inf,
) -> Array:
    """Give the scores after sound rules and no more: of any shape, as the findings, so that replicates go together.

    A finding below zero, which a replicate of a rare one may be, counts as none.
    """
    counts = {code: np.maximum(count, 0.0) for code, count in findings.items()}
    after = before
    for step in _steps(before, rules, counts, bounds, deduction_cap, bonus_cap):
        after = step.after
    return after


@dataclass(frozen=True)
class _Step:
    """One rule or limit at work: by how much it changes each score, and the scores after it."""

    kind: str
    rule: Adjustment | None
    why: tuple[str, str]
    change: Array
    after: Array


def _steps(
    before: Array,
    rules: Sequence[Adjustment],
    counts: Mapping[str, Array],
    bounds: tuple[float, float],
    deduction_cap: float,
    bonus_cap: float,
) -> Iterator[_Step]:
    """Apply what changes scores, in its order."""
    after = before
    for kind, sign, most, why in (
        (Deduction, -1.0, deduction_cap, ("扣分合计上限", "cap on all deductions")),
        (Bonus, 1.0, bonus_cap, ("加分合计上限", "cap on all bonus points")),
    ):
        moved = np.zeros_like(before)
        for rule in rules:
            if isinstance(rule, Deduction | Bonus) and isinstance(rule, kind):
                change = sign * np.minimum(counts[rule.code] * rule.points, rule.cap)
                moved = moved + change
                yield _Step(kind.__name__.lower(), rule, ("", ""), change, after + moved)
        excess = np.maximum(np.abs(moved) - most, 0.0)
        after = after + (moved - sign * excess)
        yield _Step("cap", None, why, -sign * excess, after)
    bounded = np.clip(after, *bounds)
    yield _Step("bound", None, ("分值上下限", "bounds of the scale"), bounded - after, bounded)
    after = bounded
    for rule in rules:
        if isinstance(rule, Veto) and rule.set_to is not None:
            vetoed = np.where(counts[rule.code] >= rule.at, np.minimum(after, rule.set_to), after)
            yield _Step("veto", rule, ("", ""), vetoed - after, vetoed)
            after = vetoed


def _name(rule: Adjustment) -> tuple[str, str]:
    return rule.name_zh, rule.name_en


def _published(scores: Array, decimals: int | None) -> Array:
    """Round halves up, as a published table does; a hair below a half counts as the half."""
    if decimals is None:
        return scores
    scale = 10.0**decimals
    rounded: Array = np.floor(scores * scale + 0.5 + 1e-9) / scale
    return rounded


def _counts(
    rules: Sequence[Adjustment],
    bands: Sequence[Band],
    findings: Mapping[str, Sequence[float] | Array],
    units: Sequence[str],
) -> dict[str, Array]:
    wrong = check_rules(rules, bands)
    counts: dict[str, Array] = {}
    for rule in rules:
        if rule.code not in findings:
            wrong.append(Finding("no_findings", rule.code, found=rule.code, expected=f"{len(units)}"))
            continue
        count = np.asarray(findings[rule.code], dtype=np.float64)
        if count.shape != (len(units),):
            wrong.append(Finding("shape", rule.code, found=str(count.shape), expected=f"({len(units)},)"))
        elif not np.all(count >= 0):
            bad = some([units[int(i)] for i in np.flatnonzero(~(count >= 0))])
            wrong.append(Finding("negative_count", rule.code, found=bad))
        counts[rule.code] = count
    unknown = [code for code in findings if code not in {rule.code for rule in rules}]
    known = some([rule.code for rule in rules])
    wrong += [Finding("unknown_field", code, found=code, expected=known) for code in unknown]
    if wrong:
        raise Problem(wrong)
    return counts


_NUMBERS = {"points", "cap", "set_to", "at", "start"}


def _read(made: type[Any], record: Mapping[str, Any], number: int, findings: list[Finding]) -> Any | None:
    """Make one record; what is wrong with it becomes findings."""
    cells = dict(record)
    code = str(cells.get("code", ""))
    both = cells.pop("name", None)
    if both is not None:
        names = both if hasattr(both, "get") else {"zh": str(both), "en": str(both)}
        cells |= {"name_zh": names.get("zh", ""), "name_en": names.get("en", "")}
    allowed = [field.name for field in fields(made)]
    start = len(findings)
    for field, cell in cells.items():
        if field not in allowed:
            findings.append(Finding("unknown_field", code, number, field, field, ", ".join(allowed)))
        elif field in _NUMBERS and (
            isinstance(cell, bool) or not isinstance(cell, int | float) or math.isnan(cell)
        ):
            findings.append(Finding("not_a_number", code, number, field, str(cell), "5.0"))
    needed = {Band: ("start",), Veto: ("code",)}.get(made, ("code", "points"))
    findings += [
        Finding("field_missing", code, number, field, made.__name__, field)
        for field in needed
        if field not in cells
    ]
    return made(**cells) if len(findings) == start else None
