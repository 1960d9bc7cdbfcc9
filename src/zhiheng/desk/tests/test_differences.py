"""Differences: nothing is left out, what stayed is told from what changed, long texts take seconds."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from zhiheng.desk.differences import compared

TEXTS = st.text(st.sampled_from("会员增至三百家\n"), max_size=60)


def words(lines, kinds):
    return ["".join(part.words for part in line.parts) for line in lines if line.kind in kinds]


@given(then=TEXTS, now=TEXTS)
def test_both_texts_can_be_read_out_of_the_difference(then, now):
    lines = compared(("题", then), ("题", now))
    assert words(lines, {"removed", "same"}) == ["题", *then.splitlines()]
    assert words(lines, {"added", "same"}) == ["题", *now.splitlines()]


def test_within_a_line_only_what_differs_is_marked():
    lines = compared(("题", "会员增至400家，继续努力。"), ("题", "会员增至410家，继续努力。"))
    marked = {line.kind: [part.words for part in line.parts if part.differs] for line in lines}
    assert marked == {"same": [], "removed": ["0"], "added": ["1"]}


def test_a_line_that_has_nothing_of_the_other_is_shown_whole():
    lines = compared(("题", "会员工作"), ("题", "城市质量指数"))
    assert not any(part.differs for line in lines for part in line.parts)


def test_two_long_texts_that_differ_everywhere_are_compared_in_seconds():
    then = "\n".join(f"第{at}条 会员单位走访{at * 7}家企业" for at in range(4000))
    now = "\n".join(f"第{at}款 会员企业走访{at * 9}家公司" for at in range(4000))
    start = time.process_time()
    lines = compared(("题", then), ("题", now))
    assert time.process_time() - start < 10
    assert len(lines) == 8001
