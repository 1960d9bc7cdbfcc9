"""Wording: numbers in Chinese and English sentences, what they claim, and whether that is true.

>>> from zhiheng.figures.wording import find, judge, phrases, read
>>> [f.text for f in find("走访了400余家企业900多个现场") if f.figure]
['400余家', '900多个']
>>> str(read("10多万").interval), str(read("10万多").interval)
('(100,000, 200,000)', '(100,000, 110,000)')
>>> judge("超过12万例", 120000, unit="例").true
False
>>> phrases(16512, "个", "zh")[:3]
['16,512个', '1.65万个', '1.7万个']
"""

from __future__ import annotations

from zhiheng.figures.wording.finding import Found, find
from zhiheng.figures.wording.interval import Interval
from zhiheng.figures.wording.judging import Verdict, judge
from zhiheng.figures.wording.phrasing import phrases
from zhiheng.figures.wording.problems import Problem
from zhiheng.figures.wording.reading import Claim, Rounding, read

__all__ = ["Claim", "Found", "Interval", "Problem", "Rounding", "Verdict", "find", "judge", "phrases", "read"]
