"""A text from elsewhere is written as Markdown that reads back as the same; what stayed the same keeps its source."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.figures.reports.manuscript import Part, Passage, Run, read, same, write

SOURCE = """\
# 一、甲

参与率[达到50%](#b1)。
又一行

***

- 丁
    - 戊*强*
- 己

1. 一
2. 二

> 引 文

```
code 12
```

Setext
===

[a]: http://x
"""
WORDS = st.text(st.sampled_from("甲乙12家%*_[]()<>#&;-+.!`\\~|= \t:\"'amp/　"), min_size=1, max_size=12)
RUNS = st.lists(st.builds(Run, WORDS, st.sampled_from(["", "", "b1", "b2"])), min_size=1, max_size=4)


def passages():
    runs = RUNS.map(lambda made: tuple(r for i, r in enumerate(made) if not i or made[i - 1].key != r.key))
    return st.one_of(
        st.builds(Passage, st.just(Part.HEADING), runs, st.integers(1, 6)),
        st.builds(Passage, st.just(Part.PARAGRAPH), runs),
        st.builds(Passage, st.just(Part.ITEM), runs, st.just(1), st.integers(0, 1)),
    ).filter(lambda passage: passage.text.strip())


def text(words):
    return [(p.part, p.level, bool(p.ordinal), p.text) for p in words]


def test_a_text_that_comes_back_as_it_was_is_the_same_to_the_letter():
    assert write(read("", SOURCE), SOURCE) == SOURCE


def test_what_stayed_the_same_keeps_its_source_and_the_rest_is_written_anew():
    first, second, *rest = read("", SOURCE)
    added = Passage(Part.PARAGRAPH, (Run("新*段*"), Run("12家", "b2")))
    made = write([second, added, first, *rest[:3]], SOURCE)
    begins = "参与率[达到50%](#b1)。\n又一行\n\n新\\*段\\*[12家](#b2)\n\n# 一、甲\n\n"
    assert made.startswith(f"{begins}- 丁\n    - 戊*强*\n- 己")


def test_no_item_is_deeper_than_one_below_the_item_before_it():
    items = [Passage(Part.ITEM, (Run(word),), depth) for word, depth in (("甲", 3), ("乙", 3), ("丙", 1))]
    assert [p.level for p in read("", write(items, ""))] == [1, 2, 1]


def test_numbered_items_stay_numbered():
    items = [Passage(Part.ITEM, (Run(word),), 1, 1) for word in "甲乙"]
    assert [p.ordinal for p in read("", write(items, ""))] == [1, 2]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(passages(), min_size=1, max_size=6),
    st.text(st.sampled_from("甲12家*_[](#b1)>-. \n#1`"), max_size=60),
)
def test_whatever_is_written_reads_back_as_the_same(words, source):
    again = read("", write(words, source))
    tidy = [(*one[:3], " ".join(one[3].split()).strip()) for one in text(words)]
    assert [(*one[:3], " ".join(one[3].split())) for one in text(again)] == tidy
    assert same(again, words)
