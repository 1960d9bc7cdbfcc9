"""The truth table of `truth_table.toml` as records."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from zhiheng.documents.words import Language, Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the truth table.

    Attributes
    ----------
    code, name : what it is called in code and to a reader.
    true, warn : intervals as expressions in N, u, v and s; `warn` is empty where nothing is discouraged.
    negative : what a number below zero does.
    rounds : whether the ends follow the rounding rule.
    yields : whether the word says nothing beside another one.
    words : the words by language and by where they stand (before, inside, after).
    """

    code: str
    name: Text
    true: str
    warn: str
    negative: Literal["mirror", "order", "refuse"]
    rounds: bool
    yields: bool
    words: dict[tuple[Language, str], tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit word.

    Attributes
    ----------
    zh, en : the word; in English the plural and the singular, empty where there is none.
    counts : whether each one counts once, every occurrence counts, or it is a measured quantity.
    kin : units of one kin may stand for each other.
    any : whether it may stand for everything that is counted once.
    divides : whether 多 and 半 may follow it (三年多, 两吨半).
    of, factor : the unit in which a claim is kept, and how many of it one of this makes.
    not_before : characters that, following it, make it the start of another word.
    """

    zh: str
    en: tuple[str, str]
    counts: Literal["once", "occurrences", "measured"]
    kin: str
    any: bool
    divides: bool
    of: str
    factor: Decimal
    not_before: str


@dataclass(frozen=True, slots=True)
class Idiom:
    """A fixed expression that makes a weak claim."""

    words: str
    true: str
    unit: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of number was found, and whether the gate asks for a binding."""

    code: str
    name: Text
    figure: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The whole truth table."""

    edition: str
    small_round_from: Decimal
    small_round_place: Decimal
    rules: dict[str, Rule]
    units: dict[str, Unit]
    english_units: dict[str, str]
    idioms: dict[str, Idiom]
    names: tuple[str, ...]
    kinds: dict[str, Kind]
    not_after: dict[str, str]
    not_before: dict[str, str]

    def markers(self, language: Language, where: str) -> dict[str, Rule]:
        """The words of `language` that stand `where`, each with its rule."""
        return {w: rule for rule in self.rules.values() for w in rule.words.get((language, where), ())}

    def same_unit(self, said: str, unit: str) -> bool:
        """Whether a number worded in one unit may stand for a value in another; without a word nothing is claimed."""
        if not said or said == unit:
            return True
        if said not in self.units or unit not in self.units:
            return False
        a, b = self.units[said], self.units[unit]
        return a.kin == b.kin or (a.any and b.counts == "once") or (b.any and a.counts == "once")

    def unit_word(self, unit: str, language: Language, *, one: bool = False) -> str:
        """The word for a unit in a language; a unit that the table does not know is its own word."""
        known = self.units.get(unit)
        if language == "zh" or known is None or not known.en[0]:
            return unit
        return known.en[1 if one else 0]


@cache
def table() -> Table:
    """Read the truth table that is packaged beside this file."""
    source = files("zhiheng.figures.wording").joinpath("truth_table.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(source)
    units: dict[str, Unit] = {}
    english: dict[str, str] = {}
    for entry in raw["units"]["all"]:
        for zh in entry["zh"]:
            units[zh] = _unit(zh, entry)
        for en in entry.get("en", ()):
            english.setdefault(en.lower(), entry["zh"][0])
    return Table(
        edition=raw["edition"],
        small_round_from=Decimal(raw["small_round_from"]),
        small_round_place=Decimal(raw["small_round_place"]),
        rules={entry["code"]: _rule(entry) for entry in raw["rule"]},
        units=units,
        english_units=english,
        idioms={w: Idiom(w, e["true"], e.get("unit", "")) for e in raw["idiom"] for w in e["words"]},
        names=tuple(sorted(set(raw["names"]["all"]), key=len, reverse=True)),
        kinds={
            code: Kind(code, Text(entry["zh"], entry["en"]), entry["figure"])
            for code, entry in raw["kind"].items()
        },
        not_after=raw["not_after"],
        not_before=raw["not_before"],
    )


def _rule(entry: dict[str, Any]) -> Rule:
    languages: tuple[Language, Language] = ("zh", "en")
    return Rule(
        code=entry["code"],
        name=Text(entry["name"]["zh"], entry["name"]["en"]),
        true=entry["true"],
        warn=entry.get("warn", ""),
        negative=entry["negative"],
        rounds=entry.get("rounds", False),
        yields=entry.get("yields", False),
        words={
            (language, where): tuple(words)
            for language in languages
            for where, words in entry.get(language, {}).items()
        },
    )


def _unit(zh: str, entry: dict[str, Any]) -> Unit:
    english = entry.get("en", ("", ""))
    return Unit(
        zh=zh,
        en=(english[0], english[1] if len(english) > 1 else english[0]),
        counts=entry["counts"],
        kin=entry.get("kin", zh),
        any=entry.get("any", False),
        divides=entry.get("divides", False),
        of=entry.get("of", zh),
        factor=Decimal(entry.get("factor", "1")),
        not_before=entry.get("not_before", ""),
    )
