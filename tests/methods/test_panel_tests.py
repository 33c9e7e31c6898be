"""Test of effects against R's plm; what the tests share refuses."""

from __future__ import annotations

import pytest

from analysis.errors import DataError
from analysis.methods.panel import pooling
from analysis.methods.panel_tests import effects_test
from tests.methods.panel_cases import arguments, check


def test_effects_test_equals_pftest(balanced, unbalanced, plm):
    check(effects_test(balanced["pooling"], balanced["within"]), plm["pFtest"])
    check(effects_test(unbalanced["pooling"], unbalanced["within"]),      # R 4.2.2, plm 2.6.2
           {"F": 34.3955951392976, "df": [49, 306], "p": 7.43893145126689e-98})


def test_what_has_no_answer_is_refused(balanced, castle):
    fixed, pooled = balanced["within"], balanced["pooling"]
    weighted = pooling(**arguments(castle, constant=True), weights=castle["popwt"])
    fewer = pooling(**{**arguments(castle, constant=True), "X": arguments(castle, constant=True)["X"].iloc[:, :3]})
    for call, said in [
        (lambda: effects_test(fixed, pooled), "a pooling and a within"),
        (lambda: effects_test(weighted, fixed), "without weights"),
        (lambda: effects_test(fewer, fixed), "every regressor"),
    ]:
        with pytest.raises(DataError, match=said):
            call()
