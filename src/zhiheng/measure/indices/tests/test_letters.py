from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.measure.indices import compact_letters, letters_of
from zhiheng.measure.indices.letters import _cover, _letter


@st.composite
def verdicts(draw):
    count = draw(st.integers(1, 14))
    bits = draw(st.lists(st.booleans(), min_size=count * count, max_size=count * count))
    upper = np.triu(np.array(bits).reshape(count, count), 1)
    return upper | upper.T


def shared(groups, count):
    together = np.zeros((count, count), dtype=bool)
    for group in groups:
        together[np.ix_(group, group)] = True
    return together


@given(verdicts(), st.randoms(use_true_random=False))
def test_two_units_share_a_letter_iff_they_do_not_differ(significant, random):
    count = len(significant)
    order = random.sample(range(count), count)
    groups = compact_letters(significant, order)
    np.testing.assert_array_equal(shared(groups, count), ~significant)
    letters = letters_of(groups, count)
    assert all(letters)
    for i in range(count):
        for j in range(i):
            if len(groups) <= 26:
                assert bool(set(letters[i]) & set(letters[j])) == (not significant[i, j])


@given(verdicts())
def test_no_letter_is_superfluous(significant):
    groups = compact_letters(significant)
    for left_out in range(len(groups)):
        rest = [group for k, group in enumerate(groups) if k != left_out]
        assert not np.array_equal(shared(rest, len(significant)), ~significant)


@given(verdicts())
def test_the_greedy_cover_obeys_the_definition_too(significant):
    count = len(significant)
    apart = [sum(1 << int(j) for j in np.flatnonzero(row)) for row in significant]
    groups = [[i for i in range(count) if column >> i & 1] for column in _cover(apart)]
    np.testing.assert_array_equal(shared(groups, count), ~significant)


def test_very_many_maximal_groups_are_replaced_by_a_cover():
    count = 60  # a complement of 20 triangles has 3^20 maximal groups
    significant = np.kron(np.eye(20, dtype=int), 1 - np.eye(3, dtype=int)).astype(bool)
    groups = compact_letters(significant)
    np.testing.assert_array_equal(shared(groups, count), ~significant)
    assert len(groups) < 4 * count


def test_groups_come_in_the_order_shown():
    values = np.array([1.0, 9.0, 5.0, 8.9])
    significant = np.abs(np.subtract.outer(values, values)) > 3.95
    groups = compact_letters(significant, np.argsort(-values).tolist())
    assert groups == ((1, 3), (3, 2), (0,))
    assert letters_of(groups, 4) == ("c", "a", "b", "ab")


def test_letters_go_on_after_z():
    assert [_letter(k) for k in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "a",
        "z",
        "aa",
        "ab",
        "az",
        "ba",
        "zz",
        "aaa",
    ]
    assert letters_of([(k,) for k in range(26)] + [(0,)], 26)[0] == "a aa"
