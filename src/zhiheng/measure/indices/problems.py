"""Every way an index can be wrong, in one place: where, rule, got, what to do, in Chinese and English.

Checks collect `Finding` records and raise one `Problem` that carries them all, so that a table of indicators
is mended in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: rule -> (Chinese, English). ``{found}`` and ``{expected}`` are filled in; the second sentence says how to mend it.
CATALOGUE: dict[str, tuple[str, str]] = {
    # the table of indicators
    "column_missing": (
        "指标表缺少“{expected}”列。请补上这一列。",
        "The indicator table has no column {expected}. Add it.",
    ),
    "code_missing": ("指标没有代码。请填写 code。", "The indicator has no code. Fill in `code`."),
    "duplicate_code": (
        "代码 {found} 重复。每个指标的代码应唯一。",
        "The code {found} is used twice. Give each indicator its own code.",
    ),
    "unknown_parent": (
        "上级指标 {found} 不存在。应为表中已有的代码：{expected}。",
        "The parent {found} is not in the table. Use one of its codes: {expected}.",
    ),
    "no_root": (
        "没有根指标。应有且只有一个指标不填上级。",
        "There is no root. Leave `parent` empty for exactly one indicator.",
    ),
    "several_roots": (
        "有多个根指标：{found}。应有且只有一个指标不填上级。",
        "There are several roots: {found}. Leave `parent` empty for exactly one indicator.",
    ),
    "cycle": (
        "上级关系成环：{found}。请改正其中一个上级。",
        "The parents form a cycle: {found}. Correct one of them.",
    ),
    "no_indicator": (
        "指标树没有下级指标。请至少加一个有上级的指标。",
        "The tree has a root only. Add at least one indicator below it.",
    ),
    "not_a_number": ("“{found}”不是数。应为：{expected}。", "{found} is not a number. Give {expected}."),
    "not_allowed": (
        "“{found}”不在允许的取值中。应为：{expected}。",
        "{found} is not allowed. Use {expected}.",
    ),
    "weight_not_positive": (
        "权重 {found} 不是正数。权重应大于 0；不用的指标请删去。",
        "The weight {found} is not positive. Weights must be above 0; remove what is not used.",
    ),
    "weights_do_not_sum": (
        "下级权重之和为 {found}，应为 1 或 100。请改权重，或声明 normalise_weights。",
        "The weights of its children sum to {found}, not 1 or 100. Correct them or declare normalise_weights.",
    ),
    "ends_missing": (
        "归一方法“{found}”需要 low 和 high。请填写量表端点或目标值。",
        "The normalisation {found} needs `low` and `high`. Fill in the ends of the scale or the goalposts.",
    ),
    "ends_out_of_order": (
        "low 与 high 为 {found}，low 应小于 high。逆向指标请用 direction = -1。",
        "low and high are {found}; low must be below high. For a reversed indicator use direction = -1.",
    ),
    "ends_not_used": (
        "归一方法“{found}”不用 low、high。请删去，或改用 scale 或 goalposts。",
        "The normalisation {found} does not use `low` and `high`. Remove them, or use scale or goalposts.",
    ),
    "ends_outside_transform": (
        "{found} 不能用于该变换。应为：{expected}。",
        "{found} cannot be transformed. Use {expected}.",
    ),
    "direction_without_ends": (
        "未归一的指标不能逆向。请选一种归一方法。",
        "An indicator that is not normalised cannot be reversed. Choose a normalisation.",
    ),
    "node_is_not_measured": (
        "有下级的指标不能再有“{found}”。请删去。",
        "An indicator with children is not measured itself: remove {found}.",
    ),
    "not_positive": (
        "归一方法“{found}”可能得到零或负值，而上级 {expected} 用几何或调和平均。"
        "请改用截断的 goalposts、把下限设为正数，或用算术平均。",
        "The normalisation {found} may give zero or negative values below {expected}, which is a geometric or "
        "harmonic mean. Use capped goalposts, a positive lower bound, or an arithmetic mean.",
    ),
    "bounds_out_of_order": (
        "指数刻度为 {found}，下限应小于上限。",
        "The scale of the index is {found}; its lower bound must be below its upper bound.",
    ),
    # values
    "shape": ("数组形状为 {found}，应为 {expected}。", "The shape is {found}, not {expected}."),
    "no_data": (
        "该指标没有任何数据。请补数据，或设 optional = 1，或删去。",
        "The indicator has no data at all. Supply it, set optional = 1, or remove the indicator.",
    ),
    "missing_value": (
        "缺值单位：{found}。请补数据，设 optional = 1，或用 missing = renormalise。",
        "There is no value for {found}. Supply it, set optional = 1, or use missing = renormalise.",
    ),
    "infinite_value": (
        "取值为无穷：{found}。请改正数据。",
        "There are infinite values: {found}. Correct the data.",
    ),
    "outside_scale": (
        "取值超出量表 {expected}：{found}。请改正端点或编码，或设 cap = 1。",
        "There are values outside the scale {expected}: {found}. Correct its ends or the coding, or set cap = 1.",
    ),
    "outside_transform": (
        "取值不能变换：{found}。应为：{expected}。",
        "There are values that cannot be transformed: {found}. Give {expected}.",
    ),
    "no_spread": (
        "各单位取值相同（{found}），无法归一。请用 goalposts，或给出固定端点。",
        "All units have the same value ({found}), so it cannot be normalised. Use goalposts or fixed end points.",
    ),
    "negative_in_mean": (
        "几何或调和平均遇到负值：{found}。请改归一方法或平均方法。",
        "A geometric or harmonic mean met negative values: {found}. Change the normalisation or the mean.",
    ),
    "not_smooth": (
        "{found} 对原始值不可导，不能用 delta 法。请用复制法。",
        "{found} is not a smooth function of the raw values, so the delta method does not apply. Use replicates.",
    ),
    # civic rules
    "unknown_field": ("不认识“{found}”。应为：{expected}。", "{found} is not known here. Use {expected}."),
    "field_missing": ("缺少“{expected}”。请补上。", "{expected} is missing. Fill it in."),
    "veto_effect": (
        "一票否决应恰有 set_to、cap_band 之一，现有：{found}。",
        "A veto needs exactly one of set_to and cap_band; it has {found}.",
    ),
    "unknown_band": ("档次 {found} 不存在。应为：{expected}。", "There is no band {found}. Use {expected}."),
    "duplicate_band": ("两个档次的起点相同：{found}。", "Two bands start at the same score: {found}."),
    "no_findings": (
        "规则 {found} 没有对应的数据。应给出：{expected}。",
        "There are no findings for the rule {found}. Give {expected}.",
    ),
    "negative_count": (
        "发现数不能为负或缺失：{found}。请改正数据。",
        "A number of findings is negative or missing: {found}. Correct the data.",
    ),
    # comparison, progress, importance
    "covariance": (
        "协方差矩阵不可用：{found}。应为：{expected}。",
        "The covariance cannot be used: {found}. Give {expected}.",
    ),
    "one_source_of_error": (
        "应恰给出 covariance 与 replicates 之一，现有：{found}。",
        "Give exactly one of covariance and replicates; there is {found}.",
    ),
    "too_few_replicates": (
        "复制次数 {found} 太少，至少 {expected} 次。",
        "{found} replicates are too few; make at least {expected}.",
    ),
    "not_matched": (
        "第 {found} 期与上一期没有共同的指标，不能链接。请给出衔接指标。",
        "Wave {found} has no component in common with the wave before, so the chain breaks. Supply one.",
    ),
    "not_positive_level": (
        "环比要求取值为正：{found}。请用 0–100 刻度的得分。",
        "Link relatives need positive values: {found}. Use scores on a 0-100 scale.",
    ),
    "singular": (
        "驱动指标线性相关，无法回归：{found}。请删去一个，或改用相关系数。",
        "The drivers are collinear, so there is no regression: {found}. Remove one or use correlations.",
    ),
    "no_variance": ("该变量没有方差：{found}。请删去。", "There is no variance in {found}. Remove it."),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    rule
        Key of `CATALOGUE`.
    code
        Indicator, unit or rule it concerns; empty when it concerns the whole.
    row
        Row of the table (the header is row 1), where the reader of the table said so.
    field
        Column or argument.
    found, expected
        In words.
    """

    rule: str
    code: str = ""
    row: int | None = None
    field: str = ""
    found: str = ""
    expected: str = ""

    def message(self, language: str = "en") -> str:
        """Say what is wrong and how to mend it, in ``"zh"`` or ``"en"``."""
        chinese, english = CATALOGUE[self.rule]
        text = (chinese if language == "zh" else english).format(found=self.found, expected=self.expected)
        if language == "zh":
            place = [f"第 {self.row} 行" if self.row is not None else "", self.code, self.field]
            return "，".join(p for p in place if p) + ("：" if any(place) else "") + text
        place = [f"row {self.row}" if self.row is not None else "", self.code, self.field]
        return ", ".join(p for p in place if p) + (": " if any(place) else "") + text

    @property
    def message_zh(self) -> str:
        """The message in Chinese."""
        return self.message("zh")

    @property
    def message_en(self) -> str:
        """The message in English."""
        return self.message("en")


class Problem(Exception):  # noqa: N818  "Problem" is the house's word for every catalogue of errors
    """What was wrong, all of it at once.

    Attributes
    ----------
    findings
        The records, in the order of the table.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.message_en for finding in self.findings))

    def message(self, language: str = "en") -> str:
        """All messages, one a line."""
        return "\n".join(finding.message(language) for finding in self.findings)


def refuse(
    rule: str, *, code: str = "", field: str = "", found: object = "", expected: object = ""
) -> Problem:
    """Make a problem of one finding; the caller raises it."""
    return Problem([Finding(rule, code, None, field, str(found), str(expected))])


def some(names: Sequence[object], shown: int = 5) -> str:
    """Name the first few and count the rest."""
    head = ", ".join(str(name) for name in names[:shown])
    return head if len(names) <= shown else f"{head} … ({len(names)})"
