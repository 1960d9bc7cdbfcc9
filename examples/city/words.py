"""The words of the made-up city: districts, streets, trades, places, findings and questions.

No district, street or town of these names exists; the trades are generic.
"""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A code with its Chinese and English name."""

    code: str
    zh: str
    en: str


class Question(NamedTuple):
    """A question: the area it belongs to, the level of its answers and its words."""

    code: str
    area: str
    base: float
    slope: float
    zh: str
    en: str


WAVES = (Word("2016", "2016年", "2016"), Word("2017", "2017年", "2017"), Word("2018", "2018年", "2018"))

# name, its reading and the number of streets and towns; the last five districts have towns
DISTRICTS = tuple(
    (Word(f"{i:02d}", f"{zh}区", f"{en} District"), streets)
    for i, (zh, en, streets) in enumerate(
        (
            ("霁川", "Jichuan", 10),
            ("砚湖", "Yanhu", 13),
            ("棠屏", "Tangping", 15),
            ("荻湾", "Diwan", 12),
            ("蘅山", "Hengshan", 9),
            ("聆溪", "Lingxi", 14),
            ("蕴桥", "Yunqiao", 10),
            ("漱原", "Shuyuan", 12),
            ("珩浦", "Hangpu", 14),
            ("邈岭", "Miaoling", 13),
            ("栩塘", "Xutang", 16),
            ("潆洲", "Yingzhou", 17),
            ("韶塬", "Shaoyuan", 11),
            ("皎滩", "Jiaotan", 14),
            ("弦坞", "Xianwu", 12),
            ("澄崮", "Chenggu", 22),
        ),
        start=1,
    )
)
TOWN_DISTRICTS = ("12", "13", "14", "15", "16")

# every pair of these is the name of a place that does not exist
FIRST = (
    ("澄", "cheng"),
    ("霁", "ji"),
    ("岚", "lan"),
    ("砚", "yan"),
    ("棠", "tang"),
    ("荻", "di"),
    ("蘅", "heng"),
    ("聆", "ling"),
    ("蕴", "yun"),
    ("漱", "shu"),
    ("珩", "hang"),
    ("邈", "miao"),
    ("栩", "xu"),
    ("潆", "ying"),
    ("韶", "shao"),
    ("皎", "jiao"),
)
SECOND = (
    ("汀", "ting"),
    ("榭", "xie"),
    ("畦", "qi"),
    ("笙", "sheng"),
    ("渚", "zhu"),
    ("禾", "he"),
    ("弦", "xian"),
    ("帆", "fan"),
    ("砧", "zhen"),
    ("檐", "yan"),
    ("舫", "fang"),
    ("鹭", "lu"),
    ("棹", "zhao"),
    ("蓑", "suo"),
)


def streets() -> list[tuple[Word, str]]:
    """List the 214 streets and towns, each with the code of its district."""
    pairs = [(a + b, (read_a + read_b).capitalize()) for a, read_a in FIRST for b, read_b in SECOND]
    made: list[tuple[Word, str]] = []
    for district, number in DISTRICTS:
        for place in range(1, number + 1):
            zh, en = pairs[len(made) * 45 % len(pairs)]  # 45 has no factor in common with the 224 pairs
            town = district.code in TOWN_DISTRICTS and place > number // 3
            code = f"{district.code}{place:02d}"
            made.append(
                (
                    Word(code, zh + ("镇" if town else "街道"), en + (" Town" if town else " Street")),
                    district.code,
                )
            )
    return made


INDUSTRIES = tuple(
    Word(f"{i:02d}", *pair.split("|"))
    for i, pair in enumerate(
        (
            "银行网点|Bank branches",
            "保险服务|Insurance services",
            "证券营业部|Brokerage offices",
            "邮政网点|Post offices",
            "快递网点|Parcel services",
            "电信营业厅|Telecom shops",
            "有线电视|Cable television",
            "供电服务|Electricity supply",
            "供水服务|Water supply",
            "燃气服务|Gas supply",
            "公共汽车|Buses",
            "轨道交通|Metro",
            "出租汽车|Taxis",
            "长途客运|Coach stations",
            "铁路客运|Railway stations",
            "机场服务|Airport services",
            "轮渡|Ferries",
            "停车场|Car parks",
            "加油站|Filling stations",
            "汽车维修|Car repair",
            "综合医院门诊|Hospital out-patients",
            "社区卫生服务|Community health centres",
            "零售药店|Pharmacies",
            "养老服务|Elderly care",
            "家政服务|Home help",
            "物业管理|Property management",
            "房产中介|Estate agents",
            "百货商场|Department stores",
            "超市卖场|Supermarkets",
            "便利店|Convenience shops",
            "菜市场|Food markets",
            "餐饮|Restaurants",
            "早餐网点|Breakfast stalls",
            "宾馆旅店|Hotels",
            "旅行社|Travel agencies",
            "公园|Parks",
            "图书馆|Libraries",
            "博物馆|Museums",
            "影剧院|Cinemas and theatres",
            "体育场馆|Sports halls",
            "政务服务大厅|Government service halls",
            "社保窗口|Social insurance counters",
            "公积金窗口|Housing fund counters",
            "办税服务厅|Tax offices",
            "出入境窗口|Exit and entry counters",
        ),
        start=1,
    )
)

AGES = (
    Word("1", "18–24岁", "18–24"),
    Word("2", "25–34岁", "25–34"),
    Word("3", "35–44岁", "35–44"),
    Word("4", "45–54岁", "45–54"),
    Word("5", "55–64岁", "55–64"),
    Word("6", "65岁及以上", "65 and over"),
)
SEXES = (Word("1", "男", "Male"), Word("2", "女", "Female"))
YES_NO = (Word("1", "是", "Yes"), Word("2", "否", "No"), Word("9", "拒答", "No answer"))

PLACES = (
    Word("road", "主次干道", "Main roads"),
    Word("lane", "背街小巷", "Back lanes"),
    Word("market", "集贸市场", "Markets"),
    Word("stop", "公交站点", "Bus stops"),
    Word("park", "公园绿地", "Parks and green"),
    Word("estate", "居住小区", "Housing estates"),
    Word("window", "窗口单位", "Service windows"),
    Word("toilet", "公共厕所", "Public toilets"),
)

# what an inspector may find, with the points taken from the 100 of the place
FINDINGS = (
    (Word("litter", "垃圾暴露", "Exposed litter"), 5),
    (Word("parking", "乱停车辆", "Badly parked vehicles"), 8),
    (Word("stall", "占道设摊", "Stalls in the way"), 8),
    (Word("posters", "乱张贴", "Stuck-up posters"), 4),
    (Word("facility", "设施破损", "Broken facilities"), 10),
    (Word("service", "服务不规范", "Service below the norm"), 12),
    (Word("hazard", "安全隐患", "Safety hazard"), 20),
)

AREAS = (
    Word("transport", "公共交通", "Public transport"),
    Word("environment", "市容环境", "City environment"),
    Word("safety", "公共安全", "Public safety"),
    Word("health", "医疗卫生", "Health care"),
    Word("window", "窗口服务", "Window services"),
    Word("community", "社区文化", "Community and culture"),
)

# base: mean of the answers before rounding, on 1–10; slope: true change a year
SCALES = (
    Question("q11", "transport", 7.9, 0.08, "公交线网便利程度", "Bus and metro network"),
    Question("q12", "transport", 7.3, 0.10, "候车时间", "Waiting time"),
    Question("q13", "transport", 6.5, -0.06, "道路通畅程度", "Traffic flow"),
    Question("q14", "transport", 7.6, 0.04, "车辆整洁与服务态度", "Clean vehicles, polite staff"),
    Question("q21", "environment", 7.8, 0.12, "街面清洁", "Clean streets"),
    Question("q22", "environment", 7.1, 0.15, "河道与水质", "Rivers and water quality"),
    Question("q23", "environment", 6.9, 0.14, "空气质量", "Air quality"),
    Question("q24", "environment", 7.7, 0.06, "公共绿地", "Public green"),
    Question("q31", "safety", 8.5, 0.05, "夜间出行安全", "Safety at night"),
    Question("q32", "safety", 7.7, 0.05, "食品安全", "Food safety"),
    Question("q33", "safety", 8.0, 0.00, "消防与公共设施安全", "Fire and facility safety"),
    Question("q34", "safety", 8.2, 0.03, "应急处置", "Emergency response"),
    Question("q41", "health", 7.0, 0.02, "就医等候", "Waiting for care"),
    Question("q42", "health", 7.9, 0.04, "医护态度", "Attitude of staff"),
    Question("q43", "health", 6.6, -0.03, "医疗费用", "Cost of care"),
    Question("q44", "health", 7.7, 0.08, "社区卫生服务", "Community health service"),
    Question("q51", "window", 7.8, 0.10, "办事等候时间", "Waiting at the window"),
    Question("q52", "window", 8.2, 0.08, "服务态度", "Attitude at the window"),
    Question("q53", "window", 7.9, 0.07, "业务熟练程度", "Skill of staff"),
    Question("q54", "window", 8.0, 0.05, "环境与设施", "Premises and facilities"),
    Question("q61", "community", 7.9, 0.03, "社区活动与设施", "Community activities"),
    Question("q62", "community", 7.4, 0.05, "物业管理", "Property management"),
    Question("q63", "community", 8.0, 0.04, "公共文化场所", "Cultural places"),
    Question("q64", "community", 7.7, 0.02, "邻里关系", "Neighbours"),
)

# base and slope on the standard normal scale: the share of yes is Φ(base + slope·years + …)
BINARIES = (
    Question("q71", "window", 0.40, 0.10, "最近一次办事是否一次办成", "Last errand settled in one visit"),
    Question(
        "q72",
        "community",
        0.95,
        0.03,
        "是否愿意向他人推荐本市公共服务",
        "Would recommend the city's services",
    ),
    Question("q73", "transport", -0.75, -0.04, "过去一年是否投诉过公共服务", "Complained in the last year"),
)
OVERALL = Question(
    "overall", "", 7.7, 0.07, "对本市公共服务的总体满意程度", "Overall satisfaction with public services"
)
