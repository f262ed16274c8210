"""A task nobody living is left for goes where the model says, with the reason, and is never unseen."""

import pytest

from tests.workflow.world import begin, last, open_tasks, process
from workflow import fsck, people, performers, tasks
from workflow.errors import NotAllowed
from workflow.identity import Group, User
from workflow.models import StrandedTask, UserTask

pytestmark = pytest.mark.usefixtures("clock")
ONE = "start s\nuser check {said}\nend e\ns -> check -> e"


def offered(office, said="", **properties):
    """The id of a task drawn like this, after the office's round."""
    with office.database.transaction() as session:
        drawn = process(session, ONE.format(said=said), check=properties)
        task_id = open_tasks(session, begin(session, drawn))["check"].id
    performers.sweep(office.database)
    return task_id


def candidates(office, task_id):
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        return task.assignee, tasks.candidates(session, task)


@pytest.fixture
def empty(office):
    """A group without members."""
    with office.database.transaction() as session:
        session.add(Group(key="empty", name="空组"))


@pytest.mark.usefixtures("empty")
def test_what_an_emptied_group_should_do_goes_to_the_administrators_too(office):
    task_id = offered(office, "candidateGroups=empty")

    assert candidates(office, task_id) == (None, ["group:director", "group:empty"])
    with office.database.reading() as session:
        dora = session.get_one(User, "dora")
        task = tasks.find(session, task_id, dora)
        assert task.remark[0].startswith("Nobody is left of those it is meant for")
        assert task.remark[1] == {"people": "空组"}
        assert tasks.why_not(session, task, dora) is None
        assert last(session, task.instance, "redirected").data["offered"] == ["group:director"]
        assert list(fsck.run(session)) == []


def test_a_step_that_names_nobody_goes_to_the_administrators(office):
    assert candidates(office, offered(office)) == (None, ["group:director"])


def test_who_has_left_is_named_in_the_reason(office):
    with office.database.transaction() as session:
        session.get_one(User, "bob").active = False
    task_id = offered(office, "assignee=${name}")
    assert candidates(office, task_id) == (None, ["group:director"])

    with office.database.transaction() as session:
        drawn = process(session, ONE.format(said="assignee=${who}"), "q")
        other = open_tasks(session, begin(session, drawn, who="bob"))["check"].id
    performers.sweep(office.database)
    with office.database.reading() as session:
        assert tasks.find(session, other, session.get_one(User, "dora")).remark[1] == {"people": "鲍勃"}


@pytest.mark.usefixtures("empty")
def test_the_model_names_who_gets_it(office):
    assert candidates(office, offered(office, "candidateGroups=empty", noPerformer="user:carl"))[1] == [
        "group:empty",
        "user:carl",
    ]


@pytest.mark.usefixtures("empty")
def test_where_the_one_named_for_it_has_left_too_the_administrators_get_it(office):
    said = {"noPerformer": "group:admin"}
    with office.database.transaction() as session:
        drawn = process(session, ONE.format(said="candidateGroups=empty"), check=said)
        task_id = open_tasks(session, begin(session, drawn))["check"].id
        session.get_one(User, "eve").active = False
    performers.sweep(office.database)

    assert candidates(office, task_id) == (None, ["group:director", "group:empty"])


def test_where_nobody_hands_out_work_those_who_manage_people_get_it(office):
    with office.database.transaction() as session:
        session.get_one(Group, "director").permissions = []

    assert candidates(office, offered(office)) == (None, ["group:admin"])


def test_an_open_task_of_somebody_who_is_switched_off_is_given_away(office):
    task_id = offered(office, "assignee=bob")
    with office.database.transaction() as session:
        people.switch(session, session.get_one(User, "bob"), False, session.get_one(User, "eve"))
    performers.sweep(office.database)

    assert candidates(office, task_id) == (None, ["group:director"])
    with office.database.reading() as session:
        assert list(fsck.run(session)) == []


def test_what_was_delegated_to_somebody_who_is_switched_off_is_its_delegator_s_again(office):
    task_id = offered(office, "assignee=anna")
    with office.database.transaction() as session:
        anna, bob = (session.get_one(User, name) for name in ("anna", "bob"))
        tasks.delegate(session, session.get_one(UserTask, task_id), anna, bob)
        people.switch(session, bob, False, session.get_one(User, "eve"))
    assert performers.sweep(office.database) == 1

    assert candidates(office, task_id)[0] == "anna"
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert task.delegated_by is None
        assert task.remark[0] == "{person}, to whom you delegated this, is no longer here."
        assert last(session, task.instance, "redirected").data["to"] == "anna"
        assert list(fsck.run(session)) == []


def test_a_task_of_a_group_with_others_in_it_stays_there(office):
    task_id = offered(office, "candidateGroups=registry")
    with office.database.transaction() as session:
        bob = session.get_one(User, "bob")
        tasks.claim(session, tasks.find(session, task_id, bob), bob)
        people.switch(session, bob, False, session.get_one(User, "eve"))
    performers.sweep(office.database)

    assert candidates(office, task_id)[1] == ["group:director", "group:registry"]


def test_a_group_emptied_by_hand_leaves_its_work_to_the_administrators(office):
    task_id = offered(office, "candidateGroups=registry")
    with office.database.transaction() as session:
        for name in ("anna", "bob"):
            person = session.get_one(User, name)
            people.change(session, person, person.display_name, [], session.get_one(User, "eve"))
    performers.sweep(office.database)

    assert candidates(office, task_id)[1] == ["group:director", "group:registry"]


def test_what_has_ended_meanwhile_is_forgotten(office):
    task_id = offered(office, "candidateGroups=registry")
    with office.database.transaction() as session:
        session.add(StrandedTask(task_id=task_id))

    assert performers.sweep(office.database) == 0
    with office.database.reading() as session:
        assert session.query(StrandedTask).count() == 0


def test_who_gets_it_so_may_not_take_it_where_a_rule_keeps_them_from_it(office):
    drawing = "start s\nuser a candidateGroups=director\nuser b\nend e\ns -> a -> b -> e"
    with office.database.transaction() as session:
        instance = begin(session, process(session, drawing, b={"differentFrom": "a"}))
        dora = session.get_one(User, "dora")
        tasks.complete(session, tasks.claim(session, open_tasks(session, instance)["a"], dora), dora, {})
        task_id = open_tasks(session, instance)["b"].id
    performers.sweep(office.database)

    with office.database.transaction() as session:
        dora = session.get_one(User, "dora")
        with pytest.raises(NotAllowed, match="another person"):
            tasks.claim(session, tasks.find(session, task_id, dora), dora)
