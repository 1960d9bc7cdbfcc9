"""Read a programme folder into a `Plan`; everything that is wrong becomes a finding."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast, get_args

from zhiheng.programme.index_file import are_sound, read_importance, read_index, reference, unique
from zhiheng.programme.indicator_file import read_indicators
from zhiheng.programme.plan import (
    WHOLE,
    Coding,
    Column,
    Database,
    DesignPlan,
    Domain,
    Lonely,
    Margin,
    Named,
    Nonresponse,
    Outputs,
    Pick,
    Plan,
    Question,
    Role,
    Rule,
    TablePlan,
    Wave,
    Weighting,
    Words,
)
from zhiheng.programme.problems import Findings, listed
from zhiheng.programme.section import FILE, Section, lines_of_keys, plain
from zhiheng.programme.sheet import encoding_problem
from zhiheng.programme.syntax import place_of, why

FORMATS = ("parquet", "xlsx", "html", "docx", "pdf")
#: how the name of an environment variable is written; no address and few passwords look like this
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_plan(folder: Path, findings: Findings) -> Plan | None:
    """Read plan.toml and the indicators.

    Returns
    -------
    Plan or None
        None when there is no plan.toml that can be parsed; otherwise a plan, even when findings were made, so that
        the data can be checked too.
    """
    path = folder / FILE
    if not path.is_file():
        findings.add("plan_missing", FILE, found=str(path))
        return None
    raw = path.read_bytes()
    wrong = encoding_problem(raw)
    if wrong is not None:
        findings.add(wrong.replace("encoding_gb", "encoding_gb_plan"), FILE)
        return None
    text = raw.decode("utf-8-sig")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _tell_syntax(text, error, findings)
        return None
    return _plan(Section(data, "", findings, lines_of_keys(text)), folder, findings)


def _tell_syntax(text: str, error: tomllib.TOMLDecodeError, findings: Findings) -> None:
    """Tell what is no TOML by the line and column it stands in, what was found and what was expected."""
    number, column = place_of(text, error)
    line = [*text.splitlines(), ""][number - 1].strip()[:80]
    chinese, english = why(text, error)
    found = (f"“{line}”，第 {column} 列：{chinese}", f"“{line}”, column {column}: {english}")
    findings.add("plan_unreadable", FILE, number, found=found)


def _plan(top: Section, folder: Path, findings: Findings) -> Plan:
    if top.number("format", 1.0) != 1.0:
        top.tell("not_allowed", "format", top.data["format"], "1")
    waves = tuple(_wave(s) for s in top.sections("waves")) or (Wave("1", Words("本期", "this wave")),)
    codes = ("",) if "waves" in top.told else tuple(w.code for w in waves)
    unique(top, "waves", "code", list(codes))
    tables = tuple(_table(s, codes) for s in top.sections("tables"))
    if not tables and "tables" not in top.told:
        top.tell("key_missing", "tables", expected="[[tables]]")
    domains = tuple(d for d in map(_domain, top.sections("domains")) if d.columns)
    index = top.section("index")
    names = [t.name for t in tables]
    unique(top, "tables", "name", names)
    if not (are_sound(codes) and are_sound(names)):
        tables = tuple(replace(t, sound=False) for t in tables)
    indicators, indicator_file = read_indicators(folder, tables, findings)
    if index is not None and not indicators and indicator_file == "":
        findings.add("plan_file_missing", "indicators.csv", found="indicators.csv")
    plan = Plan(
        folder=folder,
        title=top.words("title", required=True),
        edition=top.code("edition"),
        made_up=top.flag("made_up", default=False),
        owner=top.words("owner"),
        seed=top.whole("seed", 20181231, 0, 2**63 - 1),
        population=top.words("population"),
        notes=tuple(top.as_words("notes", note) for note in top.items("notes")),
        waves=waves,
        tables=tables,
        domains=domains,
        index=None if index is None else read_index(index, {t.name: t.role for t in tables}),
        importance=read_importance(top.section("importance"), names),
        questions=tuple(_question(s, names) for s in top.sections("questions")),
        names=_names(top.section("names")),
        outputs=_outputs(top.section("outputs")),
        indicators=indicators,
        indicator_file=indicator_file,
    )
    top.close()
    unique(top, "domains", "code", [d.code for d in domains], WHOLE)
    return plan


def _is_wave(code: str, waves: tuple[str, ...]) -> bool:
    """Whether there is such a wave; where the waves themselves are wrong, the plan was told so, and it may be one."""
    return code in waves or not are_sound(waves)


def _wave(section: Section) -> Wave:
    code = section.code("code", required=True)
    wave = Wave(code, section.words("name") or Words(code, code))
    section.close()
    return wave


def _domain(section: Section) -> Domain:
    code = section.text("code", required=True)
    columns = _some(section, "columns", (code,) if code else ())
    domain = Domain(
        code=code,
        name=section.words("name") or Words(code, code),
        columns=() if "columns" in section.told else columns,
        labels=section.path_of("labels"),
        index=section.flag("index", default=True),
    )
    section.close()
    return domain


# ── tables ──


def _table(section: Section, waves: tuple[str, ...]) -> TablePlan:
    before = len(section.findings.records)
    database = _database(section)
    files = _files(section, waves, database)
    coding = section.section("coding")
    columns = section.section("columns")
    rules = section.section("rules")
    table = TablePlan(
        name=section.text("name", required=True),
        role=cast("Role", section.choice("role", get_args(Role), "survey")),
        files=files,
        database=database,
        wave=section.text("wave"),
        encoding=cast('Literal["utf-8", "gb18030"]', _encoding(section)),
        sheet=section.text("sheet"),
        id=section.text("id"),
        one_row_per=section.texts("one_row_per"),
        keep=section.conditions("keep"),
        columns={}
        if columns is None
        else {k: _column(columns, k, v, waves) for k, _, v in columns.children()},
        coding={} if coding is None else {k: _coding(coding, k, s, v) for k, s, v in coding.children()},
        rules=() if rules is None else tuple(_rule(rules, k, s, v) for k, s, v in rules.children()),
        design=_design(section.section("design")),
        weighting=_weighting(section.section("weighting")),
    )
    unread = {"wave", "path", "files"} & section.told
    if "" in files and not table.wave and len(waves) > 1 and not unread:
        section.tell("key_missing", "wave", expected="wave")
    if table.role == "published" and table.weighting is not None:
        section.tell("weighting_of_published", "weighting")
    section.close()
    return replace(table, sound=len(section.findings.records) == before)


def _files(section: Section, waves: tuple[str, ...], database: Database | None) -> dict[str, str]:
    path, files = section.path_of("path"), section.section("files")
    given = [k for k in ("path", "files", "postgres") if section.data.get(k) not in (None, "", {})]
    if len(given) != 1:
        section.tell("one_of", given[0] if given else "path", listed(given) or "—", "path, files, postgres")
    if database is not None:
        return {"": database.name}
    if files is None:
        return {"": path}
    read = {}
    for wave, _, _ in files.children():
        if not _is_wave(wave, waves):
            files.tell("reference_unknown", wave, wave, listed(waves, 40))
        read[wave] = files.path_of(wave)
    return read


def _database(parent: Section) -> Database | None:
    """Read where a table of PostgreSQL is. What does not belong here is never repeated: it may hold a password."""
    given = parent.data.get("postgres")
    if given is not None and not isinstance(given, dict):
        parent.asked.append("postgres")
        parent.tell("connection_in_plan", "postgres")
    section = parent.section("postgres") if isinstance(given, dict) else None
    if section is None:
        return None
    if not VARIABLE.fullmatch(str(section.data.get("connection", "A"))):
        section.tell("connection_in_plan", "connection")
        section = Section({**section.data, "connection": ""}, section.path, section.findings, section.lines)
    database = Database(
        connection=section.text("connection", required=True),
        table=section.text("table", required=True),
        schema=section.text("schema"),
        key=section.where(),
        line=section.line(),
    )
    section.close()
    return database


def _encoding(section: Section) -> str:
    given = section.data.get("encoding")
    if isinstance(given, str) and given.lower() in ("gbk", "gb2312", "gb18030", "cp936"):
        section.asked.append("encoding")
        return "gb18030"
    return section.choice("encoding", ("utf-8", "gb18030"), "utf-8")


def _column(section: Section, name: str, value: object, waves: tuple[str, ...]) -> Column:
    if not isinstance(value, dict) or {"join", "constant"} & set(value):
        return Column(name, _pick(section, name, value))
    default = _pick(section, f"{name}.default", value["default"]) if "default" in value else None
    picks = {}
    for wave, inner in value.items():
        if wave == "default":
            continue
        if not _is_wave(wave, waves):
            section.tell("reference_unknown", f"{name}.{wave}", wave, listed([*waves, "default"], 40))
            continue
        picks[str(wave)] = _pick(section, f"{name}.{wave}", inner)
    return Column(name, default, picks)


def _pick(section: Section, key: str, value: object) -> Pick:
    if value is False:
        return Pick(absent=True)
    if isinstance(value, dict):
        inner = Section(value, section.where(key), section.findings, section.lines)
        pick = Pick(
            join=inner.texts("join"),
            constant=inner.code("constant") if "constant" in value else None,
            text=inner.words("text"),
        )
        inner.close()
        if not inner.told and bool(pick.join) == (pick.constant is not None):
            section.tell("one_of", key, ", ".join(value), "join, constant")
        return pick
    if isinstance(value, str | list):
        return Pick(names=section.as_texts(key, value))
    section.tell_kind(key, value, ("文件中的列名，加英文引号", "a column name of the file, in quotes"))
    return Pick(absent=True)


def _coding(parent: Section, key: str, section: Section | None, value: object) -> Coding:
    if section is None:
        parent.tell_kind(
            key, value, ("{ valid | codes | ranges | date … }", "{ valid | codes | ranges | date … }")
        )
        return Coding()
    waves = section.section("waves")
    codes = section.section("codes")
    ranges = []
    for entry in section.items("ranges"):
        if (
            isinstance(entry, list)
            and len(entry) == 3
            and all(type(v) in (int, float) and math.isfinite(v) for v in entry[:2])
            and entry[0] <= entry[1]
            and isinstance(entry[2], str | int | float)
        ):
            ranges.append((float(entry[0]), float(entry[1]), plain(entry[2])))
        else:
            section.tell_kind(
                "ranges", entry, ("[起, 止, 代码]，起不大于止", "[from, to, code], from not above to")
            )
    coding = Coding(
        valid=section.pair("valid"),
        codes=None if codes is None else {k: codes.code(k) for k in codes.data},
        ranges=tuple(ranges),
        date=section.text("date"),
        write=section.text("write"),
        earliest=section.code("from"),
        latest=section.code("to"),
        missing=section.codes("missing"),
        line=section.line(),
        waves={} if waves is None else {k: _coding(waves, k, s, v) for k, s, v in waves.children()},
    )
    for code, written in (coding.codes or {}).items():
        if codes is not None and code not in codes.told and not written.strip():
            section.tell(
                "key_kind",
                f"codes.{code}",
                '""',
                ("代码；没有回答请列入 missing", "a code; list no answers under missing"),
            )
    _dates(section, coding)
    kinds = [k for k in ("valid", "codes", "ranges", "date") if k in section.data]
    if len(kinds) > 1:
        section.tell("one_of", "", ", ".join(kinds), "valid, codes, ranges, date")
    section.close()
    return coding


def _dates(section: Section, coding: Coding) -> None:
    """Tell patterns that are none, and ends that are no days."""
    for key, shape in (("date", coding.date), ("write", coding.write)):
        if shape and "%" not in shape:
            section.tell(
                "key_kind", key, shape, ("日期的写法，如 %Y-%m-%d", "a pattern of dates such as %Y-%m-%d")
            )
    for key, day in (("from", coding.earliest), ("to", coding.latest)):
        if day and not DAY.fullmatch(day):
            section.tell("key_kind", key, day, ("日期，如 2018-01-31", "a day such as 2018-01-31"))


def _rule(parent: Section, key: str, section: Section | None, value: object) -> Rule:
    if section is None:
        parent.tell_kind(key, value, ("{ when, expect, drop }", "{ when, expect, drop }"))
        return Rule(key, (), (), ())
    rule = Rule(
        key,
        section.conditions("when"),
        section.conditions("expect"),
        section.texts("drop"),
        section.words("text"),
    )
    if not rule.expect and "expect" not in section.told:
        section.tell("key_missing", "expect", expected="expect")
    section.close()
    return rule


def _design(section: Section | None) -> DesignPlan:
    if section is None:
        return DesignPlan()
    population = section.section("population")
    design = DesignPlan(
        strata=section.texts("strata"),
        clusters=section.texts("clusters"),
        weights=section.text("weights"),
        population={} if population is None else {k: population.text(k) for k in population.data},
        nest=section.flag("nest", default=False),
        lonely=cast("Lonely", section.choice("lonely", get_args(Lonely), "fail")),
    )
    for name in () if "clusters" in section.told else design.population:
        if name not in (*design.clusters, "*"):
            section.tell("reference_unknown", "population", name, listed([*design.clusters, "*"]))
    section.close()
    return design


def _weighting(section: Section | None) -> Weighting | None:
    if section is None:
        return None
    margins = []
    for inner in section.sections("margins"):
        margins.append(Margin(_some(inner, "columns"), inner.path_of("path", required=True)))
        inner.close()
    trim = section.section("trim")
    bounds = None
    if trim is not None:
        bounds = (trim.number("lower", None), trim.number("upper", None))
        trim.close()
    nonresponse = section.section("nonresponse")
    cells = None
    if nonresponse is not None:
        cells = Nonresponse(_some(nonresponse, "cells"), nonresponse.text("responded", required=True))
        nonresponse.close()
    weighting = Weighting(
        method=cast(
            'Literal["rake", "poststratify"]', section.choice("method", ("rake", "poststratify"), "rake")
        ),
        margins=tuple(margins),
        trim=bounds,
        nonresponse=cells,
    )
    if trim is not None and bounds is not None:
        lower, upper = (
            (0.0 if bounds[0] is None else bounds[0]),
            (math.inf if bounds[1] is None else bounds[1]),
        )
        if not 0 <= lower <= 1 <= upper:
            section.tell_kind(
                "trim",
                trim.data,
                (
                    "权重中位数的倍数：lower 从 0 到 1，upper 从 1 起",
                    "multiples of the median weight: lower 0 to 1, upper from 1",
                ),
            )
    if weighting.method == "poststratify" and len(margins) != 1 and "margins" not in section.told:
        section.tell(
            "one_of", "margins", str(len(margins)), ("poststratify 的一组边际", "one margin for poststratify")
        )
    section.close()
    return weighting


def _some(section: Section, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Read a list of texts that holds one at least."""
    found = section.texts(key, default)
    if found or key in section.told:
        return found
    if key in section.data:
        section.tell_kind(key, [], ("至少一项的列表", "a list of one at least"))
    else:
        section.tell("key_missing", key, expected=key)
    return found


# ── questions, names, outputs ──


def _question(section: Section, tables: list[str]) -> Question:
    kind = section.choice("kind", ("mean", "choice"), "mean")
    question = Question(
        reference(section, "table", tables),
        section.text("variable", required=True),
        section.words("name"),
        # a kind that is none was told; as a choice nothing more is asked of the answers
        "choice" if "kind" in section.told else cast('Literal["mean", "choice"]', kind),
    )
    section.close()
    return question


def _names(section: Section | None) -> dict[str, Named]:
    """Words for columns: a text, or { zh, en, values }."""
    if section is None:
        return {}
    named = {}
    for column, inner, value in section.children():
        if inner is None:
            named[column] = Named(section.as_words(column, value))
            continue
        values = inner.section("values")
        told = {} if values is None else {code: values.as_words(code, v) for code, _, v in values.children()}
        named[column] = Named(Words(inner.text("zh"), inner.text("en")), told)
        inner.close()
    return named


def _outputs(section: Section | None) -> Outputs:
    if section is None:
        return Outputs()
    outputs = Outputs(section.texts("language", ("zh", "en")), section.texts("formats", FORMATS))
    for key, given, legal in (
        ("language", outputs.language, ("zh", "en")),
        ("formats", outputs.formats, FORMATS),
    ):
        for name in given:
            if name not in legal:
                section.tell("not_allowed", key, name, " | ".join(legal))
    if not outputs.language:  # written as []
        section.tell("not_allowed", "language", "[]", "zh | en")
    section.close()
    return outputs
