"""Make the data of the made-up city: answers, on-site points, margins, label lists and the truth behind them.

    python examples/city/generate.py [--out DIR]

The same bytes on every run. A model of the whole city is drawn first (every community with its households,
every place that can be inspected); the waves are samples of it, as a survey would take them. Since the model
is known, the true value of every indicator in every district is known too and is written to ``truth.csv``.

The design: in each of the 214 streets and towns 8 communities are drawn at random and kept for all waves;
each wave draws 34 households in each of them, and one adult in each household. Some do not answer, young men
most often and some districts more than others, so that base weights alone mislead: weighting by age × sex and
by district mends it.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from questionnaire import write_questionnaire
from words import (
    AGES,
    AREAS,
    BINARIES,
    DISTRICTS,
    FINDINGS,
    INDUSTRIES,
    OVERALL,
    PLACES,
    SCALES,
    SEXES,
    WAVES,
    streets,
)

if TYPE_CHECKING:
    from words import Question, Word

SEED = 20181231
ANSWERS_A_WAVE = 40_000
POINTS = 40_000
COMMUNITIES_A_STREET = 8
HOUSEHOLDS_A_COMMUNITY = 34
CELLS = len(AGES) * len(SEXES)
AREA = {area.code: i for i, area in enumerate(AREAS)}

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

# how far a district lies from the city, in points of the 1–10 scale; several are equal or nearly so
DISTRICT_LEVEL = np.array(
    [0.34, 0.10, -0.12, 0.34, 0.22, -0.12, 0.22, 0.0, 0.0, 0.0, -0.30, -0.12, 0.22, -0.45, -0.14, 0.10]
)
AGE_LEVEL = np.array([-0.30, -0.22, -0.05, 0.05, 0.22, 0.38])
SEX_LEVEL = np.array([-0.10, 0.10])
# willingness to answer, age × sex, and by district
ANSWERING = np.array([[0.62, 0.75], [0.64, 0.76], [0.72, 0.82], [0.80, 0.88], [0.90, 0.96], [0.94, 1.0]])
DISTRICT_ANSWERING = np.array(
    [0.86, 0.92, 1.0, 0.88, 0.96, 1.04, 0.94, 1.0, 0.98, 1.02, 1.08, 1.04, 0.98, 1.1, 1.06, 1.08]
)
ADULTS, ADULTS_SHARE = (
    np.array([1, 2, 3, 4]),
    np.array([0.2, 0.5, 0.2, 0.1]),
)  # in a household: 2.2 on average

# the answers: a person's mood, a person's view of an area and what is special to the item; together 1.68
MOOD, VIEW, ITEM = 0.8, 0.6, 1.35
SPREAD = math.sqrt(MOOD**2 + VIEW**2 + ITEM**2)
OVERALL_LOADS = np.array([0.55, 0.30, 0.25, 0.80, 0.65, 0.20])  # what the overall answer listens to
WINDOW_USED = 0.82
NOT_APPLICABLE = {
    "transport": 0.03,
    "environment": 0.01,
    "safety": 0.01,
    "health": 0.10,
    "window": 0.0,
    "community": 0.04,
}
REFUSED = 0.015
TOO_FAST = 0.004


@dataclass(frozen=True)
class City:
    """The whole city before any sample: one entry a community unless said otherwise.

    Attributes
    ----------
    street, district
        Position of the street in ``streets()`` and of the district in ``DISTRICTS``.
    households
        Households in the community, a multiple of five so that adults (2.2 a household) are whole.
    level
        (communities, areas): how far the community lies from the city in each area.
    mix
        (waves, districts, cells): number of adults in each age × sex cell.
    trade, trade_share
        How far each industry lies from the mean of the window services, and how often it is used.
    """

    street: Whole
    district: Whole
    households: Whole
    level: Numbers
    mix: Whole
    trade: Numbers
    trade_share: Numbers


def whole_parts(shares: Numbers, total: int) -> Whole:
    """Split a whole number by shares, the largest remainders first."""
    exact = shares / shares.sum() * total
    parts = np.floor(exact).astype(np.int64)
    parts[np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]] += 1
    return parts


def draw_city(rng: np.random.Generator) -> City:
    """Draw the city: its communities, how each lies, its people and its trades."""
    district_of_street = np.array([int(district) - 1 for _, district in streets()])
    communities = rng.integers(18, 41, len(district_of_street))
    street = np.repeat(np.arange(len(district_of_street)), communities)
    district = district_of_street[street]
    households = 5 * rng.integers(120, 321, len(street))
    of_district = DISTRICT_LEVEL[:, None] + rng.normal(0, 0.10, (len(DISTRICTS), len(AREAS)))
    of_street = rng.normal(0, 0.12, (len(district_of_street), 1))
    of_community = rng.normal(0, 0.22, (len(street), 1)) + rng.normal(0, 0.12, (len(street), len(AREAS)))
    level = of_district[district] + of_street[street] + of_community

    # inner districts are older, outer ones younger; the whole city ages a little every year
    age = np.array([0.11, 0.21, 0.20, 0.17, 0.17, 0.14])
    older = np.linspace(-2.5, 2.5, len(AGES))
    tilt = np.linspace(0.10, -0.10, len(DISTRICTS)) + rng.normal(0, 0.02, len(DISTRICTS))
    mix = np.empty((len(WAVES), len(DISTRICTS), CELLS), dtype=np.int64)
    for d in range(len(DISTRICTS)):
        adults = int(households[district == d].sum()) * 22 // 10
        for t in range(len(WAVES)):
            ages = age * np.exp((tilt[d] + 0.03 * t) * older)
            shares = np.outer(ages, [0.5 - 0.01 * tilt[d], 0.5 + 0.01 * tilt[d]]).ravel()
            mix[t, d] = whole_parts(shares, adults)
    share = 1 / np.arange(1, len(INDUSTRIES) + 1) ** 0.5
    return City(
        street=street,
        district=district,
        households=households,
        level=level,
        mix=mix,
        trade=rng.normal(0, 0.35, len(INDUSTRIES)),
        trade_share=rng.permutation(share / share.sum()),
    )


def cell_level() -> Numbers:
    """How far each age × sex cell lies from the city, cells in the order age outermost."""
    return (AGE_LEVEL[:, None] + SEX_LEVEL[None, :]).ravel()


# ── the sample ─────────────────────────────


def draw_answers(rng: np.random.Generator, city: City) -> pa.Table:
    """Draw the three waves of answers, 40,000 each."""
    chosen = np.concatenate(
        [
            np.sort(rng.choice(np.flatnonzero(city.street == s), COMMUNITIES_A_STREET, replace=False))
            for s in range(len(streets()))
        ]
    )
    waves = [draw_wave(rng, city, chosen, t) for t in range(len(WAVES))]
    return pa.concat_tables(waves)


def draw_wave(rng: np.random.Generator, city: City, chosen: Whole, t: int) -> pa.Table:
    """Draw one wave: households, adults, who answers, and what they answer."""
    community = np.repeat(chosen, HOUSEHOLDS_A_COMMUNITY)
    district = city.district[community]
    adults = rng.choice(ADULTS, len(community), p=ADULTS_SHARE)
    shares = city.mix[t] / city.mix[t].sum(axis=1, keepdims=True)
    cell = (rng.random(len(community))[:, None] > np.cumsum(shares, axis=1)[district]).sum(axis=1)
    cell = np.minimum(cell, CELLS - 1)

    # exactly 40,000 answer: those whose luck is best against their willingness
    willing = ANSWERING.ravel()[cell] * DISTRICT_ANSWERING[district]
    answered = np.sort(np.argsort(rng.random(len(community)) / willing, kind="stable")[:ANSWERS_A_WAVE])
    community, district, adults, cell = (
        community[answered],
        district[answered],
        adults[answered],
        cell[answered],
    )
    n = ANSWERS_A_WAVE

    street = city.street[community]
    in_street = np.bincount(city.street)[street]
    weight = in_street / COMMUNITIES_A_STREET * city.households[community] / HOUSEHOLDS_A_COMMUNITY * adults
    used = rng.random(n) < WINDOW_USED
    trade = rng.choice(len(INDUSTRIES), n, p=city.trade_share)
    too_fast = rng.random(n) < TOO_FAST

    level = city.level[community] + cell_level()[cell][:, None]
    mood, view = MOOD * rng.standard_normal(n), VIEW * rng.standard_normal((n, len(AREAS)))
    answers: dict[str, NDArray[np.int8]] = {}
    for question in SCALES:
        a = AREA[question.area]
        mean = (
            question.base
            + question.slope * t
            + level[:, a]
            + (city.trade[trade] if question.area == "window" else 0)
        )
        latent = mean + mood + view[:, a] + ITEM * rng.standard_normal(n)
        answers[question.code] = spoil(rng, np.clip(np.floor(latent + 0.5), 1, 10), question, used)
    loads = OVERALL_LOADS
    rest = math.sqrt(SPREAD**2 - MOOD**2 - VIEW**2 * float(loads @ loads))
    latent = OVERALL.base + OVERALL.slope * t + level @ (loads / loads.sum()) + mood + view @ loads
    latent += rest * rng.standard_normal(n)
    answers["overall"] = spoil(rng, np.clip(np.floor(latent + 0.5), 1, 10), OVERALL, used)
    for question in BINARIES:
        score = (question.base + question.slope * t) * SPREAD + binary_sign(question) * level[
            :, AREA[question.area]
        ]
        yes = score + SPREAD * rng.standard_normal(n) > 0
        value = np.where(yes, 1, 2)
        value[rng.random(n) < REFUSED] = 9
        if question.area == "window":
            value[~used] = 8
        answers[question.code] = value.astype(np.int8)

    # a few interviews were rushed: under three minutes and the same answer throughout
    minutes = np.where(too_fast, 1 + rng.random(n) * 1.9, 8 + rng.gamma(4, 2.5, n)).round(1)
    same = rng.integers(5, 11, n)
    for question in (*SCALES, OVERALL):
        answers[question.code] = np.where(too_fast, same, answers[question.code]).astype(np.int8)

    day = np.datetime64(f"{WAVES[t].code}-09-01") + rng.integers(0, 75, n)
    rank = np.arange(len(city.street)) - np.searchsorted(city.street, city.street)  # number within the street
    street_codes = np.array([word.code for word, _ in streets()])
    columns = {
        "id": pa.array(np.arange(1, n + 1) + 100_000 * int(WAVES[t].code)),
        "wave": pa.array([WAVES[t].code] * n),
        "district": pa.array(np.array([word.code for word, _ in DISTRICTS])[district]),
        "street": pa.array(street_codes[street]),
        "community": pa.array(
            np.char.add(street_codes[street], np.char.zfill((rank[community] + 1).astype(str), 2))
        ),
        "communities_n": pa.array(in_street.astype(np.int32)),
        "households_n": pa.array(city.households[community].astype(np.int32)),
        "w": pa.array(weight),
        "date": pa.array(day.astype("datetime64[D]")),
        "minutes": pa.array(minutes),
        "age": pa.array((cell // len(SEXES) + 1).astype(np.int8)),
        "sex": pa.array((cell % len(SEXES) + 1).astype(np.int8)),
        "industry": pa.array(np.array([word.code for word in INDUSTRIES])[trade], mask=~used),
    }
    return pa.table({**columns, **{code: pa.array(values) for code, values in answers.items()}})


def binary_sign(question: Question) -> int:
    """Where people are content fewer complain; elsewhere more say yes."""
    return -1 if question.code == "q73" else 1


def spoil(
    rng: np.random.Generator, value: Numbers, question: Question, used: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Put the codes of no answer: 98 does not apply, 99 refused or does not know."""
    luck = rng.random(len(value))
    absent = NOT_APPLICABLE.get(question.area, 0.0)
    value = np.where(luck < REFUSED, 99, np.where(luck < REFUSED + absent, 98, value))
    if question.area == "window":
        value = np.where(used, value, 98)
    return value.astype(np.int8)


# ── the points ─────────────────────────────


@dataclass(frozen=True)
class Points:
    """Every place that can be inspected, one entry a place and a wave; ``found`` is (places, findings)."""

    wave: Whole
    street: Whole
    district: Whole
    place: Whole
    found: NDArray[np.bool_]

    @property
    def score(self) -> Numbers:
        """100 less the points of what was found."""
        return 100.0 - self.found @ np.array([float(points) for _, points in FINDINGS])

    @property
    def clean(self) -> NDArray[np.bool_]:
        """Nothing was found."""
        return ~self.found.any(axis=1)


def draw_points(rng: np.random.Generator) -> Points:
    """Draw what an inspector would find at every place of the city in every wave."""
    district_of_street = np.array([int(district) - 1 for _, district in streets()])
    number = rng.integers(20, 91, (len(streets()), len(PLACES)))
    street = np.repeat(np.arange(len(streets())), number.sum(axis=1))
    place = np.concatenate([np.repeat(np.arange(len(PLACES)), row) for row in number])
    of_street = rng.normal(0, 0.15, len(streets()))
    of_place = rng.normal(0, 0.45, (len(PLACES), len(FINDINGS)))
    waves = []
    for t in range(len(WAVES)):
        contentment = DISTRICT_LEVEL[district_of_street[street]] * 0.8 + of_street[street] + 0.12 * t
        odds = np.exp(-2.6 + of_place[place] - contentment[:, None])
        waves.append(rng.random(odds.shape) < odds / (1 + odds))
    times = len(WAVES)
    return Points(
        wave=np.repeat(np.arange(times), len(street)),
        street=np.tile(street, times),
        district=np.tile(district_of_street[street], times),
        place=np.tile(place, times),
        found=np.concatenate(waves),
    )


def visit(rng: np.random.Generator, points: Points) -> pa.Table:
    """Draw the 40,000 places visited: an equal number in every street and wave, at random."""
    stratum = points.wave * len(streets()) + points.street
    strata = len(WAVES) * len(streets())
    size = whole_parts(np.ones(strata), POINTS)
    order = np.lexsort((rng.random(len(stratum)), stratum))
    rank = np.arange(len(stratum)) - np.searchsorted(stratum[order], stratum[order])
    row = np.sort(order[rank < size[stratum[order]]])
    places_n = np.bincount(stratum)[stratum[row]]
    serious = np.zeros(len(row), dtype=np.int8)
    # the veto: one hidden hazard at a market of the ninth district in 2017
    hidden = (
        (points.wave[row] == 1)
        & (points.district[row] == 8)
        & (points.place[row] == 2)
        & points.found[row, -1]
    )
    serious[np.flatnonzero(hidden)[0]] = 1
    wave = np.array([word.code for word in WAVES])[points.wave[row]]
    street = np.array([word.code for word, _ in streets()])[points.street[row]]
    columns = {
        "id": pa.array(np.arange(1, len(row) + 1)),
        "wave": pa.array(wave),
        "district": pa.array(np.array([word.code for word, _ in DISTRICTS])[points.district[row]]),
        "street": pa.array(street),
        "stratum": pa.array(np.char.add(np.char.add(wave, "-"), street)),
        "places_n": pa.array(places_n.astype(np.int32)),
        "w": pa.array(places_n / size[stratum[row]]),
        "place": pa.array(np.array([word.code for word in PLACES])[points.place[row]]),
        "date": pa.array(
            wave.astype("datetime64[Y]").astype("datetime64[D]") + 120 + rng.integers(0, 150, len(row))
        ),
    }
    for f, (word, _) in enumerate(FINDINGS):
        columns[word.code] = pa.array(points.found[row, f].astype(np.int8))
    columns["clean"] = pa.array(points.clean[row].astype(np.int8))
    columns["serious"] = pa.array(serious)
    columns["score"] = pa.array(points.score[row])
    return pa.table(columns)


# ── the truth ─────────────────────────────


def normal(z: Numbers) -> Numbers:
    """Standard normal distribution function, by a fine table (absolute error below 1e-8)."""
    return np.interp(z, *normal_table())


@cache
def normal_table() -> tuple[Numbers, Numbers]:
    """Where the normal distribution function is tabulated, and its values."""
    grid = np.arange(-9.0, 9.0, 0.0005)
    return grid, np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in grid])


def expected_answer(mean: Numbers) -> Numbers:
    """Mean of an answer on 1–10 when the value before rounding is normal about ``mean``."""
    return np.interp(mean, *answer_table())


@cache
def answer_table() -> tuple[Numbers, Numbers]:
    """Where the expected answer is tabulated, and its values."""
    grid = np.arange(-2.0, 16.0, 0.002)
    steps = (grid[:, None] - (np.arange(2, 11) - 0.5)[None, :]) / SPREAD
    return grid, 1 + normal(steps).sum(axis=1)


def true_items(city: City) -> dict[str, Numbers]:
    """True mean of each question by wave and street, (waves, streets), over all adults of all communities."""
    cells = cell_level()
    value: dict[str, Numbers] = {}
    adults = city.households * 2.2
    in_street = np.bincount(city.street, weights=adults)
    grid = np.arange(3.0, 13.0, 0.005)
    over_trades = city.trade_share @ expected_answer(grid[None, :] + city.trade[:, None])
    for question in (*SCALES, *BINARIES):
        made = np.empty((len(WAVES), len(streets())))
        for t in range(len(WAVES)):
            shares = (city.mix[t] / city.mix[t].sum(axis=1, keepdims=True))[city.district]
            level = city.level[:, AREA[question.area]][:, None] + cells[None, :]
            if question in BINARIES:
                answer = normal(question.base + question.slope * t + binary_sign(question) * level / SPREAD)
            elif question.area == "window":
                answer = np.interp(question.base + question.slope * t + level, grid, over_trades)
            else:
                answer = expected_answer(question.base + question.slope * t + level)
            of_community = (shares * answer).sum(axis=1)
            made[t] = np.bincount(city.street, weights=adults * of_community) / in_street
        value[question.code] = made
    return value


def true_table(city: City, points: Points, indicators: list[dict[str, str]]) -> list[dict[str, str]]:
    """List the true value of every indicator (in its own unit) and every node (0–100), before adjustments.

    For the city and its districts every node is listed, for streets the root alone.
    """
    in_street = np.bincount(city.street, weights=city.households * 2.2)
    places = np.zeros((len(WAVES), len(streets())))
    np.add.at(places, (points.wave, points.street), 1)
    site = {}
    for code, found in (("site_score", points.score), ("site_clean", points.clean)):
        total = np.zeros_like(places)
        np.add.at(total, (points.wave, points.street), found)
        site[code] = total / places
    items = true_items(city)
    district = np.array([int(code) - 1 for _, code in streets()])
    rows: list[dict[str, str]] = []
    levels: tuple[tuple[str, list[str], Whole], ...] = (
        ("city", [""], np.zeros(len(streets()), dtype=np.int64)),
        ("district", [word.code for word, _ in DISTRICTS], district),
        ("street", [word.code for word, _ in streets()], np.arange(len(streets()))),
    )
    for level, units, group in levels:
        for t, wave in enumerate(WAVES):
            means = {code: gather(value[t], in_street, group) for code, value in items.items()}
            means |= {code: gather(value[t], places[t], group) for code, value in site.items()}
            nodes = scored(indicators, means)
            for node in indicators:
                if level == "street" and node["parent"]:
                    continue
                shown = means.get(node["code"], nodes[node["code"]])
                rows += [
                    {
                        "wave": wave.code,
                        "level": level,
                        "unit": unit,
                        "code": node["code"],
                        "value": f"{x:.6f}",
                        "score": f"{y:.6f}",
                    }
                    for unit, x, y in zip(units, shown, nodes[node["code"]], strict=True)
                ]
    return rows


def gather(value: Numbers, weight: Numbers, group: Whole) -> Numbers:
    """Weighted mean within groups."""
    return np.bincount(group, weights=weight * value) / np.bincount(group, weights=weight)


def scored(indicators: list[dict[str, str]], means: dict[str, Numbers]) -> dict[str, Numbers]:
    """Score every node 0–100 from the means of its indicators, children before parents."""
    nodes: dict[str, Numbers] = {}
    for node in reversed(indicators):
        if node["variable"]:
            low, high = float(node["low"]), float(node["high"])
            score = (means[node["code"]] - low) / (high - low) * 100
            nodes[node["code"]] = score if node["direction"] == "1" else 100 - score
        else:
            children = [child for child in indicators if child["parent"] == node["code"]]
            total = sum(float(child["weight"]) for child in children)
            weighted = [float(child["weight"]) / total * nodes[child["code"]] for child in children]
            nodes[node["code"]] = np.sum(weighted, axis=0)
    return nodes


# ── the files ─────────────────────────────


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as UTF-8 with unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def labels(words: list[Word] | tuple[Word, ...]) -> list[dict[str, str]]:
    """Turn words into rows of a label list."""
    return [word._asdict() for word in words]


def margins(city: City) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """List the population by wave × age × sex and by wave × district."""
    people, districts = [], []
    for t, wave in enumerate(WAVES):
        cells = city.mix[t].sum(axis=0).reshape(len(AGES), len(SEXES))
        for a, age in enumerate(AGES):
            for s, sex in enumerate(SEXES):
                people.append(
                    {"wave": wave.code, "age": age.code, "sex": sex.code, "total": str(cells[a, s])}
                )
        for d, (district, _) in enumerate(DISTRICTS):
            districts.append(
                {"wave": wave.code, "district": district.code, "total": str(city.mix[t, d].sum())}
            )
    return people, districts


BONUS = (
    ("2016", "04", 1.0, "获国家级服务标准化试点", "National pilot of service standards"),
    ("2017", "01", 1.5, "获市长质量奖", "Mayor's quality award"),
    ("2017", "14", 0.5, "主动公开整改结果", "Published its own corrections"),
    ("2018", "01", 1.0, "首创一网通办经验全市推广", "One-window practice taken up by the whole city"),
    ("2018", "01", 1.5, "获全国文明窗口称号", "National model window"),
    ("2018", "05", 0.5, "老旧小区改造提前完成", "Old estates renewed ahead of time"),
)


def bonus() -> list[dict[str, str]]:
    """List the bonus points of every district and wave, most of them none."""
    rows = []
    for wave in WAVES:
        for district, _ in DISTRICTS:
            earned = [entry for entry in BONUS if entry[:2] == (wave.code, district.code)]
            points = f"{sum(entry[2] for entry in earned):.1f}"
            why = {
                "zh": "；".join(entry[3] for entry in earned),
                "en": "; ".join(entry[4] for entry in earned),
            }
            rows.append({"wave": wave.code, "district": district.code, "bonus": points, **why})
    return rows


def generate(out: Path) -> None:
    """Write all data files of the city into a folder, and the questionnaire beside that folder."""
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    city = draw_city(rng)
    answers = draw_answers(rng, city)
    points = draw_points(rng)
    visited = visit(rng, points)
    pq.write_table(answers, out / "answers.parquet", compression="zstd")
    pq.write_table(visited, out / "points.parquet", compression="zstd")
    people, districts = margins(city)
    write_csv(out / "margin_age_sex.csv", people)
    write_csv(out / "margin_district.csv", districts)
    write_csv(out / "districts.csv", labels([word for word, _ in DISTRICTS]))
    write_csv(out / "streets.csv", [{**word._asdict(), "district": code} for word, code in streets()])
    write_csv(out / "industries.csv", labels(INDUSTRIES))
    write_csv(out / "ages.csv", labels(AGES))
    write_csv(out / "sexes.csv", labels(SEXES))
    write_csv(out / "places.csv", labels(PLACES))
    write_csv(out / "findings.csv", [{**word._asdict(), "points": str(points)} for word, points in FINDINGS])
    write_csv(out / "bonus.csv", bonus())
    with (Path(__file__).parent / "indicators.csv").open(encoding="utf-8", newline="") as file:
        write_csv(out / "truth.csv", true_table(city, points, list(csv.DictReader(file))))
    write_questionnaire(out.parent / "questionnaire.xlsx")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the data of the made-up city.")
    here = Path(__file__).parent / "data"
    parser.add_argument("--out", type=Path, default=here, help=f"folder for the data (default {here})")
    generate(parser.parse_args().out)
