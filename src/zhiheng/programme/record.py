"""run.json: what a run was made from and how, so that it can be repeated and checked."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiheng import __version__
from zhiheng.programme.estimation import Analysis
from zhiheng.programme.ledger import RowLedger
from zhiheng.programme.plan import Plan, Words
from zhiheng.programme.problems import Finding, Problem

if TYPE_CHECKING:
    from zhiheng.programme.run import Level

RECORD = "run.json"
PARTS = ("languages", "waves", "levels", "files")  #: lists that `zhiheng show` reads
LIBRARIES = ("duckdb", "numpy", "scipy", "pyarrow", "python-calamine", "pyreadstat")


def plan_files(plan: Plan) -> list[str]:
    """Every file of the programme folder that the run reads."""
    names = ["plan.toml", plan.indicator_file, "questionnaire.xlsx", *(d.labels for d in plan.domains)]
    names += [m.path for t in plan.tables if t.weighting for m in t.weighting.margins]
    return sorted({n for n in names if n and (plan.folder / n).is_file()})


def sha256(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_of(
    plan: Plan,
    data: Path,
    analyses: Mapping[str, Analysis],
    figures: Mapping[str, Any],
    findings: Iterable[Finding],
    ledger: RowLedger,
    *,
    levels: Sequence[Level],
    sources: Mapping[str, Mapping[str, object]],
    exact: bool,
) -> dict[str, Any]:
    """Gather the record; `sources` are what is known of database tables, by name.

    Nothing in it depends on the clock, so that an exact run has the same one each time.
    """
    files = sorted({f for t in plan.tables if t.database is None for f in t.files.values()})
    return {
        "format": 1,
        "zhiheng": __version__,
        "title": {"zh": plan.title.zh, "en": plan.title.en},
        "edition": plan.edition,
        "languages": list(plan.outputs.language),
        "waves": [_named(w.code, w.name) for w in plan.waves],
        "levels": [
            {
                **_named(level.code, level.name),
                "units": [_named(*unit) for unit in zip(level.units, level.names, strict=True)],
            }
            for level in levels
        ],
        "made_up": plan.made_up,
        "seed": plan.seed,
        "exact": exact,
        "plan": {name: sha256(plan.folder / name) for name in plan_files(plan)},
        "data": {name: sha256(data / name) for name in files if (data / name).is_file()},
        **({"databases": {name: dict(source) for name, source in sources.items()}} if sources else {}),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
        "figures": dict(figures),
        "methods": {name: dict(a.methods) for name, a in analyses.items()},
        "passes": {name: len(a.passes) for name, a in analyses.items()},
        "rows": [
            {"table": e.table, "wave": e.wave, "variable": e.variable, "reason": e.reason, "rows": e.rows}
            for e in ledger.entries()
        ],
        "findings": [f.as_dict() for f in findings],
    }


def _named(code: str, name: Words) -> dict[str, str]:
    return {"code": code, "zh": name.in_language("zh"), "en": name.in_language("en")}


def read(folder: Path) -> dict[str, Any]:
    """Read the record of a finished run.

    Raises
    ------
    zhiheng.programme.problems.Problem
        The folder holds none, one of an older form, or one that is not whole (changed by hand).
    """
    path = folder / RECORD
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or not set(PARTS) <= found.keys():
        raise Problem([Finding("run_missing", str(path), found=str(folder))])
    wanting = _wanting(found)
    if wanting:
        raise Problem([Finding("run_damaged", str(path), found=", ".join(wanting))])
    return dict(found)


def _wanting(found: Mapping[str, Any]) -> list[str]:
    """Name the parts that `zhiheng show` reads and that are lacking, empty or of another form."""
    forms: dict[str, Callable[[Any], bool]] = {
        "languages": lambda one: one in ("zh", "en"),
        "waves": _is_named,
        "levels": lambda one: (
            _is_named(one) and isinstance(one.get("units"), list) and all(map(_is_named, one["units"]))
        ),
        "files": lambda one: isinstance(one, str),
    }
    return [
        part
        for part in PARTS
        if not isinstance(given := found.get(part), list)
        or not (given or part == "levels")  # published values alone have no level that is the whole
        or not all(map(forms[part], given))
    ]


def _is_named(one: object) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("code", "zh", "en"))


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write the record; keys in their order, text as it is."""
    path.write_text(
        json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )
