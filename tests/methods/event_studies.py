"""Event studies whose robust intervals are published, and random ones. Only numbers are quoted."""

from __future__ import annotations

import numpy as np

from analysis.methods.event_coefficients import EventCoefficients, event_coefficients

# Benzarti and Carloni (2019), profits after a cut of the value added tax, event times -5 to -2 and 0 to 3: the data set
# BCdata_EventStudy of the R package HonestDiD (MIT licence), printed to ten digits in test/reference.jl of
# HonestDiD.jl (MIT licence).
TAX_ESTIMATES = [0.006696351804, 0.02934503369, -0.006472972222, 0.0730149895,
                 0.1959611177, 0.3120639026, 0.2395415455, 0.1260425001]
TAX_COVARIANCE = 1e-4 * np.array([
    [8.428358124, 4.768686777, 2.618051076, 2.354220342, 1.676371467, 1.128707663, 0.1992816215, -1.368265366],
    [4.768686777, 6.425420288, 3.987425007, 2.435515198, 2.201960306, 1.804591157, 0.384376508, -0.2960421989],
    [2.618051076, 3.987425007, 5.229949602, 2.11768609, 1.840722252, 1.45852784, 0.7005197403, 0.5952994979],
    [2.354220342, 2.435515198, 2.11768609, 3.089595411, 1.197866077, 1.334081317, 1.016335009, 1.079051726],
    [1.676371467, 2.201960306, 1.840722252, 1.197866077, 3.59970436, 2.478818642, 1.749579242, 1.654256921],
    [1.128707663, 1.804591157, 1.45852784, 1.334081317, 2.478818642, 4.263949813, 2.171437809, 2.892747871],
    [0.1992816215, 0.384376508, 0.7005197403, 1.016335009, 1.749579242, 2.171437809, 4.886697861, 3.805322049],
    [-1.368265366, -0.2960421989, 0.5952994979, 1.079051726, 1.654256921, 2.892747871, 3.805322049, 7.61739444]])

# Health insurance after Medicaid was extended in 2014, event times -6 to -2 and 0, 1: two-way fixed effects of the
# README of HonestDiD (data ehec_data of the Mixtape Sessions, 43 states, 2008 to 2015), refitted in numpy with
# fixest's default for errors clustered by state: G/(G-1) x (n-1)/(n-15), n = 344, G = 43. Rounded to eleven digits.
MEDICAID_ESTIMATES = [-0.0052853545327, -0.011297324648, -0.0026759918118, -0.0014193122521, 0.00033966351897,
                      0.046446854160, 0.069206175479]
MEDICAID_COVARIANCE = 1e-5 * np.array([
    [7.4884836359, 6.0398740956, 4.4446198185, 3.3857647061, 4.3280112547, 4.7658804788, 2.4251286998],
    [6.0398740956, 7.2665006170, 3.7893302213, 2.8665780251, 4.5433206284, 4.4288501193, 2.8246550430],
    [4.4446198185, 3.7893302213, 5.0520519402, 2.6736794325, 2.7781935677, 3.0606441089, 0.96375338827],
    [3.3857647061, 2.8665780251, 2.6736794325, 4.0032220263, 2.4128599757, 2.3808682091, 0.29238781434],
    [4.3280112547, 4.5433206284, 2.7781935677, 2.4128599757, 5.4626622071, 3.6825310517, 0.97229475024],
    [4.7658804788, 4.4288501193, 3.0606441089, 2.3808682091, 3.6825310517, 8.3756688247, 6.3213979625],
    [2.4251286998, 2.8246550430, 0.96375338827, 0.29238781434, 0.97229475024, 6.3213979625, 10.712352303]])


def tax(weights=None) -> EventCoefficients:
    """Four leads, four lags; the mean of the lags unless weighted otherwise."""
    return event_coefficients(TAX_ESTIMATES, TAX_COVARIANCE, [-5, -4, -3, -2, 0, 1, 2, 3], weights=weights)


def medicaid(weights=None) -> EventCoefficients:
    """Five leads, two lags."""
    return event_coefficients(MEDICAID_ESTIMATES, MEDICAID_COVARIANCE, [-6, -5, -4, -3, -2, 0, 1], weights=weights)


def made_up() -> EventCoefficients:
    """The example of the README of HonestDiD.jl (MIT licence): three leads, five lags, first lag."""
    se = np.array([0.060, 0.050, 0.055, 0.050, 0.052, 0.060, 0.065, 0.070])
    covariance = np.outer(se, se) * 0.6 ** np.abs(np.subtract.outer(range(8), range(8)))
    return event_coefficients([0.02, -0.01, 0.03, 0.15, 0.20, 0.25, 0.22, 0.18], covariance,
                              [-4, -3, -2, 0, 1, 2, 3, 4], weights=[1, 0, 0, 0, 0])


def random_study(seed: int, n_pre: int, n_post: int, *, effect: float = 5.0, weights=None) -> EventCoefficients:
    """Estimates with variances around 1 and a random correlation."""
    rng = np.random.default_rng(seed)
    k = n_pre + n_post
    factor = rng.normal(size=(k, 2 * k)) / np.sqrt(2 * k)
    estimates = rng.normal(size=k) + np.repeat([0.0, effect], [n_pre, n_post])
    return event_coefficients(estimates, factor @ factor.T, [*range(-n_pre - 1, -1), *range(n_post)], weights=weights)
