from __future__ import annotations

import doctest

from zhiheng.measure import indices


def test_the_example_in_the_docstring_is_true():
    result = doctest.testmod(indices)
    assert result.attempted >= 6
    assert result.failed == 0
