"""What a step costs as things grow: rounds of a loop, parallel branches one after the other, instances that run.

`python -m bench.growth`. Times are medians of single completions, each a transaction of its own.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial

from sqlalchemy import select

from bench import crowd, process
from bench.ground import KINDS, office, show
from bench.process import Running
from workflow import definitions
from workflow.models import ProcessInstance
from workflow.office import Office

ROUNDS = (100, 1_000, 5_000)
DIAMONDS = (7, 14)
INSTANCES = (100_000, 1_000_000)
FEW = 1_000  # running instances beside which the many are measured
SAMPLE = 15  # completions timed at each size
NAMESPACES = 'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
Grown = tuple[int, float, int]  # size, times the cost of the first step, bytes of the state
Timed = Callable[[], float]  # does a step; its seconds


def main() -> None:
    for kind in KINDS:
        show([f"{kind}: loop rounds", "times the first", "state, bytes"], lines(loops(kind)))
        show([f"{kind}: diamonds", "times the first", "state, bytes"], lines(diamonds(kind)))
    show(["PostgreSQL: running instances", f"times that of {FEW:,}", "state, bytes"], lines(running()))


def lines(measured: Iterable[Grown]) -> Iterator[tuple[str, ...]]:
    for size, times, state in measured:
        yield f"{size:,}", f"{times:.2f}", f"{state:,}"


def side_by_side(first: Timed, grown: Timed) -> float:
    """How many times the grown step costs what the first does: medians, taken in turns."""
    both = [(first(), grown()) for _ in range(SAMPLE)]
    return statistics.median(each for _, each in both) / statistics.median(each for each, _ in both)


def loops(kind: str, rounds: Iterable[int] = ROUNDS) -> Iterator[Grown]:
    """Scan and check, again and again: checking after so many rounds, beside an instance in its first ones."""
    with office(kind, "loops") as opened:
        process.deploy(opened)
        old, done = scanning(opened), 0
        for size in rounds:
            while done < size:
                once_round(opened, old)
                done += 1
            fresh = scanning(opened)
            times = side_by_side(partial(once_round, opened, fresh), partial(once_round, opened, old))
            done += SAMPLE
            yield size, times, state_size(opened, old)


def scanning(opened: Office) -> Running:
    """An instance about to be scanned for the first time."""
    (work,) = process.begun(opened, 1)
    for activity_id in ("receive", "register", "sort"):
        step(opened, work, activity_id)
    return work


def once_round(opened: Office, work: Running) -> float:
    step(opened, work, "scan")
    return step(opened, work, "check", "again")


def step(opened: Office, work: Running, activity_id: str, outcome: str = "pass") -> float:
    """Seconds of one completion."""
    anna = process.person(opened)
    task_id = process.claimed(opened, work, activity_id, anna)
    began_at = time.perf_counter()
    process.complete(opened, task_id, anna, {"remark": "齐全"}, outcome)
    return time.perf_counter() - began_at


def diamonds(kind: str, sizes: Iterable[int] = DIAMONDS) -> Iterator[Grown]:
    """Two tasks in parallel, joined, and so on: joining the last of so many, beside joining one alone."""
    with office(kind, "diamonds") as opened:
        for size in {1, *sizes}:
            process.deploy(opened, drawn(size))
        for size in sizes:
            last = at_last_join(opened, size)
            times = side_by_side(
                lambda: step(opened, at_last_join(opened, 1), "b0"),
                lambda size=size: step(opened, at_last_join(opened, size), f"b{size - 1}"),
            )
            yield size, times, state_size(opened, last)


def at_last_join(opened: Office, size: int) -> Running:
    """An instance where only the second task of the last diamond is left."""
    with opened.database.transaction() as session:
        work = process.begin(session, definitions.latest(session, f"diamonds{size}"))
    for number in range(size):
        step(opened, work, f"a{number}")
        if number < size - 1:
            step(opened, work, f"b{number}")
    return work


def drawn(size: int) -> bytes:
    """A file with so many diamonds in a row."""
    said, flows = ['<b:startEvent id="s"/>'], []
    before = "s"
    for number in range(size):
        split, join = f"split{number}", f"join{number}"
        said += [f'<b:parallelGateway id="{split}"/><b:parallelGateway id="{join}"/>']
        flows += [(before, split)]
        for task in (f"a{number}", f"b{number}"):
            said += [f'<b:userTask id="{task}" name="{task}" camunda:candidateGroups="registry"/>']
            flows += [(split, task), (task, join)]
        before = join
    said += ['<b:userTask id="last" name="last" camunda:candidateGroups="registry"/><b:endEvent id="e"/>']
    flows += [(before, "last"), ("last", "e")]
    said += [
        f'<b:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(flows)
    ]
    body = f'<b:process id="diamonds{size}" name="{size}" isExecutable="true">{"".join(said)}</b:process>'
    return f'<b:definitions {NAMESPACES} targetNamespace="bench">{body}</b:definitions>'.encode()


def running(sizes: Iterable[int] = INSTANCES) -> Iterator[Grown]:
    """A step among so many running instances in PostgreSQL, beside one among few in another database."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(office("PostgreSQL", f"running_{name}")) for name in ("few", "many"))
        for opened in (few, many):
            process.deploy(opened)
        crowd.fill(few, FEW)
        for size in sizes:
            crowd.fill(many, size)
            here, there = receiving(few), receiving(many)
            side_by_side(here, there)  # both are warm then
            yield size, side_by_side(here, there), state_size(many, process.begun(many, 1)[0])


def receiving(opened: Office) -> Timed:
    waiting = iter(process.begun(opened, 2 * SAMPLE))
    return lambda: step(opened, next(waiting), "receive")


def state_size(opened: Office, work: Running) -> int:
    with opened.database.reading() as session:
        query = select(ProcessInstance.state).where(ProcessInstance.id == work.instance_id)
        return len(session.scalar(query))


if __name__ == "__main__":
    main()
