"""Difference-in-differences on children's records: from the census and the looked-after return to five effects."""

from analysis.strands.difference_in_differences.definitions import Definitions, all_of
from analysis.strands.difference_in_differences.estimation import conclusion
from analysis.strands.difference_in_differences.records import DATASETS, Records, records_from
from analysis.strands.difference_in_differences.results import Analysis, Effect, OutcomeResult
from analysis.strands.difference_in_differences.rules import OUTCOMES, Rules, rules_of
from analysis.strands.difference_in_differences.strand import analyse, analyse_definitions

__all__ = ["Analysis", "DATASETS", "Definitions", "Effect", "OUTCOMES", "OutcomeResult", "Records", "Rules", "all_of",
           "analyse", "analyse_definitions", "conclusion", "records_from", "rules_of"]
