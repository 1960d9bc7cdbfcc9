"""Where every row went: nothing leaves an estimate without being counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: reasons for which whole rows leave
LEAVING = ("outside_population", "no_wave", "unknown_wave", "folded", "nonresponse")

#: reason -> (Chinese, English)
REASONS: dict[str, tuple[str, str]] = {
    "read": ("读入的行", "rows read"),
    "outside_population": ("不属于方案的总体（keep）", "outside the population of the plan (keep)"),
    "no_wave": ("没有期次", "no wave"),
    "unknown_wave": ("期次不在方案中", "wave not in the plan"),
    "folded": (
        "与同一单位的其他行合并（one_row_per）",
        "folded into another row of the same unit (one_row_per)",
    ),
    "nonresponse": ("整份无回答", "unit nonresponse"),
    "used": ("进入估计的行", "rows that reach the estimates"),
    "not_asked": ("该期没有问", "not asked in that wave"),
    "no_answer": ("没有回答", "no answer"),
    "not_valid": ("取值不合编码", "value that fits no coding"),
    "folded_disagree": ("合并的行互相矛盾", "folded rows disagree"),
    "contradiction": ("与同一行的其他值矛盾", "contradicts another value of the row"),
    "answered": ("有效回答", "valid answers"),
    "no_area": ("没有单位代码", "no unit code"),
}


@dataclass(frozen=True)
class LedgerEntry:
    """So many rows of a table and wave met a reason; `variable` is empty when the whole row is meant."""

    table: str
    wave: str
    variable: str
    reason: str
    rows: int

    def text(self, language: str = "en") -> str:
        """The reason in words."""
        return REASONS[self.reason][0 if language == "zh" else 1]


@dataclass
class RowLedger:
    """Counts of rows by table, wave, variable and reason."""

    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def add(self, table: str, wave: str, reason: str, rows: int, variable: str = "") -> None:
        """Add rows to a count; a count of zero is not kept."""
        if reason not in REASONS:
            raise KeyError(reason)
        if rows:
            key = (table, wave, variable, reason)
            self.counts[key] = self.counts.get(key, 0) + int(rows)

    def entries(self) -> tuple[LedgerEntry, ...]:
        """All counts, in order of table, wave, variable and as `REASONS` lists them."""
        order = {reason: i for i, reason in enumerate(REASONS)}
        keys = sorted(self.counts, key=lambda k: (k[0], k[1], k[2], order[k[3]]))
        return tuple(LedgerEntry(*key, self.counts[key]) for key in keys)

    def of(self, table: str, wave: str, variable: str = "") -> Mapping[str, int]:
        """Counts by reason of one variable (or of whole rows)."""
        return {k[3]: n for k, n in self.counts.items() if k[:3] == (table, wave, variable)}

    def unbalanced(self) -> list[str]:
        """Name tables and waves whose rows do not add up; empty in a sound run."""
        wrong = []
        for table, wave in sorted({(k[0], k[1]) for k in self.counts}):
            rows = self.of(table, wave)
            left = sum(n for reason, n in rows.items() if reason in LEAVING)
            if rows.get("read", 0) != left + rows.get("used", 0):
                wrong.append(f"{table} {wave}")
            for variable in {k[2] for k in self.counts if k[:2] == (table, wave) and k[2]}:
                if variable.startswith("level:"):
                    continue
                counted = sum(self.of(table, wave, variable).values())
                if counted != rows.get("used", 0):
                    wrong.append(f"{table} {wave} {variable}")
        return wrong
