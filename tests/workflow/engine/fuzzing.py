"""How much is tried at random: a little in every test run, as much as one likes with `make fuzz RUNS=20000 SEED=1`."""

import os
from collections import Counter
from collections.abc import Callable

PORTION = 50  # seeds of one test
RUNS = int(os.environ.get("JUANLIU_FUZZ_RUNS", "0"))  # of each kind that asks for a whole one
FIRST = int(os.environ.get("JUANLIU_FUZZ_SEED", "0"))
SHARES = {"wild": 0.6, "blocks": 0.2, "rows": 0.1}  # of RUNS; rows: on each of the two databases


def portions(kind: str, usually: int) -> list[range]:
    """The seeds to try, in ranges: `usually` so many, or the share of the runs asked for."""
    number = round(RUNS * SHARES[kind]) if RUNS else usually
    return [range(first, min(first + PORTION, FIRST + number)) for first in range(FIRST, FIRST + number, PORTION)]


def tally(kind: str, seeds: range, run: Callable[[int], str]) -> None:
    """Run each seed; say how the runs ended. A failure names its seed."""
    ends = Counter(run(seed) for seed in seeds)
    told = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    print(f"{kind}: seeds {seeds.start} to {seeds.stop - 1}: {told}; 0 differences")
