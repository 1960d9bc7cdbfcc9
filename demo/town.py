"""The made-up city of the association: the places of `examples/city`, its trades, the names of its companies."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhiheng.core.organisations.codes import ALPHABET, unified_check
from zhiheng.core.organisations.models import Industry
from zhiheng.core.places import operations as places
from zhiheng.core.places.models import Level, Place

if TYPE_CHECKING:
    from zhiheng.core.people.models import Account

_SPEC = importlib.util.spec_from_file_location(
    "city_words", Path(__file__).parents[1] / "examples" / "city" / "words.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
words = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(words)

ALWAYS: Final = dt.date(2000, 1, 1)
SECTIONS: Final = (
    ("A", "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"),
    ("B", "采矿业", "Mining"),
    ("C", "制造业", "Manufacturing"),
    ("D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"),
    ("E", "建筑业", "Construction"),
    ("F", "批发和零售业", "Wholesale and retail trade"),
    ("G", "交通运输、仓储和邮政业", "Transport, storage and post"),
    ("H", "住宿和餐饮业", "Hotels and catering"),
    ("I", "信息传输、软件和信息技术服务业", "Information, software and IT services"),
    ("J", "金融业", "Finance"),
    ("K", "房地产业", "Real estate"),
    ("L", "租赁和商务服务业", "Leasing and business services"),
    ("M", "科学研究和技术服务业", "Scientific research and technical services"),
    ("N", "水利、环境和公共设施管理业", "Water, environment and public facilities"),
    ("O", "居民服务、修理和其他服务业", "Resident services and repair"),
    ("P", "教育", "Education"),
    ("Q", "卫生和社会工作", "Health and social work"),
    ("R", "文化、体育和娱乐业", "Culture, sports and entertainment"),
)
"""Sections of GB/T 4754-2017 with companies of ours in them; names to be confirmed against the standard."""

# what a company makes, its English, the section it stands in, how likely it is
TRADES: Final = (
    ("精密机械", "Precision Machinery", "C", 9),
    ("电气设备", "Electric Equipment", "C", 8),
    ("汽车部件", "Auto Parts", "C", 8),
    ("新材料", "New Materials", "C", 6),
    ("食品", "Foods", "C", 5),
    ("医药", "Pharmaceuticals", "C", 5),
    ("纺织", "Textiles", "C", 3),
    ("船舶配套", "Marine Outfitting", "C", 3),
    ("供水", "Water Supply", "D", 2),
    ("燃气", "Gas", "D", 2),
    ("建设工程", "Construction", "E", 7),
    ("商贸", "Trading", "F", 5),
    ("物流", "Logistics", "G", 5),
    ("酒店管理", "Hotels", "H", 3),
    ("信息技术", "Information Technology", "I", 6),
    ("检测技术", "Testing", "M", 5),
    ("环境工程", "Environmental Engineering", "N", 4),
    ("物业服务", "Property Services", "K", 4),
    ("职业培训", "Vocational Training", "P", 2),
    ("体检中心", "Health Check", "Q", 2),
)
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN: Final = "文明建华志强丽娜晓东海燕春梅国庆玉兰永康思远佳慧立新俊杰雪松静怡书航若溪"


def build(by: Account) -> list[Place]:
    """Open the city's 16 districts and 214 streets and towns; give the districts."""
    city = places.add(
        by=by, code="99", level=Level.CITY, name_zh="澄霁市", name_en="Chengji City", start=ALWAYS
    )
    districts = {
        word.code: places.add(
            by=by,
            code=f"99{word.code}",
            level=Level.DISTRICT,
            name_zh=word.zh,
            name_en=word.en,
            start=ALWAYS,
            within=city,
        )
        for word, _streets in words.DISTRICTS
    }
    for word, district in words.streets():
        places.add(
            by=by,
            code=f"99{word.code}",
            level=Level.STREET,
            name_zh=word.zh,
            name_en=word.en,
            start=ALWAYS,
            within=districts[district],
        )
    return list(districts.values())


def industries() -> dict[str, Industry]:
    """Enter the sections of the industrial classification; give them by their letter."""
    return {
        letter: Industry.objects.create(
            edition="GB/T 4754-2017", code=letter, name_zh=zh, name_en=en, to_be_confirmed=True
        )
        for letter, zh, en in SECTIONS
    }


def code(number: int) -> str:
    """Give a unified code with a right check character and a region (999999) that no office has."""
    body = f"91999999{number:09d}"
    assert all(c in ALPHABET for c in body)
    return body + unified_check(body)


def company_name(number: int) -> tuple[str, str]:
    """Give a company's place-like name in both languages: 224 of them, then with a second character more."""
    first, second = words.FIRST, words.SECOND
    a, read_a = first[number % len(first)]
    b, read_b = second[number // len(first) % len(second)]
    c, read_c = ("", "") if number < 224 else second[number // 224 * 5 % len(second)]
    return a + b + c, (read_a + read_b + read_c).capitalize()
