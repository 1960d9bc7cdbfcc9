"""The airport's plan on made-up answers: nine waves of other columns each, measured as NumPy measures them by hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from zhiheng.programme.preparation import check
from zhiheng.programme.run import Run, measure

AIRPORT = Path(__file__).parents[2] / "examples" / "airport"
FLIGHTS, ON_A_FLIGHT = 8, 5
# the ratings of a file in one order: overall first, then as in plan.toml; "-" is not asked
LATER = (
    "Q7ALL Q7ART Q7FOOD Q7STORE Q7SIGN Q7WALKWAYS Q7SCREENS Q7INFODOWN Q7INFOUP Q7WIFI Q7ROADS Q7PARK Q7AIRTRAIN "
    "Q7LTPARKING Q7RENTAL Q9BOARDING Q9AIRTRAIN Q9RENTAL Q9FOOD Q9RESTROOM Q10SAFE Q14FIND Q14PASSTHRU"
)
NAMES = {
    "2010": "Q6N Q6A Q6B Q6C Q6D Q6E Q6F Q6G Q6H - Q6I Q6J Q6K Q6L Q6M Q8A Q8C Q8D Q8E Q8F Q9 Q13A Q13B",
    "2011": "Q8N Q8A Q8B Q8C Q8D Q8E Q8F Q8G Q8H - Q8I Q8J Q8K Q8L Q8M Q10A Q10C Q10D Q10E Q10F Q11 Q15A Q15B",
    "2012": (
        "Q8N_WHOLE Q8A_ART Q8B_FOOD Q8C_SHOP Q8D_SIGNS Q8E_WALK Q8F_SCREENS Q8G_INFOARR Q8H_INFODEP - Q8I_ROAD "
        "Q8J_PARK Q8K_AIRTRAIN Q8L_LTPARK Q8M_RENTAL Q10A_CLNBOARD Q10C_CLNAIRTRAIN Q10D_CLNRENT Q10E_CLNFOOD "
        "Q10F_CLNBATH Q11SAFE Q15A_FIND Q15B_SECURITY"
    ),
    "2013": (
        "Q7O_WHOLE Q7A_ART Q7B_FOOD Q7C_SHOPS Q7D_SIGNS Q7E_WALK Q7F_SCREENS Q7G_INFOARR Q7H_INFODEP Q7I_WIFI "
        "Q7J_ROAD Q7K_PARK Q7L_AIRTRAIN Q7M_LTPARK Q7N_RENTAL Q9A_CLNBOARD Q9B_CLNAIRTRAIN Q9C_CLNRENT Q9D_CLNFOOD "
        "Q9E_CLNBATH Q10SAFE Q14A_FIND Q14B_SECURITY"
    ),
    **dict.fromkeys(("2014", "2015", "2016", "2017"), LATER),
    "2018": (
        "Q7ALL Q7ART Q7FOOD Q7STORE Q7SIGN Q7WALKWAY Q7SCREENS Q7INFODOWN Q7INFOUP Q7WIFI Q7ROADS Q7PARK Q7AIRTRAIN "
        "Q7LTPARKING Q7RENTAL Q9Boarding Q9AirTrain Q9Rental Q9Food Q9Restroom Q10Safe Q14FIND Q14PASSTHRU"
    ),
}
RATINGS = {wave: names.split() for wave, names in NAMES.items()}
RATINGS["2018"][21] += " "  # so it stands in the file
UNWEIGHTED = ("2011", "2012")


@dataclass(frozen=True)
class Answer:
    """What one made-up passenger said, before it is written as the wave writes it."""

    flight: int
    weight: float
    gate: int
    ratings: list[int]

    @property
    def area(self) -> str:
        return "B" if self.gate < 40 else "F"


def answers(wave: str) -> list[Answer]:
    """40 passengers on 8 flights of two boarding areas."""
    rng = np.random.default_rng(int(wave))
    made = []
    for flight in range(FLIGHTS):
        lean = rng.normal(0, 0.5)
        for _ in range(ON_A_FLIGHT):
            ratings = np.clip(np.round(4 + lean + rng.normal(0, 0.9, 23)), 1, 5).astype(int)
            ratings[rng.random(23) < 0.08] = 6  # never used
            ratings[rng.random(23) < 0.05] = 0  # blank
            ratings[20] = np.where(ratings[20] == 6, 0, ratings[20])  # no book has a 6 for safety
            made.append(
                Answer(
                    flight,
                    round(rng.uniform(0.4, 1.8), 4),
                    (21 if flight % 2 else 71) + flight,
                    list(ratings),
                )
            )
    return made


def row(wave: str, number: int, said: Answer) -> dict[str, object]:
    """The passenger as a row of the wave's file, with its quirks."""
    run = 18000 + said.flight
    written: dict[str, object] = {
        "*RESPNUM" if wave == "2016" else "RESPNUM": number,
        "STRATA": 1 + said.flight % 3,
        "DESTGEO": [1, 4, 7, 10][said.flight % 4],
        "INTDATE": "05/11/2016 12:00:00 AM" if wave == "2016" else 3,
    }
    if wave == "2010":  # flights are told apart by airline, gate, day and time of day
        written |= {"AIRLINE": 20 + said.flight // 2, "GATENUM": said.gate}
    elif wave == "2012":
        written |= {"AIRLINE": 9, "FLIGHT": run, "GATE": said.gate, "BAREA": said.area}
    else:
        # in 2014 and 2018 a flight lacks its number
        lost = wave in ("2014", "2018") and said.flight == 0
        written["RUN" if wave in ("2013", "2014") else "RUNID"] = "" if lost else run
        written["GATE"] = said.gate
        if wave not in ("2011", "2013"):
            written["AREA" if wave == "2014" else "BAREA"] = said.area
    if wave not in UNWEIGHTED:
        written["WEIGHT"] = said.weight
    written |= {c: r for c, r in zip(RATINGS[wave], said.ratings, strict=True) if c != "-"}
    if wave in ("2017", "2018") and said.ratings[0] in (0, 6):
        written["Q7ALL"] = "Blank" if said.ratings[0] == 0 else "BLANK"
    return written


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("airport")
    for wave in RATINGS:
        rows = [row(wave, i + 1, said) for i, said in enumerate(answers(wave))]
        if wave == "2015":
            rows[0]["Q10SAFE"] = 6
        with (folder / f"SFO_Customer_Survey_{wave}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return measure(AIRPORT, data, tmp_path_factory.mktemp("out"), formats=[])


def figures(run: Run, **wanted: str) -> list[dict[str, object]]:
    return [r for r in run.results.to_pylist() if all(r[k] == v for k, v in wanted.items())]


def by_hand(said: list[Answer], wave: str, position: int) -> tuple[float, float, int]:
    """The weighted mean of a rating, its standard error over flights, and the answers."""
    kept = [a for a in said if 1 <= a.ratings[position] <= 5]
    w = np.array([1.0 if wave in UNWEIGHTED else a.weight for a in kept])
    y = np.array([a.ratings[position] for a in kept], dtype=float)
    mean = float((w * y).sum() / w.sum())
    units = np.bincount([a.flight for a in kept], w * (y - mean) / w.sum(), FLIGHTS)
    return mean, float(np.sqrt(FLIGHTS / (FLIGHTS - 1) * (units**2).sum())), len(kept)


def test_what_the_check_tells_is_two_waves_without_weights_a_six_for_safety_no_destination_and_no_wifi(
    data: Path,
) -> None:
    told = [(f.severity, f.code, f.file[-8:-4], f.rows) for f in check(AIRPORT, data)]
    unknown = 10 * len(RATINGS)  # passengers of two flights a wave
    assert sorted(told, key=str) == [
        ("warning", "area_missing", "2010", unknown),
        ("warning", "constant_used", "2011", None),
        ("warning", "constant_used", "2012", None),
        ("warning", "indicator_optional", "tors", None),  # not asked in the first waves
        ("warning", "out_of_range", "2015", 1),
    ]


@pytest.mark.parametrize("wave", RATINGS)
def test_the_overall_item_is_found_in_every_wave_with_the_error_of_its_flights(run: Run, wave: str) -> None:
    mean, error, n = by_hand(answers(wave), wave, 0)
    (found,) = figures(run, level="all", wave=wave, node="answers.overall")
    assert found["value"] == pytest.approx(mean, rel=1e-12)
    assert found["se"] == pytest.approx(error, rel=1e-9)
    assert found["n"] == n


@pytest.mark.parametrize("wave", RATINGS)
@pytest.mark.parametrize(
    ("code", "position"), [("art", 1), ("walkways", 5), ("wifi", 9), ("safe", 20), ("find", 21)]
)
def test_an_indicator_is_found_under_the_name_of_its_wave(
    run: Run, wave: str, code: str, position: int
) -> None:
    said = answers(wave)
    if wave == "2015" and code == "safe":
        said = said[1:]
    (found,) = figures(run, level="all", wave=wave, node=code)
    if code == "wifi" and wave in ("2010", "2011", "2012"):
        assert found["raw"] is None  # not asked
        return
    assert found["raw"] == pytest.approx(by_hand(said, wave, position)[0], rel=1e-12)


@pytest.mark.parametrize("wave", RATINGS)
def test_boarding_areas_are_those_of_the_gates_where_no_letter_is_given(run: Run, wave: str) -> None:
    for area in ("B", "F"):
        here = [a for a in answers(wave) if a.area == area]
        (found,) = figures(run, level="area", unit=area, wave=wave, node="answers.overall")
        assert found["value"] == pytest.approx(by_hand(here, wave, 0)[0], rel=1e-12)
