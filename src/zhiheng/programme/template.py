"""The programme that `zhiheng new` writes: small, commented, and sound with its own little data."""

from __future__ import annotations

from pathlib import Path

PLAN = """\
# 测评方案 · a measuring programme. 每一项的写法见 docs/decisions/0003。
# 写好后：zhiheng check 目录    全部问题一次列出
#         zhiheng measure 目录 --out 结果目录
format = 1
title = { zh = "满意度监测（样例）", en = "Satisfaction monitor (sample)" }
edition = "1"
made_up = true                       # 数据是编造的：每页都会标明；换成真实数据后删去这一行
population = { zh = "调查对象是谁", en = "who is measured" }

[[waves]]                            # 期次，按先后；每期一段
code = "1"
name = { zh = "第一期", en = "first wave" }

[[tables]]                           # 一张数据表
name = "answers"
role = "survey"                      # survey 问卷 | points 现场点位 | published 已公布的数值
path = "data/answers.csv"            # csv、csv.gz、xlsx、parquet、sav、dta
# encoding = "gb18030"               # 文件是 GBK 时写这一行
[tables.columns]                     # 方案中的名称 = 文件中的列名；同名的不用写
satisfied = "Q1"
queue = "Q2"
[tables.coding]                      # 有效范围，以及表示“没有回答”的代码
satisfied = { valid = [1, 5], missing = [0, 9] }
queue = { codes = { 1 = "short", 2 = "long" }, missing = [9] }
[tables.design]                      # 抽样设计：分层、各阶段的抽样单位、权重
strata = ["district"]
clusters = ["street"]
weights = "weight"
# [tables.weighting]                 # 按总体数校准：文件中有这些列和 total
# [[tables.weighting.margins]]
# columns = ["sex"]
# path = "margin_sex.csv"

[[domains]]                          # 报告的层级
code = "district"
name = { zh = "区", en = "District" }
columns = ["district"]
# labels = "districts.csv"           # 列：code, zh, en

[names]                              # 报告中列的名称（层级、题目之外的）
street = { zh = "街道", en = "Street" }

[index]                              # 指数；指标写在 indicators.csv
missing = "renormalise"              # 缺的指标：renormalise 权重分给其余 | fail 报错 | carry 用上一期
[[index.bands]]                      # 颜色档次
from = 0
name = { zh = "待改进", en = "Needs work" }
colour = "#c62828"
[[index.bands]]
from = 60
name = { zh = "良好", en = "Good" }
colour = "#2e7d32"

[outputs]
language = ["zh", "en"]
formats = ["parquet", "xlsx", "html", "docx", "pdf"]
"""

INDICATORS = """\
code,parent,name_zh,name_en,weight,direction,table,variable,statistic,category,low,high
index,,满意度指数,Satisfaction index,,,,,,,,
satisfied,index,总体满意,Satisfied,0.7,1,answers,satisfied,mean,,1,5
queue,index,排队不长,Short queue,0.3,1,answers,queue,proportion,short,0,1
"""


def answers() -> str:
    """Made-up answers: 2 districts, 4 streets each, 10 answers a street."""
    lines = ["district,street,weight,Q1,Q2"]
    for d, district in enumerate(("甲", "乙")):
        for street in range(4):
            for person in range(10):
                score = min(5, 2 + (person * 3 + street) % 4 + d * (person % 3 == 0))
                lines.append(
                    f"{district},{district}{street + 1},{1 + street / 2},{score},{1 + (person + d) % 3 // 2}"
                )
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write the programme into a folder, which is made when it is not there."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "indicators.csv").write_text(INDICATORS, encoding="utf-8-sig")
    (folder / "data" / "answers.csv").write_text(answers(), encoding="utf-8-sig")
