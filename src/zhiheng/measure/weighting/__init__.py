"""Weights: nonresponse cells, post-stratification, raking, calibration, trimming, and a report of each step."""

from zhiheng.measure.weighting.cells import nonresponse, poststratify, rake
from zhiheng.measure.weighting.regression import calibrate
from zhiheng.measure.weighting.report import Step, Target, Weighted
from zhiheng.measure.weighting.rows import trim, weights_of

__all__ = [
    "Step",
    "Target",
    "Weighted",
    "calibrate",
    "nonresponse",
    "poststratify",
    "rake",
    "trim",
    "weights_of",
]
