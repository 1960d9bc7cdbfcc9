"""Read what plan.toml says of the index and of importance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, cast

from zhiheng.programme.plan import Adjustment, Band, Importance, IndexPlan, Measured, Role, Statistic
from zhiheng.programme.problems import listed
from zhiheng.programme.section import Section

#: keys that only one kind of rule heeds
OF_POINTS, OF_VETO = frozenset({"points", "cap"}), frozenset({"at", "set_to", "cap_band"})
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def statistics_of(role: Role | None) -> tuple[str, ...]:
    """Which statistics a table can give, the usual one first: a published one has its value and no other."""
    return ("value",) if role == "published" else ("mean", "proportion", "total")


def unique(section: Section, key: str, name: str, given: list[str], *taken: str) -> None:
    """Tell names that stand twice in a list of tables; one that is lacking was told already."""
    for position, one in enumerate(given):
        if one and one in (*taken, *given[:position]):
            section.tell("duplicate_name", f"{key}[{position + 1}].{name}", one)


def are_sound(names: Sequence[str]) -> bool:
    """Whether all names of a list could be read, each once; where not, the plan was told so."""
    return "" not in names and len(set(names)) == len(names)


def reference(section: Section, key: str, names: list[str]) -> str:
    """Read the name of something the plan defines elsewhere; it may be one that could not be read."""
    name = section.text(key, required=True)
    if name and name not in names and are_sound(names):
        section.tell("reference_unknown", key, name, listed(names) or "—")
    return name


def read_index(section: Section, tables: Mapping[str, Role]) -> IndexPlan:
    """Read `[index]`: how it is made, its bands and rules."""
    bands: list[Band] = []
    starts: list[str] = []
    read = True
    for inner in section.sections("bands"):
        bands.append(
            Band(
                inner.code("code", str(len(bands) + 1)),
                inner.number("from", 0.0),
                inner.words("name"),
                inner.text("colour", "#888888"),
            )
        )
        if not COLOUR.fullmatch(bands[-1].colour):
            inner.tell(
                "key_kind", "colour", bands[-1].colour, ("颜色，如 #2e7d32", "a colour such as #2e7d32")
            )
        read = read and "code" not in inner.told
        starts.append("" if "from" in inner.told else f"{bands[-1].start:g}")
        inner.close()
    index = IndexPlan(
        missing=cast(
            'Literal["renormalise"]',
            section.choice("missing", ("renormalise", "fail", "carry"), "renormalise"),
        ),
        unbalanced=bool(section.flag("unbalanced", default=False)),
        scale=section.pair("scale", (0.0, 100.0)) or (0.0, 100.0),
        level=section.number("level", 0.95),
        whole=section.flag("whole", default=None),
        balance=section.number("balance", 0.001),
        deduction_cap=section.number("deduction_cap", None),
        bonus_cap=section.number("bonus_cap", None),
        decimals=section.whole("decimals", None, 0, 6),
        adjust=tuple(_adjustment(s, tables) for s in section.sections("adjust")),
        bands=tuple(bands),
    )
    if not 0.5 <= index.level < 1:
        section.tell("not_allowed", "level", index.level, "0.5 … 0.999")
    for key, most in (("deduction_cap", index.deduction_cap), ("bonus_cap", index.bonus_cap)):
        if most is not None and most <= 0:
            section.tell("key_kind", key, most, ("正数", "a positive number"))
    unique(section, "bands", "code", [b.code for b in bands])
    unique(section, "bands", "from", starts)
    unique(section, "adjust", "code", [a.code for a in index.adjust])
    for position, rule in enumerate(index.adjust, start=1):
        if read and rule.cap_band and rule.cap_band not in [b.code for b in bands]:
            legal = listed(b.code for b in bands)
            section.tell("reference_unknown", f"adjust[{position}].cap_band", rule.cap_band, legal)
    section.close()
    return index


def _adjustment(section: Section, tables: Mapping[str, Role]) -> Adjustment:
    table = reference(section, "table", list(tables))
    legal = statistics_of(tables.get(table))
    kind = section.choice("kind", ("deduction", "bonus", "veto"), required=True)
    adjustment = Adjustment(
        code=section.code("code", required=True),
        kind=cast('Literal["deduction", "bonus", "veto"]', kind),
        name=section.words("name"),
        measured=Measured(
            table,
            section.text("variable", required=True),
            cast("Statistic", section.choice("statistic", legal, legal[0])),
            section.codes("category"),
        ),
        points=section.number("points", None),
        cap=section.number("cap", None),
        at=section.number("at", 1.0),
        set_to=section.number("set_to", None),
        cap_band=section.code("cap_band"),
        absent=cast('Literal["lacking"]', section.choice("absent", ("lacking", "zero"), "lacking")),
    )
    lacking = adjustment.measured.statistic == "proportion" and not adjustment.measured.category
    if lacking and "category" not in section.told:
        section.tell("key_missing", "category", expected="category")
    if not kind:  # the plan was told so already
        section.close()
        return adjustment
    for key in set(section.data) & (OF_POINTS if kind == "veto" else OF_VETO):
        section.tell("key_of_other_kind", key, key, kind)
    if kind == "veto":
        if adjustment.at <= 0:
            section.tell("key_kind", "at", adjustment.at, ("正数", "a positive number"))
        if not {"set_to", "cap_band"} & section.told and (adjustment.set_to is None) == (
            not adjustment.cap_band
        ):
            section.tell("one_of", "", ", ".join(section.data), "set_to, cap_band")
    elif "points" not in section.told and (adjustment.points is None or adjustment.points <= 0):
        section.tell("key_kind", "points", adjustment.points, ("正数", "a positive number"))
    if kind != "veto" and adjustment.cap is not None and adjustment.cap <= 0:
        section.tell("key_kind", "cap", adjustment.cap, ("正数", "a positive number"))
    section.close()
    return adjustment


def read_importance(section: Section | None, tables: list[str]) -> Importance | None:
    """Read `[importance]`; none without it."""
    if section is None:
        return None
    importance = Importance(reference(section, "table", tables), section.text("outcome", required=True))
    section.close()
    return importance
