"""Findings of the simulations: numbers of the page, and sentences that follow them."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from analysis.exhibits.did.common import listed
from analysis.exhibits.did.simulation_inputs import SimulationInputs
from analysis.publish.words import number
from analysis.strands.difference_in_differences import interval_designs, interval_simulation, tables
from analysis.strands.difference_in_differences import interval_tables as intervals

KEYS = {"CR1, rows": "cr1_rows", "CR1, t(G - 1)": "cr1", "CR2, Satterthwaite": "cr2", "CR3, t(G - 1)": "cr3",
        "bootstrap": "bootstrap", "permutation, matched again": "permutation",
        "permutation, weights kept": "permutation_kept"}
SHORT = {"CR1, rows": "CR1 with degrees of freedom from rows", "CR1, t(G - 1)": "CR1 with t(G - 1)",
         "CR2, Satterthwaite": "CR2", "CR3, t(G - 1)": "CR3", "bootstrap": "the wild cluster bootstrap",
         "permutation, matched again": "permutation with matching made again",
         "permutation, weights kept": "permutation with weights kept"}
IN_PROSE = {intervals.METHODS[name]: words for name, words in SHORT.items()}
PAIRS = {("CR1, rows", "CR1, t(G - 1)"): "CR1 of either kind",
         ("permutation, matched again", "permutation, weights kept"): "permutation of either kind"}


def publish_simulation_findings(inputs: SimulationInputs) -> None:
    """All findings."""
    _made(inputs)
    _rejections(inputs)
    _kinship(inputs)
    _sentences(inputs)
    _recovery(inputs)


def _made(inputs: SimulationInputs) -> None:
    p, kept, fact = inputs.p, inputs.intervals.frame, {"sources": [inputs.intervals]}
    scenarios = intervals.scenarios_of(kept)
    whole = dict(unit="count", decimals=0, **fact)
    p.finding("did.simulation.scenarios", len(scenarios), made_by=intervals.scenarios_of, **whole)
    p.finding("did.simulation.runs", scenarios["runs"].sum(), made_by=intervals.scenarios_of, **whole)
    p.finding("did.simulation.runs_each", scenarios["runs"].min(), made_by=intervals.scenarios_of, **whole)
    made, section = interval_simulation.run_scenario, interval_simulation.simulation_of(p.design)
    p.finding("did.simulation.draws", section["draws"], made_by=made, **whole)
    p.finding("did.simulation.assignments", section["permutations"], made_by=made, **whole)
    p.finding("did.simulation.width_runs", section["width_runs"], made_by=made, **whole)
    p.finding("did.simulation.authority_share", 100 * section["authority_share"], unit="per cent",
              made_by=interval_designs.trial_design, **fact)
    p.finding("did.simulation.correlations", listed(f"{100 * icc:g}%" for icc in sorted(scenarios["icc"].unique())),
              unit="text", made_by=interval_simulation.scenarios, **fact)
    p.finding("did.simulation.middle", 100 * intervals.MIDDLE, unit="per cent", decimals=0,
              made_by=intervals.performance, **fact)
    p.finding("did.simulation.least_pilots", intervals.LEAST_PILOTS, made_by=intervals.verdicts, **whole)
    bias = (scenarios["bias"] / scenarios["bias_error"]).abs().max()
    p.finding("did.simulation.largest_bias", bias, unit="standard errors", made_by=made, **fact)
    p.finding("did.simulation.bias", bias_phrase(bias, len(scenarios)), unit="text", made_by=bias_phrase, **fact)
    table = intervals.true_nulls(kept)
    fact = dict(unit="per cent", made_by=intervals.true_nulls, **fact)
    p.finding("did.simulation.band_low", table["band_low"].max(), **fact)
    p.finding("did.simulation.band_high", table["band_high"].min(), **fact)


def _rejections(inputs: SimulationInputs) -> None:
    table = intervals.true_nulls(inputs.intervals.frame)
    table = table[table["groups"] == 0]
    fact = dict(unit="per cent", made_by=intervals.true_nulls, sources=[inputs.intervals])
    for name, key in KEYS.items():
        shares = table.loc[table["method"] == intervals.METHODS[name], "rejection"]
        inputs.p.finding(f"did.simulation.{key}_lowest", shares.min(), **fact)
        inputs.p.finding(f"did.simulation.{key}_highest", shares.max(), **fact)


def _kinship(inputs: SimulationInputs) -> None:
    p, kept = inputs.p, inputs.intervals.frame
    table = intervals.performance(kept)
    table = table[table["key"] == "kinship"].set_index("method")
    headline, original = table.loc[intervals.HEADLINE], table.loc[intervals.ORIGINAL]
    fact = dict(unit="per cent", sources=[inputs.intervals], made_by=intervals.performance)
    p.finding("did.simulation.kinship_planted", headline["effect"],
              **{**fact, "unit": "percentage points", "decimals": 0})
    p.finding("did.simulation.kinship_power_cr2", headline["power"], **fact)
    p.finding("did.simulation.kinship_coverage_cr2", headline["coverage"], **fact)
    p.finding("did.simulation.kinship_coverage_rows", original["coverage"], **fact)
    power = intervals.power_by_correlation(kept).set_index("method").loc[intervals.HEADLINE]
    power = power[[name for name in power.index if name.startswith("power_")]]
    fact = {**fact, "made_by": intervals.power_by_correlation}
    p.finding("did.simulation.kinship_power_lowest", power.min(), **fact)
    p.finding("did.simulation.kinship_power_highest", power.max(), **fact)
    planted = p.design.section("difference_in_differences")["planted"]
    p.finding("did.simulation.kinship_share", intervals.period_share(planted, "kinship"), decimals=2,
              **{**fact, "made_by": intervals.period_share})
    p.finding("did.simulation.rereferral_share", intervals.period_share(planted, "rereferral"), decimals=2,
              **{**fact, "made_by": intervals.period_share})


def _sentences(inputs: SimulationInputs) -> None:
    kept, fact = inputs.intervals.frame, dict(unit="text", sources=[inputs.intervals])
    nulls = intervals.true_nulls(kept)
    few = intervals.rejections_by_pilots(kept)
    fewest = few[(few["treated"] == few["treated"].min()) & (few["method"] == intervals.METHODS["bootstrap"])]
    inputs.p.finding("did.simulation.few_pilots", fewest["treated"].iloc[0], unit="count", decimals=0,
                     made_by=intervals.rejections_by_pilots, sources=[inputs.intervals])
    inputs.p.finding("did.simulation.few_unbounded", fewest["unbounded"].max(), unit="per cent",
                     made_by=intervals.rejections_by_pilots, sources=[inputs.intervals])
    whole = nulls[nulls["groups"] == 0]
    found = {"answer": (answer, whole), "original": (original_phrase, whole),
             "sentence": (trust_sentence, intervals.verdicts(kept)), "few": (few_sentence, few)}
    for name, (words, table) in found.items():
        inputs.p.finding(f"did.simulation.{name}", words(table), made_by=words, **fact)


def bias_phrase(largest: float, scenarios: int) -> str:
    """Whether the largest of so many independent means may be so far off by chance (Bonferroni at 1%), as a clause."""
    allowed = stats.norm.ppf(1 - 0.005 / scenarios)
    return "no more than chance allows among so many" if largest <= allowed else "more than chance allows"


def answer(nulls: pd.DataFrame) -> str:
    """Whether the headline interval keeps its level in the scenarios given, as a sentence without its full stop."""
    own = nulls[nulls["method"] == intervals.HEADLINE]
    above = int(own["above"].sum())
    if not above:
        return (f"Yes: in none of {len(own)} scenarios with all pilots does it report an effect that is not there more "
                "often than the one time in twenty that it allows, chance set aside")
    return (f"Not everywhere: in {above} of {len(own)} scenarios with all pilots it reports an effect that is not "
            "there more often than the one time in twenty that it allows, chance set aside")


def original_phrase(nulls: pd.DataFrame) -> str:
    """In how many of the scenarios given the original's interval does not keep its level: 3 of 28."""
    own = nulls[nulls["method"] == intervals.ORIGINAL]
    return f"{int(own['above'].sum())} of {len(own)}"


def trust_sentence(table: pd.DataFrame) -> str:
    """Which methods hold their level over the scenarios of the verdicts, and which do not, as clauses."""
    never, always = table[table["above"] == 0], table[table["above"] == table["scenarios"]]
    some = table[(table["above"] > 0) & (table["above"] < table["scenarios"])]
    scenarios, parts = int(table["scenarios"].max()), []
    if len(never):
        parts.append(f"in none of {scenarios} scenarios by {in_prose(never['method'])}")
    parts += [f"in {row.above} of {scenarios} by {IN_PROSE[row.method]}" for row in some.itertuples()]
    if len(always):
        parts.append(f"in all {scenarios} by {in_prose(always['method'])}")
    return f"true nulls are rejected too often {'; '.join(parts)}"


def few_sentence(table: pd.DataFrame) -> str:
    """Which methods break with how many pilots: above the band in some scenario, or no rejection at all."""
    clauses: dict[str, list] = {}
    for pilots, part in table.groupby("treated", sort=False):
        above = part.loc[part["above"], "method"].unique()
        flat = part.groupby("method", sort=False)["rejection"].max() == 0
        clause = f"true nulls are rejected too often by {in_prose(above) if len(above) else 'no method'}"
        if flat.any():
            clause += f", and nothing is ever rejected by {in_prose(flat.index[flat])}"
        clauses.setdefault(clause, []).append(number(pilots, 0))
    return "; ".join(f"with {' or '.join(pilots)} pilots, {clause}" for clause, pilots in clauses.items())


def in_prose(methods) -> str:
    """Methods in a row, in the order of the tables; a pair of one kind in one expression."""
    wanted, words = set(methods), []
    for name in intervals.METHODS:
        pair = next((pair for pair in PAIRS if name in pair), ())
        if pair and {intervals.METHODS[part] for part in pair} <= wanted:
            words += [PAIRS[pair]] if name == pair[0] else []
        elif intervals.METHODS[name] in wanted:
            words.append(SHORT[name])
    return listed(words)


def _recovery(inputs: SimulationInputs) -> None:
    runs = inputs.recovery
    table = tables.recovery_table(runs.frame).set_index("outcome")
    fact = dict(made_by=tables.recovery_table, sources=[runs])
    p = inputs.p
    p.finding("did.recovery.seeds", table["runs"].iloc[0], unit="count", decimals=0, **fact)
    p.finding("did.recovery.coverage", 100 * table["covered"].sum() / table["runs"].sum(), unit="per cent", **fact)
    kinship = table.loc[tables.NAMES["kinship"]]
    p.finding("did.recovery.kinship_planted", kinship["planted"], unit="percentage points", **fact)
    p.finding("did.recovery.kinship_mean", kinship["mean"], unit="percentage points", **fact)
