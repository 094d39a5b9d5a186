"""Goal Attainment Scaling: one T-score out of the levels that a person's goals reached.

    T = 50 + 10 * sum(w * x) / sqrt((1 - rho) * sum(w^2) + rho * (sum w)^2)

Kiresuk and Sherman 1968, in the form of the erratum to Turner-Stokes 2009 (Clinical Rehabilitation 23: 362). 50 is
what was hoped for; `rho`, how much goals move together, is 0.30 by convention.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

LEVELS = (-2, -1, 0, 1, 2)
RHO = 0.30
HEAVIEST = 100


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None, rho: float = RHO) -> float:
    """The T-score, in points around 50. `levels`: how far each goal came, -2 to +2; `weights`: how much each counts, 1
    apiece unless told. Raises ValueError where a level or a weight is not one, or nothing was given."""
    weights = [1.0] * len(levels) if weights is None else list(weights)
    if not levels:
        raise ValueError("no goal was rated")
    if any(level not in LEVELS for level in levels):
        raise ValueError("a level is a whole number from -2 to +2")
    if len(weights) != len(levels):
        raise ValueError("each goal has one weight")
    if any(not 0 < weight <= HEAVIEST for weight in weights):
        raise ValueError(f"a weight is above 0 and at most {HEAVIEST}")
    if not 0 <= rho < 1:
        raise ValueError("rho is at least 0 and below 1")
    reached = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    spread = (1 - rho) * sum(weight**2 for weight in weights) + rho * sum(weights) ** 2
    return 50 + 10 * reached / math.sqrt(spread)
