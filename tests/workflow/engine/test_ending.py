"""From where an instance stands an end can be reached, or it is said from where not.

JUANLIU_ENDING_SEEDS=3000 walks further than the few that are walked each time."""

import os

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.test_wild import Instance
from tests.workflow.engine.walking import walk
from workflow import engine
from workflow.engine.ending import can_end

SEEDS = int(os.environ.get("JUANLIU_ENDING_SEEDS", "80"))
SOMETIMES = """
    start s
    user a
    and join
    user b
    user c
    xor g
    end e
    end other
    s -> a -> join
    s -> b -> g
    g -> join if v = 1
    g -> other default
    s -> c -> e
    join -> e
"""


def stuck(run: Run) -> tuple[str, ...]:
    return engine.stuck(run.model, run.state)


def test_a_process_that_has_just_begun_can_end():
    assert stuck(Run("start s\nuser a\nuser b\nend e\ns -> a -> b -> e")) == ()


def test_a_join_that_waits_for_a_way_not_taken_can_never_complete():
    run = Run(SOMETIMES, v=2)
    assert stuck(run) == ()
    run.do("a")
    assert stuck(run) == ()
    run.do("b")
    assert stuck(run) == ("join",) or set(stuck(run)) == {"c", "join"}
    assert "join" in stuck(run)


def test_a_join_whose_other_way_may_still_come_can():
    run = Run(SOMETIMES, v=1).do("a")
    assert stuck(run) == ()
    assert stuck(run.do("b")) == ()
    assert run.do("c").finished


def test_a_loop_that_no_way_leaves_never_ends():
    drawing = """
        start s
        xor m
        user a
        user b
        end e
        s -> m -> a
        a -> m if v = 1
        a -> b default
        b -> e
    """
    assert stuck(Run(drawing, v=1)) == ()


def test_an_event_at_the_edge_may_lead_out_of_a_part_that_stands_still():
    drawing = """
        start s
        sub inside
          start is
          user a
          user b
          user c
          and join
          xor g
          end i1
          end i2
          is -> a -> join
          is -> b -> g
          g -> join if v = 1
          g -> i1 default
          is -> c -> i1
          join -> i2
        {boundary}
        end e
        s -> inside -> e
    """
    alone = Run(drawing.format(boundary=""), v=2).do("a").do("b")
    assert "join" in stuck(alone)
    left = Run(drawing.format(boundary="boundary late on=inside timer=PT1H\n        late -> e"), v=2).do("a").do("b")
    assert stuck(left) == ()


def test_an_end_that_takes_all_with_it_ends_what_would_wait_for_ever():
    run = Run(SOMETIMES.replace("end e\n", "end e terminate\n", 1).replace("join -> e", "join -> other"), v=2)
    assert stuck(run.do("a").do("b")) == ()
    assert run.do("c").finished


def test_what_runs_several_times_is_looked_into():
    drawing = """
        start s
        sub each times=2
          start is
          user a
          end ie
          is -> a -> ie
        user after
        end e
        s -> each -> after -> e
    """
    run = Run(drawing)
    assert stuck(run) == ()
    assert stuck(run.do("a").do("a")) == ()


def test_one_answer_serves_all_that_stand_alike():
    run = Run(SOMETIMES, v=1)
    before = can_end.cache_info().hits
    assert [stuck(run) for _ in range(5)] == [()] * 5
    assert can_end.cache_info().hits >= before + 4


@pytest.mark.parametrize("first", range(0, SEEDS, 20))
def test_no_state_from_which_a_process_came_to_its_end_is_called_stuck_and_one_that_stands_still_is(first):
    for seed in range(first, first + 20):
        walked = Remembering()
        end = walk(seed, walked)
        if end == "finished":
            assert [engine.stuck(*each) for each in walked.stood] == [()] * len(walked.stood), f"seed {seed}"
        if end == "stuck":
            assert engine.stuck(walked.run.model, walked.run.state), f"seed {seed}\n{walked.wild.drawing}"


class Remembering(Instance):
    """Every state it has come to."""

    def __init__(self) -> None:
        self.stood: list[tuple[engine.Model, bytes]] = []

    def open(self):
        if not self.run.finished and (not self.stood or self.stood[-1][1] != self.run.state):
            self.stood.append((self.run.model, self.run.state))
        return super().open()
