"""Every combination of defensible choices: which there are, their estimates, and a joint test."""

from analysis.strands.difference_in_differences.specification_curve.curve import Curve, curve_of

__all__ = ["Curve", "curve_of"]
