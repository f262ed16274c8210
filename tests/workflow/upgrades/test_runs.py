"""Moving all instances of a version: a job and a row for each, safe to break off, to repeat and to take back."""

import pytest
from sqlalchemy import select

from tests.workflow import world
from tests.workflow.upgrades.versions import LONGER, SHORTER
from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import fsck, jobs, upgrades
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import Case, Job, ProcessDefinition, ProcessInstance, Upgrade
from workflow.statuses import JobStatus, UpgradeStatus
from workflow.upgrades import runs

WHY = "The law has changed."


@pytest.fixture
def crowd(office, clock, anna):
    """Six instances: four at the first step, two at the second."""
    with office.database.transaction() as session:
        old = process(session, REVIEW)
        made = [begin(session, old, f"件 {number}") for number in range(6)]
        for each in made[:2]:
            do(session, each, "open", anna)
    return [each.id for each in made]


def begun(office, drawing, **given):
    with office.database.transaction() as session:
        old = session.scalars(select(ProcessDefinition).order_by(ProcessDefinition.id)).first()
        plan = upgrades.plan(session, old, process(session, drawing), given)
        return upgrades.begin(session, plan, session.get_one(User, "eve"), WHY)


def progress(office, run):
    with office.database.reading() as session:
        assert fsck.run(session) == []
        return upgrades.progress(session, upgrades.find(session, run.id))


def versions(office, ids):
    with office.database.reading() as session:
        return [session.get_one(ProcessInstance, each).definition.version for each in ids]


def test_each_instance_is_moved_by_a_job_of_its_own(office, crowd):
    run = begun(office, LONGER)
    assert progress(office, run) == upgrades.Progress(total=6, done=0, refused=0, undone=0, working=6, failed=0)
    with office.database.reading() as session:
        waiting = session.scalars(select(Job.id).where(Job.topic == runs.PERFORM).order_by(Job.id)).all()
    assert jobs.perform(office.database, waiting[0])
    assert (progress(office, run).working, progress(office, run).percent) == (5, 16)
    world.work(office)
    assert progress(office, run).done == 6 and versions(office, crowd) == [2] * 6


def test_those_that_cannot_be_moved_stay_and_say_why(office, crowd):
    run = begun(office, SHORTER)
    world.work(office)
    assert progress(office, run) == upgrades.Progress(total=6, done=2, refused=4, undone=0, working=0, failed=0)
    assert versions(office, crowd) == [2, 2, 1, 1, 1, 1]
    with office.database.reading() as session:
        found = upgrades.results(session, run, UpgradeStatus.REFUSED, limit=3)
        assert [case.title for _upgrade, case in found] == ["件 2", "件 3", "件 4"]
        assert "does not have" in found[0][0].refused[0]
        rest = upgrades.results(session, run, UpgradeStatus.REFUSED, after=found[-1][0].id)
        assert [case.title for _upgrade, case in rest] == ["件 5"]


def test_the_refused_are_tried_again_once_they_have_gone_on(office, crowd, anna, eve):
    run = begun(office, SHORTER)
    world.work(office)
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, crowd[2]), "open", anna)
    with office.database.transaction() as session:
        assert upgrades.retry(session, upgrades.find(session, run.id), eve) == 4
    world.work(office)
    assert (progress(office, run).done, progress(office, run).refused) == (3, 3)


def test_a_job_that_comes_twice_moves_once(office, crowd):
    run = begun(office, LONGER)
    world.work(office)
    with office.database.transaction() as session:
        for job in session.scalars(select(Job).where(Job.topic == runs.PERFORM)):
            job.status = JobStatus.WAITING
    before = versions(office, crowd)
    world.work(office)
    assert progress(office, run).done == 6 and versions(office, crowd) == before
    with office.database.reading() as session:
        assert {instance.revision for instance in session.scalars(select(ProcessInstance))} == {2, 3}


def test_who_may_no_more_moves_nothing_more(office, crowd):
    run = begun(office, LONGER)
    with office.database.transaction() as session:
        session.get_one(User, "eve").active = False
    world.work(office)
    assert progress(office, run).refused == 6 and versions(office, crowd) == [1] * 6


def test_a_run_is_taken_back_where_nothing_has_moved_since(office, crowd, anna, eve):
    run = begun(office, LONGER)
    world.work(office)
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, crowd[5]), "open", anna)
    with office.database.transaction() as session:
        assert upgrades.undo(session, upgrades.find(session, run.id), eve, "Zu früh.") == 6
    assert progress(office, run).working == 6
    world.work(office)
    assert (progress(office, run).undone, progress(office, run).done) == (5, 1)
    assert versions(office, crowd) == [1, 1, 1, 1, 1, 2]
    with office.database.reading() as session:
        ((left, _case),) = upgrades.results(session, run, UpgradeStatus.DONE)
        assert "has gone on since" in left.refused[0]


def test_going_back_twice_changes_nothing(office, crowd, eve):
    run = begun(office, LONGER)
    world.work(office)
    with office.database.transaction() as session:
        upgrades.undo(session, upgrades.find(session, run.id), eve, WHY)
    world.work(office)
    with office.database.transaction() as session:
        for job in session.scalars(select(Job).where(Job.topic == runs.UNDO)):
            job.status = JobStatus.WAITING
    world.work(office)
    assert progress(office, run).undone == 6
    with office.database.transaction() as session:
        assert upgrades.undo(session, upgrades.find(session, run.id), eve, WHY) == 0


def test_what_a_dying_worker_left_is_tried_again(office, crowd, eve, monkeypatch):
    run = begun(office, LONGER)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "carry_out", _dies)
        for _ in range(6):
            world.work(office)
            with office.database.transaction() as session:
                for job in session.scalars(select(Job).where(Job.status == JobStatus.WAITING)):
                    job.due_at = job.created_at
    with office.database.reading() as session:
        assert {job.status for job in session.scalars(select(Job))} == {JobStatus.FAILED}
    assert (progress(office, run).working, progress(office, run).failed) == (0, 6)
    with office.database.transaction() as session:
        assert upgrades.retry(session, upgrades.find(session, run.id), eve) == 6
    world.work(office)
    assert progress(office, run).done == 6


def _dies(*_arguments):
    raise MemoryError


def test_a_run_needs_somebody_to_move(office, clock):
    with office.database.transaction() as session:
        process(session, REVIEW)
    with pytest.raises(Conflict, match="No case runs on this version"):
        begun(office, LONGER)


def test_runs_are_found_by_process(office, crowd):
    first, second = begun(office, LONGER), begun(office, SHORTER, open="check")
    with office.database.reading() as session:
        assert [run.id for run in upgrades.of_process(session, "p")] == [second.id, first.id]
        assert upgrades.of_process(session, "q") == []
        with pytest.raises(NotFound):
            upgrades.find(session, 99)


def test_two_runs_at_once_move_each_instance_once(office, crowd):
    first, second = begun(office, LONGER), begun(office, SHORTER, open="check")
    world.work(office)
    assert (progress(office, first).done, progress(office, second).refused) == (6, 6)


def test_the_decisions_of_a_plan_are_kept_with_the_run(office, crowd):
    run = begun(office, SHORTER, open="check")
    world.work(office)
    assert run.mapping == {"open": "check"} and progress(office, run).done == 6
    with office.database.reading() as session:
        for each in session.scalars(select(ProcessInstance)):
            assert list(open_tasks(session, each)) == ["check"]
        cases = set(session.scalars(select(Case.id)))
        assert set(session.scalars(select(Upgrade.case_id))) == cases
