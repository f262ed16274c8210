"""Plans: what becomes of each element, what stands against it, what is to be known; tried and not yet done.

A plan only reads, by statements that are tested on both databases elsewhere; here one is enough."""

import pytest
from sqlalchemy import select

from tests.workflow.upgrades.versions import EDGE, LONGER, RENAMED, SHORTER, WHY
from tests.workflow.world import REVIEW, begin, do, drawn, open_tasks, process, told
from workflow import definitions, tasks, upgrades
from workflow.errors import Conflict, Invalid
from workflow.models import Timer
from workflow.statuses import UpgradeStatus


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


# Plans


def test_a_plan_says_what_becomes_of_each_element(session, clock, case, old):
    plan = upgrades.plan(session, old, process(session, RENAMED))
    assert [(move.element, move.target, move.live) for move in plan.moves] == [
        ("open", "unpack", 1),
        ("check", "check", 0),
    ]
    assert (plan.running, plan.looked_at, plan.stay, plan.problems) == (1, 1, 0, ())


def test_a_plan_names_what_stands_against_it_and_for_how_many(session, clock, case, old, anna):
    begin(session, old)
    do(session, begin(session, old), "open", anna)
    plan = upgrades.plan(session, old, process(session, SHORTER))
    (problem,) = plan.problems
    assert (problem.element, problem.blocks, problem.instances, plan.stay) == ("open", True, 2, 2)
    assert "does not have" in str(problem.message)
    decided = upgrades.plan(session, old, plan.new, {"open": "check"})
    assert decided.stay == 0 and decided.moves[0].how == "given"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"name": "Neu"}, "called “Neu”"),
        ({}, {"candidateGroups": "director"}, "offered anew: to director"),
        ({"formKey": "a"}, {"formKey": "b"}, "form is “b”"),
    ],
)
def test_a_plan_says_what_changes_for_those_who_work_there(session, clock, before, after, said):
    def version(words):
        named = words.get("name", "open")
        more = " ".join(f"{name}={value}" for name, value in words.items() if name != "name")
        xml = drawn(REVIEW.replace("user open candidateGroups=registry", f"user open name={named} {more}"))
        form = b'{"type": "default", "components": []}'
        return definitions.deploy(session, xml, {"a.form": form, "b.form": form}, "eve")

    old = version({"candidateGroups": "registry", **before})
    begin(session, old)
    plan = upgrades.plan(session, old, version({"candidateGroups": "registry", **after}))
    assert any(said in str(problem.message) for problem in plan.problems)
    assert plan.stay == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("catch c timer=P1D", "catch c timer=P2D", "keeps its time"),
        ("catch c message=a", "catch c message=b", "waits for “b”"),
        ("service c topic=a", "service c topic=b", "done by “b”"),
        ("user c", "user c\nboundary t on=c timer=P1D", "“t” begins to wait"),
        ("user c\nboundary t on=c timer=P1D", "user c", "“t” does not wait any more"),
    ],
)
def test_a_plan_says_what_changes_for_what_waits(session, clock, old, new, said):
    def version(words):
        edge = "\nt -> e" if "boundary t" in words else ""
        return process(session, f"start s\n{words}\nend e\ns -> c -> e{edge}")

    first = version(old)
    begin(session, first)
    assert said in str([str(each.message) for each in upgrades.plan(session, first, version(new)).problems])


def test_a_plan_says_what_would_be_done_again(session, clock, old, case, anna):
    do(session, case, "open", anna)
    swapped = REVIEW.replace("s -> open -> check -> e", "s -> check -> open -> e")
    (problem,) = upgrades.plan(session, old, process(session, swapped)).problems
    assert "“open” stands after it" in str(problem.message) and problem.element == "check"


def test_a_plan_says_which_typed_fields_the_new_form_has_not(session, clock, anna):
    def version(fields):
        form = b'{"type": "default", "components": [%s]}' % b",".join(
            b'{"type": "textfield", "key": "%s", "id": "%s"}' % (each, each) for each in fields
        )
        return definitions.deploy(session, drawn(REVIEW, open={"formKey": "a"}), {"a.form": form}, "eve")

    old, new = version([b"name", b"note"]), version([b"name"])
    task = tasks.claim(session, open_tasks(session, begin(session, old))["open"], anna)
    tasks.save_draft(session, task, anna, {"name": ["x"], "note": ["y"]})
    session.flush()
    (problem,) = upgrades.plan(session, old, new).problems
    assert "has no more: note" in str(problem.message) and not problem.blocks


def test_a_plan_is_for_two_versions_of_one_process(session, clock, old):
    for other in (old, process(session, REVIEW, "q")):
        with pytest.raises(Conflict, match="two versions of the same process"):
            upgrades.plan(session, old, other)


@pytest.mark.parametrize("given", [{"nowhere": "check"}, {"open": "nowhere"}])
def test_a_decision_names_what_is_there(session, clock, old, given):
    with pytest.raises(Invalid, match="has no element “nowhere”"):
        upgrades.plan(session, old, process(session, LONGER), given)


def test_a_damaged_state_stays_and_is_told(session, clock, case, old, eve):
    case.state = case.state[:-1] + b"x"
    session.flush()
    plan = upgrades.plan(session, old, process(session, LONGER))
    assert plan.stay == 1 and "damaged" in str(plan.problems[0].message)
    assert "damaged" in str(upgrades.dry_run(session, plan, case).refused)
    assert upgrades.perform(session, plan, case, eve, WHY).status is UpgradeStatus.REFUSED


# Trying


def test_a_dry_run_tells_and_changes_nothing(session, clock, case, old):
    plan = upgrades.plan(session, old, process(session, EDGE))
    before = (case.revision, case.state, told(session, case))
    result = upgrades.dry_run(session, plan, case)
    assert (list(result.before.values()), list(result.after.values())) == (["open"], ["open"])
    assert (result.refused, result.begin, result.cease) == (None, ("t",), ())
    assert (case.revision, case.state, told(session, case)) == before
    assert session.scalars(select(Timer)).all() == []


def test_a_dry_run_says_why_an_instance_would_stay(session, clock, case, old):
    plan = upgrades.plan(session, old, process(session, SHORTER))
    assert "does not have" in str(upgrades.dry_run(session, plan, case).refused)


# Trying on all


def test_a_trial_adds_up_what_a_plan_would_do(session, clock, case, old, anna):
    do(session, begin(session, old), "open", anna)
    begin(session, old)
    trial = upgrades.try_all(session, upgrades.plan(session, old, process(session, SHORTER)))
    assert (trial.tried, trial.would_move, trial.ways) == (3, 1, {("check", "check"): 1})
    (stay,) = trial.stays
    assert stay.number == 2 and stay.case_ids[0] == case.case_id and "does not have" in str(stay.reason)
