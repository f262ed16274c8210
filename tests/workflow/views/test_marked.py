"""Lists by marks: what a sample says decides how they are answered."""

from math import inf

from tests.workflow import made
from workflow import cases, marks, tasks, variable_rows, views
from workflow.identity import Group, Membership, User
from workflow.tasks.readers import reader_of
from workflow.views import Condition, Operator, marked
from workflow.views.marked import EVERYTHING, VIEW, Seen
from workflow.views.sampled import Sample

KIND, DISTRICT, AMOUNT = (Condition(name, Operator.IS, ("x",)) for name in ("kind", "district", "amount"))


def seen(all_: float = 1_000_000, **passed: int) -> Seen:
    """A sample: of "kd" the number of instances that pass the tests on kind and district …"""
    names = {"k": KIND, "d": DISTRICT, "a": AMOUNT, "v": VIEW, "e": EVERYTHING}
    there = [{names[each] for each in said if each in names} for said, number in passed.items() for _ in range(number)]
    parts = {test: sum(1 << at for at, tests in enumerate(there) if test in tests) for test in names.values()}
    return Seen(Sample(all_, [(number, []) for number, _ in enumerate(there)]), parts)


def test_a_filter_that_another_one_implies_takes_no_part_in_the_index():
    sample = seen(kdv=100, kv=100, av=300, v=500)
    assert sample.led([KIND, DISTRICT]) == [DISTRICT]
    assert sample.led([KIND, AMOUNT]) == [KIND, AMOUNT]


def test_what_shuts_each_other_out_meets_and_what_lets_all_through_does_not():
    sample = seen(kv=200, dv=300, v=500)
    assert sample.led([KIND, DISTRICT, VIEW]) == [KIND, DISTRICT]
    rare = seen(all_=1_000_000_000, kv=1, v=999)
    assert rare.led([VIEW, KIND]) == [KIND]
    assert rare.number() == 1000 and rare.knowing(DISTRICT, 0b11).number(DISTRICT, KIND) == 1


def test_a_line_is_walked_as_far_as_the_sample_promises_a_page():
    assert seen(ve=500, v=500).far(50, VIEW) == 100 and seen(ve=500, x=500).far(50, VIEW) == 50
    assert seen(ve=500, x=500).far(50) == 100
    assert seen(ve=1, v=999).far(50) == 50_000 and seen(ve=1, v=999).far(50, least=2) == inf  # it may be luck
    assert seen(v=1000).far(50) == inf


def test_to_let_marks_meet_costs_their_lists_and_what_is_found():
    sample = seen(kdv=100, kv=100, dv=300, v=500)
    both = sample.meeting([KIND, DISTRICT])
    assert both < sample.meeting([KIND]) < sample.meeting([VIEW])
    assert sample.meeting([KIND, DISTRICT, VIEW]) > both  # one list more, and nothing spared


def test_of_very_many_groups_those_count_at_which_something_waits(session, clock):
    there = made.task(session, groups=("registry",))
    session.add_all(Group(key=f"circle-{n}", name=f"圈子{n}") for n in range(9))
    session.flush()
    session.add_all(Membership(user_name="anna", group_key=f"circle-{n}") for n in range(9))
    session.flush()
    anna = session.get_one(User, "anna")
    whole = reader_of(session, anna)
    used = marked.in_use(session, whole)
    assert len(whole.tickets) == 11 and used.name == "anna"
    assert used.tickets == (("group:registry",) if marks.are_kept(session) else whole.tickets)
    assert used.looking_on == (() if marks.are_kept(session) else None)
    asked, _ = views.asked_of("groups", conditions=[("kind", "empty", "")])
    assert views.every(session, anna, asked, 10) == [there.id]


def test_who_is_in_very_many_groups_sees_of_others_what_they_look_on_at(session, clock):
    session.add_all(Group(key=f"circle-{n}", name=f"圈子{n}") for n in range(9))
    session.flush()
    session.add_all(Membership(user_name="anna", group_key=f"circle-{n}") for n in range(9))
    held, free, elsewhere = (made.task(session, groups=(group,)) for group in ("registry", "registry", "director"))
    tasks.claim(session, held, session.get_one(User, "bob"))
    cases.show_to(session, elsewhere.case_id, groups=["circle-3"])
    for each in (held, free, elsewhere):
        variable_rows.write(session, each.instance_id, {"kind": "loan"}, 1)
    anna = session.get_one(User, "anna")
    session.expire(anna)
    if marks.are_kept(session):
        assert marked.in_use(session, reader_of(session, anna)).looking_on == ("group:circle-3",)
    asked, _ = views.asked_of("others", conditions=[("kind", "is", "loan")])
    assert set(views.every(session, anna, asked, 10)) == {held.id, elsewhere.id}
