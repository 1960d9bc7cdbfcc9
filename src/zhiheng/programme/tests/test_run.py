"""A run on the small programme, against brute force and against itself."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from docx import Document
from small import INDICATORS, answers, points, programme, reword, spoil, write

from zhiheng.measure.reduction import opening
from zhiheng.programme.command_line import main
from zhiheng.programme.plan import Measured
from zhiheng.programme.preparation import check, prepare
from zhiheng.programme.run import measure


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = programme(tmp_path_factory.mktemp("run") / "small")
    return measure(folder, out=folder / "out", formats=[])


def rows_of(run, **wanted):
    return [r for r in run.results.to_pylist() if all(r[k] == v for k, v in wanted.items())]


def test_margins_are_met_and_reported(run):
    steps = run.weighting["answers"]
    assert steps[0].method == "rake"
    assert all(t.gap < 1e-9 for t in steps[0].targets)


def raked_weights():
    """The weights by the textbook: scale each margin in turn, until nothing moves."""
    rows = answers()[1:]
    weight = np.array([float(r[5]) for r in rows])
    sex = np.array([f"{r[1]}{r[6]}" for r in rows])
    district = np.array([f"{r[1]}{r[2]}" for r in rows])
    targets = [(sex, {"1": 480.0, "2": 520.0}), (district, {"东区": 400.0, "西区": 600.0})]
    for _ in range(200):
        for keys, totals in targets:
            for key in np.unique(keys):
                here = keys == key
                weight[here] *= totals[key[4:]] / weight[here].sum()
    return rows, weight


def test_the_mean_is_the_raked_mean(run):
    rows, weight = raked_weights()
    score = np.array([float(r[7]) for r in rows])
    for wave in (2017, 2018):
        here = np.array([r[1] == wave for r in rows])
        expected = (weight * score)[here].sum() / weight[here].sum()
        (row,) = rows_of(run, level="all", wave=str(wave), node="bus")
        assert row["raw"] == pytest.approx(expected, rel=1e-9)
        assert row["value"] == pytest.approx((expected - 1) / 4 * 100, rel=1e-9)
        assert row["n"] == 96


def test_the_index_is_the_weighted_mean_of_its_parts(run):
    for row in rows_of(run, kind="index"):
        place = {"level": row["level"], "unit": row["unit"], "wave": row["wave"]}
        (bus,), (site,) = rows_of(run, node="bus", **place), rows_of(run, node="site", **place)
        assert row["value"] == pytest.approx(0.6 * bus["value"] + 0.4 * site["value"], rel=1e-12)
        # the tables are independent samples
        variance = (0.6 * bus["se"]) ** 2 + (0.4 * site["se"]) ** 2
        assert row["se"] == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_the_error_of_the_points_is_that_of_a_random_sample(run):
    clean = np.array([float(r[2]) for r in points()[1:] if r[0] == 2018])
    (row,) = rows_of(run, level="all", wave="2018", node="site")
    assert row["raw"] == pytest.approx(clean.mean(), rel=1e-12)
    # waves share the design: n is that of all points, so the factor n/(n-1) is of 80
    assert row["raw_se"] == pytest.approx(
        np.sqrt(((clean - clean.mean()) ** 2).sum() / 40**2 * 80 / 79), rel=1e-9
    )


def test_changes_carry_the_covariance_of_waves_that_share_streets(run):
    level = run.level("all").index
    (change,) = level.changes
    spread = level.covariance
    expected = np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
    assert change.se == pytest.approx(expected, rel=1e-9)
    assert abs(spread[0, 1]) > 1e-6


def test_ranks_bands_and_letters_are_in_the_results(run):
    rows = rows_of(run, kind="index", level="district", wave="2018")
    assert [r["unit"] for r in rows] == ["东区", "西区"]
    assert {r["rank"] for r in rows} <= {1, 2}
    assert all(r["rank_lower"] <= r["rank"] <= r["rank_upper"] for r in rows)
    assert all(r["letters"] and r["band"] in {"1", "2"} for r in rows)


def test_names_come_from_the_labels(run):
    assert [n.en for n in run.level("district").names] == ["East", "West"]


def test_questions_have_means_and_distributions(run):
    question = next(q for q in run.questions if q.variable == "bus")
    assert question.name.zh == "公交"
    assert question.answered == {"2017": 96, "2018": 96}
    by_wave = [s.value for s in question.shares if s.wave == "2017"]
    assert sum(by_wave) == pytest.approx(1)
    mean = sum(s.value * float(s.answer) for s in question.shares if s.wave == "2017")
    assert mean == pytest.approx(question.averages[0].value)


def test_a_long_list_of_answers_has_no_distribution(run):
    assert next(q for q in run.questions if q.variable == "visited").shares == ()


def test_the_ledger_adds_up_and_counts_every_reason(folder):
    spoil(folder / "answers.csv", 3, "bus", 6)
    spoil(folder / "answers.csv", 4, "bus", "很好")
    spoil(folder / "points.csv", 5, "wave", 2031)
    ledger = prepare(folder).ledger
    assert ledger.unbalanced() == []
    assert ledger.of("answers", "2017", "bus") == {"answered": 94, "no_answer": 1, "not_valid": 1}
    assert ledger.of("points", "") == {"read": 1, "unknown_wave": 1}


def test_exact_runs_have_the_same_bytes(folder, tmp_path):
    for name in ("one", "two"):
        measure(folder, out=tmp_path / name, exact=True, formats=[])
    assert (tmp_path / "one" / "results.parquet").read_bytes() == (
        tmp_path / "two" / "results.parquet"
    ).read_bytes()
    records = [json.loads((tmp_path / n / "run.json").read_text(encoding="utf-8")) for n in ("one", "two")]
    for record in records:
        assert record.pop("timings")
    assert records[0] == records[1]


def test_an_exact_run_reads_every_row_exactly(folder, tmp_path, monkeypatch):
    opened = []

    class Database(opening.Database):
        def __init__(self, *, exact):
            opened.append(exact)
            super().__init__(exact=exact)

    monkeypatch.setattr(opening, "Database", Database)
    measure(folder, out=tmp_path / "out", exact=True, formats=[])
    assert opened
    assert all(opened)


def test_the_record_names_files_versions_and_methods(run):
    record = json.loads((run.out / "run.json").read_text(encoding="utf-8"))
    assert set(record["data"]) == {"answers.csv", "points.csv"}
    assert {"plan.toml", "indicators.csv", "districts.csv", "margin_sex.csv"} <= set(record["plan"])
    assert all(len(h) == 64 for h in record["data"].values())
    assert "numpy" in record["versions"]
    assert record["figures"]["levels"]["district"]["index"] == "delta method"
    assert run.out.joinpath("results.parquet") in run.files
    assert pq.read_table(run.out / "results.parquet").equals(run.results)


# ── what a plan can say ──


def test_end_points_from_the_data_take_replicates(folder, tmp_path):
    reword(folder, "low,high", "normalise", "indicators.csv")
    text = (folder / "indicators.csv").read_text(encoding="utf-8")
    text = text.replace(",1,5\n", ",minmax\n").replace(",0,1\n", ",minmax\n").replace(",,\n", ",\n")
    (folder / "indicators.csv").write_text(text, encoding="utf-8")
    run = measure(folder, out=tmp_path / "out", formats=[])
    index = run.level("district").index
    assert "replicates" in index.method["index"]
    assert np.isfinite(index.se).all()
    assert (index.se[index.codes.index("index")] > 0).any()
    assert index.value[index.codes.index("bus")].min() == 0
    assert index.value[index.codes.index("bus")].max() == 100


def test_replicates_stay_on_the_answer_scale(folder, tmp_path):
    """Of 20 points most are clean: a linearised replicate of their share may be more than 1."""
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,weight,table,variable,normalise,low,high\nindex,,指数,,,,,,\n"
        "bus,index,公交,0.6,answers,bus,minmax,,\nsite,index,现场,0.4,points,clean,scale,0,1\n",
        encoding="utf-8",
    )
    index = measure(folder, out=tmp_path / "out", formats=[]).level("district").index
    assert "replicates" in index.method["index"]
    assert "replicates" not in index.method["site"]
    assert (index.se[index.codes.index("index")] > 0).all()


def test_deduction_and_veto(folder, tmp_path):
    rules = """
[[index.adjust]]
code = "dirty"
kind = "deduction"
table = "points"
variable = "clean"
statistic = "proportion"
category = "0"
points = 10
cap = 2
[[index.adjust]]
code = "closed"
kind = "veto"
table = "points"
variable = "clean"
statistic = "proportion"
category = "0"
at = 0.1
set_to = 30
"""
    reword(folder, "[[questions]]", rules + "[[questions]]")
    run = measure(folder, out=tmp_path / "out", formats=[])
    index = run.level("district").index
    assert (index.value[0] == 30).all()
    # one replicate in fourteen finds less than a tenth dirty: there the veto does not hold
    assert ((index.se[0] > 0) & (index.se[0] < 20)).any()
    assert (index.se[0][index.value[0] < 30] == 0).all()
    assert "replicates" in index.method["index"]
    assert index.method["bus"] == "delta method"
    kinds = {(r["node"], r["method"]) for r in rows_of(run, kind="adjustment")}
    assert kinds == {("dirty", "deduction"), ("closed", "veto")}
    assert all(-2 <= r["value"] < 0 for r in rows_of(run, node="dirty", kind="adjustment"))


def test_carry_takes_the_wave_before(folder, tmp_path):
    rows = points()
    write(folder / "points.csv", [rows[0], *([r[0], r[1], "" if r[0] == 2018 else r[2]] for r in rows[1:])])
    reword(folder, "[index]\n", '[index]\nmissing = "carry"\n')
    index = measure(folder, out=tmp_path / "out", formats=[]).level("district").index
    site = index.codes.index("site")
    assert index.value[site, 1].tolist() == index.value[site, 0].tolist()
    assert index.se[site, 1].tolist() == index.se[site, 0].tolist()
    assert index.basis.carried[1].any()
    assert not index.basis.carried[0].any()


def test_published_values_have_no_error(tmp_path):
    """Two countries and two years of the HDI, to its formula: goalposts, log, geometric mean."""
    folder = tmp_path / "hdi"
    folder.mkdir()
    (folder / "plan.toml").write_text(
        'title = "HDI"\n[[waves]]\ncode = "2020"\n[[waves]]\ncode = "2021"\n'
        '[[tables]]\nname = "data"\nrole = "published"\npath = "data.csv"\nwave = "year"\n'
        '[[domains]]\ncode = "country"\ncolumns = ["iso3"]\n[index]\nscale = [0, 1]\n',
        encoding="utf-8",
    )
    (folder / "indicators.csv").write_text(
        "code,parent,name_zh,weight,aggregate,table,variable,transform,normalise,low,high,cap\n"
        "hdi,,人类发展指数,,geometric,,,,,,,\n"
        "le,hdi,预期寿命,,,data,le,,goalposts,20,85,1\n"
        "edu,hdi,教育,,arithmetic,,,,,,,\n"
        "eys,edu,预期受教育年限,,,data,eys,,goalposts,0,18,1\n"
        "mys,edu,平均受教育年限,,,data,mys,,goalposts,0,15,1\n"
        "gni,hdi,人均国民收入,,,data,gni,log,goalposts,100,75000,1\n",
        encoding="utf-8",
    )
    data = [["A", 2020, 70, 12, 8, 10000], ["A", 2021, 71, 12.5, 8.1, 11000], ["B", 2020, 82, 19, 13, 90000]]
    write(folder / "data.csv", [["iso3", "year", "le", "eys", "mys", "gni"], *data])
    run = measure(folder, out=folder / "out", formats=[])
    assert [level.code for level in run.levels] == ["country"]
    index = run.level("country").index
    for iso, year, le, eys, mys, gni in data:
        parts = [(le - 20) / 65, (min(eys / 18, 1) + mys / 15) / 2, min(np.log(gni / 100) / np.log(750), 1)]
        value = index.value[0, year - 2020, "AB".index(iso)]
        assert value == pytest.approx(np.prod(parts) ** (1 / 3), rel=1e-12)
    assert (index.se[0][np.isfinite(index.value[0])] == 0).all()
    assert np.isnan(index.value[0, 1, 1])


def test_a_plan_without_an_index_has_estimates(folder, tmp_path):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    start, end = text.index("[index]"), text.index("[[questions]]")
    (folder / "plan.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    run = measure(folder, out=tmp_path / "out", formats=[])
    assert all(level.index is None for level in run.levels)
    (row,) = rows_of(run, level="all", wave="2018", node="bus")
    assert 1 <= row["value"] <= 5
    assert row["raw"] is None


def test_rows_of_one_unit_are_folded(folder):
    rows = points()
    doubled = [[*rows[0], "site"], *([*r, i] for i, r in enumerate(rows[1:]) for _ in range(2))]
    doubled[2][2] = 1 - doubled[1][2]  # the two rows of the first site disagree
    doubled[4] = [*doubled[4][:2], "", doubled[4][3]]  # of the second only one has a value
    write(folder / "points.csv", doubled)
    reword(folder, 'path = "points.csv"', 'path = "points.csv"\none_row_per = ["site"]')
    prepared = prepare(folder)
    assert [f.code for f in prepared.findings] == ["folded_disagree"]
    assert prepared.ledger.of("points", "2017") == {"read": 80, "folded": 40, "used": 40}
    assert prepared.ledger.of("points", "2017", "clean") == {"answered": 39, "folded_disagree": 1}


def test_waves_from_dates_and_rows_outside_the_population(folder):
    rows = points()
    dated = [["day", "district", "clean"], *([f"{r[0]}-03-01", *r[1:]] for r in rows[1:])]
    dated[3][0], dated[4][0] = "1900-01-01", "2015-01-01"
    write(folder / "points.csv", dated)
    reword(
        folder,
        'path = "points.csv"\nwave = "wave"',
        'path = "points.csv"\nwave = "wave"\nkeep = { wave = ["2017", "2018"] }',
    )
    reword(
        folder,
        "[tables.coding]\nclean",
        '[tables.columns]\nwave = "day"\n[tables.coding]\n'
        'wave = { date = "%Y-%m-%d", write = "%Y", from = "2010-01-01" }\nclean',
    )
    prepared = prepare(folder)
    assert [(f.code, f.row, f.severity) for f in prepared.findings] == [("date_impossible", 4, "warning")]
    assert prepared.ledger.of("points", "") == {"read": 2, "outside_population": 1, "no_wave": 1}


def test_a_column_that_drifts_between_waves(folder):
    rows = answers()
    for wave in (2017, 2018):
        write(folder / f"{wave}.csv", [rows[0], *(r for r in rows[1:] if r[1] == wave)])
    reword(
        folder, 'path = "answers.csv"\nwave = "wave"', 'files = { "2017" = "2017.csv", "2018" = "2018.csv" }'
    )
    spoil(folder / "2017.csv", 1, "bus", "Q3")
    spoil(folder / "2018.csv", 1, "w", "W")
    reword(
        folder,
        "[tables.coding]",
        '[tables.columns]\nbus = ["bus", "Q3"]\nw = { "2018" = "W", default = "w" }\n[tables.coding]',
    )
    assert check(folder) == []
    assert prepare(folder).ledger.of("answers", "2017", "bus") == {"answered": 96}


def test_a_stated_constant_stands_in_and_is_told(folder):
    reword(
        folder,
        "[tables.coding]",
        '[tables.columns]\nw = { constant = 1, text = "没有权重" }\n[tables.coding]',
    )
    prepared = prepare(folder)
    assert {f.code for f in prepared.findings} == {"constant_used"}
    assert (prepared.tables["answers"].columns["w"].values == 1).all()


def test_a_proportion_of_several_categories(folder, tmp_path):
    reword(folder, "answers,bus,mean,,1,5", "answers,bus,proportion,4|5,0,1", "indicators.csv")
    run = measure(folder, out=tmp_path / "out", formats=[])
    shares = next(q for q in run.questions if q.variable == "bus").shares
    expected = sum(s.value for s in shares if s.wave == "2018" and s.answer in {"4", "5"})
    figures = run.level("all").estimates.figures[Measured("answers", "bus", "proportion", ("4", "5"))]
    assert figures["value"][1, 0] == pytest.approx(expected, rel=1e-12)


# ── the command line ──


def test_command_check(folder):
    done = CliRunner().invoke(main, ["check", str(folder)])
    assert (done.exit_code, done.output.strip()) == (0, "方案与数据没有问题。")
    spoil(folder / "answers.csv", 30, "w", "-1")
    done = CliRunner().invoke(main, ["check", str(folder), "--lang", "en"])
    assert done.exit_code == 1
    assert "row 30, w: A weight is negative" in done.output
    done = CliRunner().invoke(main, ["check", str(folder), "--json"])
    assert [(f["file"], f["row"]) for f in json.loads(done.output)] == [("answers.csv", 30)]


def test_command_measure_prints_the_index_and_the_files(folder, tmp_path):
    done = CliRunner().invoke(
        main, ["measure", str(folder), "--out", str(tmp_path / "out"), "--formats", "parquet", "--lang", "en"]
    )
    assert done.exit_code == 0, done.output
    assert "District" in done.output
    assert "East" in done.output
    assert (tmp_path / "out" / "results.parquet").is_file()


def test_the_program_writes_every_document_and_ends_well(folder, tmp_path):
    program = [Path(sys.executable).parent / "zhiheng", "measure", folder, "--out", tmp_path / "out"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)
    names = ("results.parquet", "results.xlsx", "report.html", "report.docx", "report.pdf", "run.json")
    assert all((tmp_path / "out" / name).stat().st_size > 1000 for name in names)


def test_the_documents_speak_the_language_asked_for(folder, tmp_path):
    for language, title in (("zh", "小城满意度"), ("en", "Small town satisfaction")):
        out = tmp_path / language
        done = CliRunner().invoke(
            main, ["measure", str(folder), "--out", str(out), "--formats", "docx", "--lang", language]
        )
        assert done.exit_code == 0, done.output
        assert title in "\n".join(p.text for p in Document(out / "report.docx").paragraphs)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_command_show_prints_again_what_measure_printed(folder, tmp_path, language):
    out = str(tmp_path / "out")
    said = CliRunner().invoke(
        main, ["measure", str(folder), "--out", out, "--formats", "xlsx", "--lang", language]
    )
    again = CliRunner().invoke(main, ["show", out, "--lang", language])
    assert (said.exit_code, again.exit_code) == (0, 0)
    assert said.output.endswith(again.output)
    assert {"zh": "东区", "en": "East"}[language] in again.output
    assert str(tmp_path / "out" / "results.xlsx") in again.output


def test_command_show_speaks_the_first_language_of_the_plan(folder, tmp_path):
    reword(folder, "[[questions]]", '[outputs]\nlanguage = ["en"]\n[[questions]]')
    measure(folder, out=tmp_path, formats=[])
    assert "East" in CliRunner().invoke(main, ["show", str(tmp_path)]).output


@pytest.mark.parametrize("gone", ["run.json", "results.parquet"])
@pytest.mark.parametrize(("language", "said"), [("zh", "没有测评结果"), ("en", "no finished run")])
def test_command_show_tells_that_nothing_was_measured(folder, tmp_path, gone, language, said):
    measure(folder, out=tmp_path, formats=[])
    for spoiled in ("{}", None):
        (tmp_path / gone).unlink() if spoiled is None else (tmp_path / gone).write_text(spoiled)
        done = CliRunner().invoke(main, ["show", str(tmp_path), "--lang", language])
        assert done.exit_code == 1
        assert said in done.output


def test_command_measure_refuses_a_bad_programme_and_a_bad_format(folder, tmp_path):
    out = str(tmp_path / "out")
    assert CliRunner().invoke(main, ["measure", str(folder), "--out", out, "--formats", "pfd"]).exit_code == 2
    spoil(folder / "answers.csv", 30, "w", "-1")
    done = CliRunner().invoke(main, ["measure", str(folder), "--out", out, "--formats", "parquet"])
    assert done.exit_code == 1
    assert "权重为负" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_results_that_cannot_be_written_are_told(folder, tmp_path, language):
    """A file where the folder should be, and a document that is somebody's folder: words, and no traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    for out in (tmp_path / "file" / "out", tmp_path / "out"):
        done = CliRunner().invoke(
            main, ["measure", str(folder), "--out", str(out), "--formats", "html", "--lang", language]
        )
        assert done.exit_code == 1
        assert {"zh": "没有写全", "en": "not written whole"}[language] in done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "file" / "out").exists()


def test_command_new_makes_a_sound_programme(tmp_path):
    made = tmp_path / "new"
    assert CliRunner().invoke(main, ["new", str(made)]).exit_code == 0
    assert check(made) == []
    assert measure(made, out=tmp_path / "out", formats=[]).level("district").index is not None
    assert CliRunner().invoke(main, ["new", str(made)]).exit_code == 2


def test_the_small_programme_is_what_it_says():
    assert len(answers()) == 193
    assert len(points()) == 81
    assert next(csv.reader(INDICATORS.splitlines()))[0] == "code"
