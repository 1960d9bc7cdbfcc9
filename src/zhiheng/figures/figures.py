"""What is measured by programmes that come with the house; a line registers its own in the same way."""

from __future__ import annotations

from typing import Final

from zhiheng.figures.definition import register
from zhiheng.figures.measured import measured
from zhiheng.ui.words import Text

CITY: Final = register(
    measured(
        code="city.index",
        name=Text("城市公共服务质量指数", "City public-service quality index"),
        definition=Text(
            "“城市公共服务质量监测”当年一期的总指数（0—100分），由入户问卷与实地点位合成，附抽样标准误；以最近载入的一次运行结果为准。",
            "The overall index (0–100) of that year's wave of the city monitor, from household answers and on-site "
            "points, with its sampling error; the results loaded last hold.",
        ),
        owner="figures",
        programme="city",
        node="index",
        areas={
            "district": Text("区", "District"),
            "industry": Text("行业", "Trade"),
            "street": Text("街道（镇）", "Street or town"),
        },
    )
)
