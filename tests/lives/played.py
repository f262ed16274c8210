"""Random whole lives of dossiers through HTTP: no page fails, every refusal is a sentence, nobody is stuck, the machine
asks for no help, the watchdog and fsck find nothing, every chain of custody is whole.

A batch of lives shares an office and its chance; a batch that fails says where it was and is played again by its seed:
JUANLIU_LIVES_SEED=7 JUANLIU_LIVES=10. `make lives RUNS=2000` plays many, every fifth office on PostgreSQL.
"""

import os
import time

import pytest

from tests.lives.house import House
from tests.lives.lives import Lives

BATCH = 10  # lives in one office
COUNT = int(os.environ.get("JUANLIU_LIVES", "3"))
FIRST = int(os.environ.get("JUANLIU_LIVES_SEED", "1"))
SEEDS = range(FIRST, FIRST + max(1, COUNT // BATCH))
SHARE = 5  # every so many offices one lives on PostgreSQL, unless JUANLIU_LIVES_ON says which database all live on
ON = os.environ.get("JUANLIU_LIVES_ON", "")


def database_of(seed: int) -> str:
    return ON or ("sqlite" if seed % SHARE else "postgresql")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dossier_s_life_comes_to_its_end_whatever_people_do(request, clock, seed):
    began, count, database = time.process_time(), min(BATCH, COUNT), database_of(seed)
    house = House(request.getfixturevalue(f"{database}_office"), clock, seed, count * 4 + 20)
    lives = Lives.invented(house, count, seed)
    try:
        lives.play()
        wrong = lives.wrong()
    except AssertionError:
        print(f"FAILED seed {seed} on {database} at {house.at}", *lives.told(), sep="\n")
        raise
    spent = (time.process_time() - began) / count
    steps = sum(house.seen.values())
    print(f"seed {seed} on {database}: {count} lives, {steps} steps, {spent:.1f} s of the processor for each")
    print(*(f"  ended by hand: {each}" for each in lives.given_up), sep="\n")
    assert wrong == []
