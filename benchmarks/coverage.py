"""Simulate the coverage of 95 % intervals and write docs/methods/coverage.md.

python benchmarks/coverage.py [replicates]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from zhiheng.measure.tests.coverage import page, simulate

if __name__ == "__main__":
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    started = time.perf_counter()
    found = simulate(replicates)
    path = Path(__file__).parents[1] / "docs" / "methods" / "coverage.md"
    path.write_text(page(found, replicates), encoding="utf-8")
    for what, numbers in found.items():
        print(f"{what:12} {numbers['coverage']:.2%} ± {2 * numbers['error']:.2%}")
    print(f"{replicates:,} samples in {time.perf_counter() - started:.0f} s → {path.name}")
