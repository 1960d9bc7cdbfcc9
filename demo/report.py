"""The council report of the demonstration: drafted, bound, signed by five hands, published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zhiheng.figures.definition import Period, figure
from zhiheng.figures.reports import operations as reports
from zhiheng.figures.reports.models import Publication, Step
from zhiheng.figures.reports.permissions import Turn

if TYPE_CHECKING:
    from zhiheng.core.people.models import Account

TERM: Final = "2013-2018"
TITLE: Final = "澄霁市质量协会理事会工作报告（2013—2018年）"
NUMBERS: Final = {
    # key in the text: figure, period
    "b1": ("gatherings.innovation_forum", TERM),
    "b2": ("gatherings.international_symposium", TERM),
    "b3": ("gatherings.sino_german_forum", TERM),
    "b4": ("members.activity_sessions", TERM),
    "b5": ("members.participation", "2018"),
    "b6": ("members.count", "2018-12-31"),
    "b7": ("gatherings.public_lectures", TERM),
}
CITED: Final = "2,350家"
SOURCE: Final = ("澄霁市统计年鉴2018", "112")
TEXT: Final = """\
# 一、搭建交流平台

届内，本会持续办好质量创新论坛[5届](#b1)、国际质量研讨会[4届](#b2)、中德质量论坛[3届](#b3)，为本市企业与国内外同行之间架起桥梁。质量大讲堂讲了[12期](#b7)，场场向社会开放。

# 二、服务会员单位

- 六年间举办会员活动[超过1000场次](#b4)，内容覆盖小组交流、现场观摩和新标准宣贯。
- 2018年末，本会共有会员单位[400家](#b6)，当年会员活动参与率达到[93.5%](#b5)。

# 三、下一步工作

全市规模以上工业企业[2,350家](#b8)，联系服务的余地还很大。我们将把每一个数字都建立在记录之上，让会员和市民可以打开来看。
"""


MEASURED: Final = """\

# 三、监测城市质量

2018年，城市公共服务质量指数为[{index}分](#b8)，覆盖全市各区、街镇和窗口行业。
"""
AFTER: Final = TEXT.index("\n# 三、")


def publish(hands: dict[Step, Account], *, measured: bool) -> Publication:
    """Write the report, bind its numbers, pass the whole chain, publish it; `measured`: with the index of the city."""
    writer, issuer = hands[Step.DRAFT], hands[Step.ISSUE]
    report = reports.begin(by=writer, line="members", title=TITLE, text=TEXT)
    for key, (code, period) in NUMBERS.items():
        bound = reports.bind(by=issuer, report=report, figure=figure(code), period=Period.read(period))
        assert bound.key == key
    text = TEXT
    if measured:
        index = reports.bind(by=issuer, report=report, figure=figure("city.index"), period=Period.year(2018))
        assert index.snapshot is not None
        said = MEASURED.format(index=f"{index.snapshot.value:.2f}")
        text = TEXT[:AFTER] + said + TEXT[AFTER:].replace("# 三、", "# 四、")
    cited = reports.cite(by=writer, report=report, source=SOURCE[0], page=SOURCE[1])
    text = text.replace(f"{CITED}](#b8)", f"{CITED}](#{cited.key})")
    version = reports.save(by=writer, report=report, title=TITLE, text=text, after=1)
    for step in Step:
        reports.sign(by=hands[step], turn=Turn(version, step))
    return reports.publish(by=issuer, version=version, number="澄质协〔2019〕3号")
