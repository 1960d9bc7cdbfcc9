"""Measured figures: a run becomes rows with their error; a new run shows as drift; a bad folder leaves nothing."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from zhiheng.core.problems import REFUSED, Problem
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.evaluation import breakdown, evaluate
from zhiheng.figures.lineage import drift, rows
from zhiheng.figures.measured import load_run
from zhiheng.figures.models import Measurement, Run
from zhiheng.figures.operations import freeze
from zhiheng.figures.problems import LOADED_ALREADY, NO_RESULTS
from zhiheng.programme.results import SCHEMA

pytestmark = pytest.mark.django_db
Y2018 = Period.year(2018)


def results(folder, value=76.1609, **more):
    folder.mkdir(exist_ok=True)
    given = [
        ("all", "all", "2018", "index", "index", value, 0.0668),
        ("district", "1", "2018", "index", "index", 75.5, 0.21),
        ("district", "2", "2018", "index", "index", None, None),
        ("all", "all", "2018", "index", "change", 1.0101, 0.0753),
        ("all", "all", "2017", "index", "index", 75.1507, 0.0668),
        ("all", "all", "2018", "q11", "indicator", 80.25, 0.1),
    ]
    names = ("level", "unit", "wave", "node", "kind", "value", "se")
    table = [dict.fromkeys(SCHEMA.names) | dict(zip(names, row, strict=True)) for row in given]
    pq.write_table(pa.Table.from_pylist(table, schema=SCHEMA), folder / "results.parquet")
    said = {
        "title": {"zh": "城市", "en": "City"},
        "made_up": True,
        "plan": {},
        "data": {},
        "zhiheng": "0.1.0",
    }
    (folder / "run.json").write_text(json.dumps(said | more), encoding="utf-8")
    return folder


@pytest.fixture
def city():
    return figure("city.index")


def test_a_measured_figure_carries_its_error(by, city, tmp_path):
    load_run(by=by, programme="city", folder=results(tmp_path / "run"))
    found = evaluate(city, Y2018)
    assert (float(found.value), float(found.se), found.n) == (76.1609, 0.0668, 1)
    assert str(found.rounded) == "76.16"
    parts = breakdown(city, Y2018, "district")
    assert {part: (float(r.value), float(r.se)) for part, r in parts.items()} == {"1": (75.5, 0.21)}
    snapshot = freeze(by=by, figure=city, period=Y2018)
    assert (float(snapshot.value), float(snapshot.se)) == (76.1609, 0.0668)
    assert not drift(snapshot)


def test_a_new_run_shows_as_drift_and_the_number_stays(by, city, tmp_path):
    load_run(by=by, programme="city", folder=results(tmp_path / "one"))
    snapshot = freeze(by=by, figure=city, period=Y2018)
    load_run(by=by, programme="city", folder=results(tmp_path / "two", value=77.0))
    found = drift(snapshot)
    assert (len(found.added), len(found.removed), float(found.now.value)) == (1, 1, 77.0)
    snapshot.refresh_from_db()
    assert float(snapshot.value) == 76.1609


def test_what_was_not_measured_has_no_value(by, city, tmp_path):
    load_run(by=by, programme="city", folder=results(tmp_path / "run"))
    assert evaluate(city, Period.year(2016)).value is None


def test_results_of_a_run_nobody_published_are_not_for_the_world(by, city, clerks, tmp_path):
    load_run(by=by, programme="city", folder=results(tmp_path / "run"))
    assert rows(city, Y2018, clerks["alice"]).count() == 0  # she runs members
    assert rows(city, Y2018, by).count() == 1


def test_the_same_results_are_loaded_once_and_by_the_office_alone(by, clerks, tmp_path):
    folder = results(tmp_path / "run")
    with pytest.raises(Problem) as refused:
        load_run(by=clerks["alice"], programme="city", folder=folder)
    assert refused.value.rule is REFUSED
    call_command("load_run", "city", str(folder))
    with pytest.raises(Problem) as again:
        load_run(by=by, programme="city", folder=folder)
    assert again.value.rule is LOADED_ALREADY
    assert Run.objects.count() == 1


@pytest.mark.parametrize("broken", ["no folder", "no record", "half a record", "no table", "another table"])
def test_a_folder_without_results_leaves_nothing(by, tmp_path, broken):
    folder = tmp_path / "run"
    if broken != "no folder":
        results(folder)
    match broken:
        case "no record":
            (folder / "run.json").unlink()
        case "half a record":
            (folder / "run.json").write_text('{"title": {"zh": "城市", "en"')
        case "no table":
            (folder / "results.parquet").write_bytes(b"PAR1 but no more")
        case "another table":
            pq.write_table(pa.table({"a": [1]}), folder / "results.parquet")
    with pytest.raises(Problem) as refused:
        load_run(by=by, programme="city", folder=folder)
    assert refused.value.rule is NO_RESULTS
    assert not Run.objects.exists()
    assert not Measurement.objects.exists()
    with pytest.raises(CommandError, match="run"):
        call_command("load_run", "city", str(folder))
