"""The sample of a round: how many, which, and whether it passes. Pure: the same seed draws the same dossiers.

At least so many percent of the batch (DA/T 31: 5 %), at least a few dossiers; a larger share after each round that
failed, and everything once the rounds are used up (our own; all are parameters). A batch passes when nothing fatal was
found and so many percent of the sampled pages are without a defect (DA/T 31 and practice: 95 %).
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

SEED_BYTES = 16


@dataclass(frozen=True)
class Plan:
    """What the parameters say: `rate` and `pass_rate` in percent, `least` in dossiers, `rounds` before everything is
    checked, `growth`: how many times as much each round draws as the one before."""

    rate: int
    least: int
    pass_rate: int
    rounds: int
    growth: int


def rate_of(plan: Plan, number: int) -> int:
    """The share of the batch drawn in round `number` (from 1), in percent."""
    return 100 if number > plan.rounds else min(100, plan.rate * plan.growth ** (number - 1))


def size(population: int, rate: int, least: int) -> int:
    """n = max(⌈N × rate⌉, least), never more than there are."""
    return min(population, max(-(-population * rate // 100), least))


def seed() -> str:
    """A seed nobody can guess before it is drawn."""
    return secrets.token_hex(SEED_BYTES)


def draw(ids: Sequence[int], count: int, seed: str) -> list[int]:
    """So many of these, by chance alone; the same ids and seed give the same ones."""
    return sorted(random.Random(seed).sample(sorted(ids), count))


def passes(pages: int, good: int, fatal: int, pass_rate: int) -> bool:
    """Whether a sample of so many pages passes; nothing sampled does not."""
    return bool(pages) and not fatal and good * 100 >= pages * pass_rate
