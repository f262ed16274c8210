"""Random whole lives of dossiers through HTTP: no page fails, every refusal is a sentence, nobody is stuck, the machine
asks for no help, the watchdog and fsck find nothing, every chain of custody is whole.

A batch of lives shares an office and its chance; a batch that fails is played again by its seed:
JUANLIU_LIVES_SEED=7 JUANLIU_LIVES=10. `make lives RUNS=2000` plays many.
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


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dossier_s_life_comes_to_its_end_whatever_people_do(sqlite_office, clock, seed):
    began, count = time.process_time(), min(BATCH, COUNT)
    house = House(sqlite_office, clock, seed, count * 4 + 20)
    lives = Lives.invented(house, count, seed)
    try:
        lives.play()
        wrong = lives.wrong()
    except AssertionError:
        print(f"seed {seed}:", *lives.told(), sep="\n")
        raise
    spent = (time.process_time() - began) / count
    print(f"seed {seed}: {count} lives, {sum(house.seen.values())} steps, {spent:.1f} s of the processor for each")
    assert wrong == []
