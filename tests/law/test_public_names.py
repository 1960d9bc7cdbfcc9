"""What a room offers is documented, and asking for it costs little."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import time
from importlib import import_module

import pytest

ROOMS = ["zhiheng.measure", "zhiheng.documents", "zhiheng.programme"]
SLOW = ["duckdb", "pyarrow", "pandas", "polars", "scipy", "ibis", "pyreadstat", "python_calamine"]


def public(room: str) -> dict[str, object]:
    module = import_module(room)
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    return {name: getattr(module, name) for name in names if not inspect.ismodule(getattr(module, name))}


def without_words(room: str) -> list[str]:
    missing = []
    for name, value in public(room).items():
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        if not value.__module__.startswith("zhiheng."):
            continue
        if not (value.__doc__ or "").strip() or (value.__doc__ or "").startswith(f"{name}("):
            missing.append(name)
        if inspect.isclass(value):
            members = [(k, v) for k, v in vars(value).items() if not k.startswith("_")]
            functions = [(k, v.fget if isinstance(v, property) else v) for k, v in members]
            missing += [f"{name}.{k}" for k, v in functions if inspect.isfunction(v) and not v.__doc__]
    return missing


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_a_docstring(room):
    assert without_words(room) == []


def test_the_engine_offers_what_it_promises():
    promised = {"Design", "mean", "total", "ratio", "proportion", "variance", "contrast", "crosstab"}
    promised |= {
        "rake",
        "poststratify",
        "calibrate",
        "nonresponse",
        "trim",
        "Estimates",
        "Weighted",
        "Problem",
    }
    assert promised <= set(public("zhiheng.measure"))


@pytest.mark.parametrize("name", ["mean", "total", "ratio", "proportion", "variance"])
def test_an_estimator_says_its_formula_its_source_and_what_it_raises(name):
    words = inspect.getdoc(public("zhiheng.measure")[name]) or ""
    # the first estimator documents what all share; the others refer to it
    assert len(words) > 80, words


def test_importing_the_engine_loads_no_slow_library():
    program = (
        f"import json, sys, zhiheng.measure; print(json.dumps([m for m in {SLOW!r} if m in sys.modules]))"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert json.loads(shown.stdout) == []


def test_importing_the_engine_takes_less_than_three_tenths_of_a_second():
    def seconds(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - start

    # the best of five: the machine may be busy, the interpreter's own start is not ours
    own = min(seconds("import zhiheng.measure") for _ in range(5)) - min(seconds("pass") for _ in range(5))
    assert own < 0.3
