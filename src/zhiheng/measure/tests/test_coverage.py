"""95 % intervals hold the truth in 93–97 % of two thousand samples; in the fast tests, three samples."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from zhiheng.measure.tests.coverage import WHAT, draw, intervals, population, simulate


@pytest.mark.slow
def test_coverage() -> None:
    found = simulate(2000)
    assert set(found) == set(WHAT)
    for what, numbers in found.items():
        assert numbers["error"] < 0.006
        assert 0.93 <= numbers["coverage"] <= 0.97, (what, numbers)
        assert abs(numbers["bias"]) < 0.005, (what, numbers)


def test_samples_in_one_table_stand_alone() -> None:
    """The simulation reduces many samples at once: each gets the intervals it gets by itself, near the truth."""
    everyone = population()
    data = draw(everyone, np.random.default_rng(3), 3)
    together = intervals(data, everyone)
    for i in range(3):
        own = data.filter(pc.equal(data["sample"], i))
        alone = intervals(own.set_column(0, "sample", pa.array(np.zeros(len(own), dtype=int))), everyone)
        for what, truth in everyone.truth().items():
            low, high = alone[what][0][0], alone[what][1][0]
            np.testing.assert_allclose((together[what][0][i], together[what][1][i]), (low, high), rtol=1e-9)
            assert 0 < high - low < truth / 4
            assert abs((low + high) / 2 - truth) < 3 * (high - low)
