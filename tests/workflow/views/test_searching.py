"""Filtered lists: every way to the answer gives the same answer, the one a patient clerk would give."""

import itertools
import random
from datetime import timedelta

import pytest

from tests.workflow import made
from tests.workflow.views import crowd
from workflow import substitutes, tasks, variable_rows, views
from workflow.around import follow_ups
from workflow.clock import now
from workflow.errors import Invalid
from workflow.models import FAR
from workflow.statuses import TaskStatus
from workflow.views import Condition, Operator, meeting, searching

WAYS = {"few": (10**6, 0, 0), "short": (-1, 0, 10**6), "walk": (-1, 6, 35), "meet": (-1, 0, 0)}
FIVE = [("kind", "is", "Transfer"), ("district", "oneof", "district 0, district 1"), ("amount", "between", "3..15")]
FIVE += [("tags", "filled", ""), ("note", "contains", "E")]
ASKED = [
    [("kind", "is", "LOAN")],
    [("kind", "oneof", "loan、archive")],
    [("district", "starts", "district")],
    [("amount", "between", "5..9")],
    [("amount", "between", "..9")],
    [("amount", "between", "9..")],
    [("day", "between", "2026-07-05..2026-07-15")],
    [("day", "between", "2026-07")],
    [("note", "empty", "")],
    [("note", "filled", "")],
    [("note", "contains", "% _")],
    [("tags", "contains", "thick")],
    [("kind", "is", "loan"), ("amount", "between", "2..12"), ("note", "empty", "")],
    FIVE,
]


def take(monkeypatch, way: str) -> None:
    """Let the bounds be such that this way is taken."""
    for name, bound in zip(("FEW", "FIRST_LOOK", "AHEAD"), WAYS[way], strict=True):
        monkeypatch.setattr(searching, name, bound)


def holds(variables: dict, name: str, operator: str, typed: str) -> bool:
    """What the filters mean, said once more and slowly."""
    value = variables.get(name)
    said = "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    said, typed = said.lower(), typed.lower()
    if operator in ("empty", "filled"):
        return (said == "") == (operator == "empty")
    if operator == "between":
        low, _, high = typed.partition("..") if ".." in typed else (typed, "", typed)
        if isinstance(value, int):
            return (low == "" or value >= int(low)) and (high == "" or value <= int(high))
        return bool(said) and low <= said and (not high or said[: len(high)] <= high)
    tests = {"is": said == typed, "starts": said.startswith(typed), "contains": typed in said}
    return tests[operator] if operator in tests else said in typed.replace("、", ", ").split(", ")


def in_view(task, view: str, user) -> bool:
    offered = {f"group:{key}" for key in user.group_keys} & set(task.offered)
    is_open, free = task.status is TaskStatus.OPEN, task.assignee is None
    if view == "done":
        return task.completed_by == user.name
    if view == "mine":
        return is_open and task.assignee == user.name
    if view == "groups":
        return is_open and free and bool(offered)
    seen = bool(offered) or task.assignee == user.name or user.may("cases.read_all")
    if view == "all":
        return is_open and seen
    return is_open and seen and task.assignee != user.name and not (free and offered)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_finds_what_a_patient_clerk_finds(session, people, clock, monkeypatch, way):
    there = crowd.many(session)
    known = {task.id: variable_rows.read(session, task.instance_id) for task in there}
    for task in there:
        task.offered = tasks.candidates(session, task)
    take(monkeypatch, way)
    turns = itertools.cycle(itertools.product(("groups", "others", "all", "mine", "done"), (people.anna, people.dora)))

    for asked, (view, user) in zip(ASKED * 2, turns, strict=False):
        wanted, problems = views.asked_of(view, conditions=asked, sorts=["due"])
        expected = [
            task.id
            for task in sorted(there, key=lambda task: (task.due_at or FAR, task.id))
            if in_view(task, view, user) and all(holds(known[task.id], *each) for each in asked)
        ]
        assert problems == []
        assert views.every(session, user, wanted, 1000) == expected, (asked, view, user.name)
        assert views.count(session, user, wanted) == len(expected)


SORTS = [["due"], ["-due"], ["priority", "-var:amount"], ["var:kind", "case"], ["-var:note"]]


@pytest.mark.parametrize("way", WAYS)
def test_pages_forwards_and_back_show_each_task_once_in_order(session, anna, clock, monkeypatch, way):
    crowd.many(session, 40, seed=3)
    take(monkeypatch, way)
    for sorts in SORTS:
        asked, _ = views.asked_of("all", conditions=[("amount", "between", "1..17")], sorts=sorts)
        crowd.turned_over(session, anna, asked)


@pytest.mark.parametrize("sort", ["priority", "-priority", "var:amount", "-var:amount", "var:kind", "-var:kind"])
def test_a_line_is_walked_in_the_order_of_the_whole_list(session, anna, clock, monkeypatch, sort):
    crowd.many(session, 60, seed=7)
    asked, _ = views.asked_of("groups", conditions=[("district", "starts", "d")], sorts=[sort])
    take(monkeypatch, "meet")
    whole = views.every(session, anna, asked, 100)
    take(monkeypatch, "walk")
    assert views.every(session, anna, asked, 8) == whole[:8] and len(whole) > 12
    page = views.search(session, anna, asked, limit=5)
    page = views.search(session, anna, asked, page.next, limit=5)
    assert [task.id for task in page.rows] == whole[5:10]
    assert [task.id for task in views.search(session, anna, asked, page.previous, limit=5).rows] == whole[:5]


def test_what_i_have_done_is_found_by_its_variables_when_its_process_is_over(session, anna, clock):
    done = made.task(session, completed_by="anna")
    variable_rows.write(session, done.instance_id, {"kind": "loan"}, 1, live=False)
    variable_rows.keep_live(session, done.instance_id, False)
    asked, _ = views.asked_of("done", conditions=[("kind", "is", "loan")])
    assert views.every(session, anna, asked, 10) == [done.id] and views.count(session, anna, asked) == 1


def test_lists_are_joined_as_long_as_one_costs_less_than_looking_up_what_is_left():
    one, two, three = (Condition(name, Operator.IS, ("x",)) for name in ("one", "two", "three"))
    contains = Condition("text", Operator.CONTAINS, ("x",))
    seen = meeting.Sample([frozenset({one, two, three})] * 10 + [frozenset({three})] * 290)
    assert meeting.leading([one, two, three], seen) == [one, two, three]
    rare = meeting.Sample([frozenset({one})] + [frozenset({two})] * 20 + [frozenset({three})] * 279)
    assert meeting.leading([one, two, three], rare) == [one, two]
    assert meeting.leading([contains], rare) == [contains] and meeting.leading([], rare) == []
    assert seen.surely(one, two) == 10 / 300 and rare.surely(one) == 0


def test_several_keys_sort_one_after_the_other_and_what_is_missing_comes_last(session, anna):
    for kind, amount in (("b", 2), ("a", 9), (None, 1), ("b", 10), ("a", "x")):
        crowd.task(
            session, **{name: value for name, value in (("kind", kind), ("amount", amount)) if value is not None}
        )
    asked, _ = views.asked_of("groups", sorts=["var:kind", "-var:amount"])

    rows = views.search(session, anna, asked).rows
    known = [variable_rows.read(session, task.instance_id) for task in rows]
    assert [(each.get("kind"), each["amount"]) for each in known] == [
        ("a", 9),
        ("a", "x"),
        ("b", 10),
        ("b", 2),
        (None, 1),
    ]


def test_process_step_group_due_text_person_and_state_narrow_a_filtered_list(session, anna, bob, clock):
    late = now() - timedelta(hours=1)
    found = made.task(session, due=late, activity="sort", assignee="bob", name="分类")
    variable_rows.write(session, found.instance_id, {"kind": "loan"}, 1)
    filters = {"process": found.process_key, "activity": "sort", "group": "registry", "due": "overdue", "text": "分类"}
    told = {"conditions": [("kind", "is", "loan")], "person": "bob", "state": "claimed"}

    assert views.every(session, anna, views.asked_of("all", filters, **told)[0], 10) == [found.id]
    for changed in ({"activity": "check"}, {"group": "director"}, {"due": "none"}, {"text": "别的"}, {"process": "x"}):
        assert views.every(session, anna, views.asked_of("all", {**filters, **changed}, **told)[0], 10) == []
    for changed in ({"person": "anna"}, {"state": "free"}, {"state": "suspended"}):
        assert views.every(session, anna, views.asked_of("all", filters, **{**told, **changed})[0], 10) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_substitute_and_what_is_put_off_are_treated_as_by_the_plain_list(session, people, clock, monkeypatch, way):
    crowd.many(session, 30)
    ends = now() + timedelta(days=3)
    substitutes.grant(session, people.dora, people.carl, now(), ends, [], people.dora, "休假")
    put_off = tasks.inbox(session, people.anna, "groups").rows[0]
    follow_ups.set_(session, put_off, people.anna, now() + timedelta(days=1), hidden=True)
    take(monkeypatch, way)
    for view, user in itertools.product(("mine", "groups", "others"), (people.anna, people.carl)):
        plain = [task.id for task in tasks.inbox(session, user, view, limit=100).rows]
        asked, _ = views.asked_of(view, sorts=["due", "created"])
        assert views.every(session, user, asked, 100) == plain, (view, user.name)


def test_a_list_without_filters_on_variables_is_the_plain_one(session, anna, clock):
    crowd.many(session, 20)
    for view in ("mine", "groups", "done", "others"):
        asked, _ = views.asked_of(view)
        plain = tasks.inbox(session, anna, view)
        assert asked.is_plain
        assert [task.id for task in views.search(session, anna, asked).rows] == [task.id for task in plain.rows]
        assert views.count(session, anna, asked) == tasks.counts(session, anna)[view]


def test_the_variables_of_what_is_over_are_no_longer_looked_through(session, anna):
    there = crowd.task(session, kind="loan")
    asked, _ = views.asked_of("groups", conditions=[("kind", "is", "loan")])
    assert views.every(session, anna, asked, 10) == [there.id]

    variable_rows.keep_live(session, there.instance_id, False)
    assert views.every(session, anna, asked, 10) == []


def test_a_changed_variable_is_found_by_its_new_value_only(session, anna):
    there = crowd.task(session, kind="loan", amount=3)
    variable_rows.write(session, there.instance_id, {"kind": "Archive", "amount": "three"}, 2)

    def found(*asked):
        return views.every(session, anna, views.asked_of("groups", conditions=[asked])[0], 10)

    assert found("kind", "is", "archive") == found("amount", "is", "three") == [there.id]
    assert found("kind", "is", "loan") == found("amount", "between", "1..5") == []


def test_what_cannot_be_asked_is_said_and_the_rest_goes_on(session, anna):
    crowd.task(session, kind="loan")
    typed = [("kind", "is", "loan"), ("kind", "like", "x"), ("", "is", "x"), ("amount", "between", "  ")]
    asked, problems = views.asked_of("groups", conditions=typed, state="asleep", sorts=["luck", "due"])

    assert len(views.search(session, anna, asked).rows) == 1
    assert [str(each) for each in problems] == [
        "There is no way to filter called “like”.",
        "“” cannot be the name of a variable.",
        "The filter on “amount” says no value.",
        "There is no state “asleep”.",
        "The list cannot be sorted by “luck”.",
    ]


def test_too_many_filters_values_and_sorts_are_said(session):
    conditions = [(f"v{n}", "is", "x") for n in range(12)]
    asked, problems = views.asked_of(
        "groups", conditions=conditions, sorts=["due", "case", "step", "person", "created"]
    )
    assert len(asked.conditions) == 10 and len(asked.sorts) == 4 and len(problems) == 2

    _, problems = views.asked_of("groups", conditions=[("v", "oneof", ",".join(map(str, range(60))))])
    assert [str(each) for each in problems] == ["The filter on “v” has too many values."]


def test_an_unknown_view_or_filter_is_refused(session):
    with pytest.raises(Invalid, match="marked"):
        views.asked_of("everything")
    with pytest.raises(Invalid):
        views.asked_of("groups", {"colour": "red"})


def test_a_cursor_of_another_order_is_refused(session, anna):
    for _ in range(3):
        crowd.task(session, kind="loan")
    asked, _ = views.asked_of("groups", conditions=[("kind", "is", "loan")], sorts=["due", "case"])
    page = views.search(session, anna, asked, limit=1)
    other, _ = views.asked_of("groups", conditions=[("kind", "is", "loan")], sorts=["case"])

    for cursor in (page.next, "no cursor", "W10=", page.next[:-4]):
        with pytest.raises(Invalid):
            views.search(session, anna, other, cursor)


def test_hostile_values_are_only_values(session, anna):
    luck = random.Random(5)
    texts = ["'; DROP TABLE users; --", "%", "_", "\\", "\x00", "🗃" * 300, "..", "~", "1e400", "nan", "-0", "9" * 400]
    for text in texts:
        crowd.task(session, odd=text.replace("\x00", ""))
        for operator in views.Operator:
            asked, _ = views.asked_of(
                "groups", conditions=[("odd", operator, text)], sorts=[luck.choice(["due", "var:odd"])]
            )
            views.search(session, anna, asked)
    asked, _ = views.asked_of("groups", conditions=[("odd", "is", "%")])
    assert len(views.search(session, anna, asked).rows) == 1
