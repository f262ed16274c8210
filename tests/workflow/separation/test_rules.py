"""Each kind of rule, judged."""

import pytest

from tests.workflow.world import REVIEW, begin, do, drawn, open_tasks, process
from workflow import definitions, separation, tasks
from workflow.errors import NotAllowed
from workflow.identity import Group, User
from workflow.models import ProcessInstance
from workflow.separation import relations
from workflow.statuses import RelationKind, RelationStatus

THREE = """
    start s
    user a candidateGroups=registry
    user b candidateGroups=registry
    user c candidateGroups=registry
    end e
    s -> a -> b -> c -> e
"""


def why(session, instance, activity, user, for_=None):
    """What speaks against it, in English; "" when nothing does."""
    return str(separation.why_not(session, open_tasks(session, instance)[activity], user, for_) or "")


def test_a_rule_on_one_of_two_holds_for_the_other_too(session, anna, bob):
    instance = begin(session, process(session, REVIEW, open={"differentFrom": "check"}))
    do(session, instance, "open", anna)

    assert "must be done by another person than “open”, and you did that" in why(session, instance, "check", anna)
    assert why(session, instance, "check", bob) == ""


def test_a_substitute_and_the_principal_are_both_behind_an_act(session, anna, bob, carl, dora):
    instance = begin(session, process(session, REVIEW, check={"differentFrom": "open"}))
    done = do(session, instance, "open", anna)
    done.on_behalf_of = "dora"
    session.flush()

    assert "you did that" in why(session, instance, "check", anna)
    assert "you did that" in why(session, instance, "check", dora)
    assert "朵拉 stands behind both" in why(session, instance, "check", bob, dora)
    assert why(session, instance, "check", bob, carl) == ""


def test_who_goes_on_is_who_began_or_in_whose_place_it_was_begun(session, anna, bob, dora):
    instance = begin(session, process(session, REVIEW, check={"samePersonAs": "open"}))
    done = do(session, instance, "open", anna)
    done.on_behalf_of = "dora"
    session.flush()

    assert why(session, instance, "check", anna) == ""
    assert why(session, instance, "check", dora) == ""
    assert why(session, instance, "check", bob, dora) == ""
    assert "must be done by 安娜、朵拉, who did “open”" in why(session, instance, "check", bob)


def test_the_same_person_holds_the_other_way_when_the_order_is_turned_round(session, anna, bob):
    drawing = """
        start s
        and f
        user a candidateGroups=registry
        user b candidateGroups=registry
        and j
        end e
        s -> f -> a -> j -> e
        f -> b -> j
    """
    instance = begin(session, process(session, drawing, b={"samePersonAs": "a"}))
    do(session, instance, "b", anna)

    assert "must be done by 安娜, who did “b”" in why(session, instance, "a", bob)
    assert why(session, instance, "a", anna) == ""


def test_so_many_distinct_people_do_these(session, anna, bob, dora):
    instance = begin(session, process(session, THREE, c={"distinctPeople": "2: a, b, c"}))
    do(session, instance, "a", anna)

    assert "2 different people are asked for" in why(session, instance, "b", anna)
    do(session, instance, "b", bob)
    assert why(session, instance, "c", anna) == "" == why(session, instance, "c", bob)


def test_three_distinct_people_are_three(session, anna, bob):
    instance = begin(session, process(session, THREE, a={"distinctPeople": "3: a, b, c"}))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)

    assert "none of “a”、“b”、“c”" in why(session, instance, "c", anna)
    assert why(session, instance, "c", bob) != ""


def test_a_substitute_and_their_principal_are_one_of_the_distinct_people(session, anna, bob, carl):
    instance = begin(session, process(session, THREE, a={"distinctPeople": "2: a, b, c"}))
    done = do(session, instance, "a", anna)
    done.on_behalf_of = "bob"
    session.flush()

    assert why(session, instance, "b", bob) != ""
    assert why(session, instance, "b", carl) == ""


def test_several_signers_of_one_step_are_distinct(session, anna, bob):
    drawing = "start s\nuser sign times=3 candidateGroups=registry\nend e\ns -> sign -> e"
    instance = begin(session, process(session, drawing, sign={"distinctPeople": "2: sign"}))
    do(session, instance, "sign", anna)

    assert why(session, instance, "sign", anna) != ""
    do(session, instance, "sign", bob)
    assert why(session, instance, "sign", anna) == ""


def test_who_signs_in_a_later_round_may_have_signed_in_an_earlier_one(session, anna, bob):
    drawing = """
        start s
        user sign times=2 candidateGroups=registry
        user look candidateGroups=registry
        xor g
        end e
        s -> sign -> look -> g
        g -> e default
        g -> sign if again = true
    """
    instance = begin(session, process(session, drawing, sign={"differentFrom": "sign"}), again=False)
    do(session, instance, "sign", anna)
    do(session, instance, "sign", bob)
    do(session, instance, "look", bob, again=True)

    assert why(session, instance, "sign", anna) == ""
    do(session, instance, "sign", anna)
    assert "another person" in why(session, instance, "sign", anna)


def test_the_starter_does_not_do_it(session, anna, bob):
    instance = begin(session, process(session, REVIEW, check={"notStarter": "true"}))
    do(session, instance, "open", anna)

    assert "must not be done by who began the case, 安娜" in why(session, instance, "check", anna)
    assert "must not be done by who began the case, 安娜" in why(session, instance, "check", bob, anna)
    assert why(session, instance, "check", bob) == ""


def test_a_rule_on_the_process_holds_for_each_of_its_steps(session, anna, bob):
    instance = begin(session, process(session, REVIEW, p={"notStarter": "true"}))

    assert why(session, instance, "open", anna) != ""
    assert why(session, instance, "open", bob) == ""


def test_what_says_false_asks_for_nothing(session, anna):
    instance = begin(session, process(session, REVIEW, open={"notStarter": "false"}))

    assert why(session, instance, "open", anna) == ""


def test_who_has_deployed_the_diagram_does_not_do_it(session, anna, eve):
    instance = begin(session, process(session, REVIEW, open={"notLastEditor": "true"}))

    assert "must not be done by who last changed its diagram or form, 伊芙" in why(session, instance, "open", eve)
    assert why(session, instance, "open", anna) == ""


def test_who_has_brought_the_form_does_not_do_it_though_another_drew_since(session, anna, bob, eve):
    form = {"look.form": b'{"components": [{"type": "textfield", "key": "x", "label": "X", "id": "x"}], "id": "look"}'}
    for by, name in (("bob", "Look"), ("eve", "Look here")):
        drawing = f'start s\nuser look name="{name}"\nend e\ns -> look -> e'
        xml = drawn(drawing, look={"candidateGroups": "registry", "formKey": "look", "notLastEditor": "true"})
        definition = definitions.deploy(session, xml, form, by)
    instance = begin(session, definition)

    assert why(session, instance, "look", bob) != "" and why(session, instance, "look", eve) != ""
    assert why(session, instance, "look", anna) == ""


def test_who_has_declared_to_be_related_does_not_do_it(session, anna, bob, dora):
    instance = begin(session, process(session, REVIEW, check={"notRelated": "open"}))
    do(session, instance, "open", anna)
    said = relations.declare(session, bob, "user:anna", "安娜", RelationKind.SPOUSE)

    assert "declared as related to 安娜 (recusal)" in why(session, instance, "check", bob)
    relations.answer(session, said, dora, RelationStatus.ENDED)
    assert why(session, instance, "check", bob) == ""


def test_a_declared_kinship_holds_both_ways_and_an_interest_one_way(session, anna, bob):
    instance = begin(session, process(session, REVIEW, check={"notRelated": "open"}))
    do(session, instance, "open", bob)
    said = relations.declare(session, bob, "user:anna", "安娜", RelationKind.BLOOD)
    assert why(session, instance, "check", anna) != ""
    said.kind = RelationKind.INTEREST
    session.flush()
    assert why(session, instance, "check", anna) == ""


def test_a_role_is_held_at_the_moment_of_acting(session, bob):
    instance = begin(session, process(session, REVIEW, open={"holdsRole": "registry, director"}))
    task = tasks.claim(session, open_tasks(session, instance)["open"], bob)
    user = session.get_one(User, "bob")
    user.groups = []
    session.flush()

    with pytest.raises(NotAllowed, match="“open” is for 档案室、主任; 鲍勃 does not belong to them now"):
        tasks.complete(session, task, user, {})


def test_the_role_is_that_of_the_person_in_whose_place_one_acts(session, anna, carl, dora):
    instance = begin(session, process(session, REVIEW, open={"holdsRole": "director"}))

    assert why(session, instance, "open", anna) != ""
    assert why(session, instance, "open", carl, dora) == ""


def test_permission_for_everything_is_no_role(session, dora):
    session.add(Group(key="review", name="复核", permissions=[]))
    session.flush()
    instance = begin(session, process(session, REVIEW, open={"holdsRole": "review"}))

    assert why(session, instance, "open", dora) != ""


def test_a_rule_speaks_of_a_calling_process(session, anna, bob):
    process(
        session,
        "start s\nuser check candidateGroups=registry\nend e\ns -> check -> e",
        "inner",
        check={"differentFrom": "p:a"},
    )
    outer = process(
        session, "start s\nuser a candidateGroups=registry\ncall c calls=inner\nuser z\nend e\ns -> a -> c -> z -> e"
    )
    instance = begin(session, outer)
    do(session, instance, "a", anna)
    child = session.query(ProcessInstance).filter_by(parent_id=instance.id).one()

    assert "another person than “a”" in why(session, child, "check", anna)
    assert why(session, child, "check", bob) == ""


def test_a_rule_of_a_called_process_holds_for_its_caller(session, anna, bob):
    process(
        session,
        "start s\nuser check candidateGroups=registry\nend e\ns -> check -> e",
        "inner",
        check={"differentFrom": "p:z"},
    )
    outer = process(session, "start s\ncall c calls=inner\nuser z candidateGroups=registry\nend e\ns -> c -> z -> e")
    instance = begin(session, outer)
    do(session, session.query(ProcessInstance).filter_by(parent_id=instance.id).one(), "check", anna)

    assert "another person than “check”" in why(session, instance, "z", anna)
    assert why(session, instance, "z", bob) == ""


def test_without_a_rule_anybody_may(session, anna, carl):
    instance = begin(session, process(session, REVIEW))

    assert why(session, instance, "open", anna) == "" == why(session, instance, "open", carl)
