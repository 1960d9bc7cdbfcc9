"""Sample designs: what was drawn, in how many stages, out of how many."""

from zhiheng.measure.design.spec import (
    ROW,
    Calibration,
    CellCalibration,
    Design,
    RegressionCalibration,
    check_design,
)

__all__ = ["ROW", "Calibration", "CellCalibration", "Design", "RegressionCalibration", "check_design"]
