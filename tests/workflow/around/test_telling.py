"""Comments with mentions, notices, copies with receipts, urges, supervision."""

import pytest
from sqlalchemy import select

from tests.workflow import made
from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import comments, fsck, history, tasks
from workflow.around import copies, notices, supervisions, urges
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, TaskNotOpen
from workflow.identity import User
from workflow.models import PersonalNotice
from workflow.statuses import NoticeKind


def kinds(session, user):
    return [each.kind for each in notices.of(session, user)]


def told(session, case):
    return [event.kind for event in history.timeline(session, case)]


@pytest.fixture
def case(session, clock):
    return made.task(session, name="核对").case


@pytest.fixture
def running(session, clock):
    """A review that anna began; the registry may do its steps."""
    return begin(session, process(session, REVIEW, open={"copyTo": "group:director"}))


@pytest.mark.parametrize("body", ["@bob 请看", "请@鲍勃看一下", "＠鲍勃，谢谢", "@BOB", "@bob@鲍勃 @bob"])
def test_a_colleague_is_mentioned_by_login_or_name_and_told_once(session, case, anna, bob, body):
    comments.add(session, case, anna, body)

    assert [(each.kind, each.said, each.by) for each in notices.of(session, bob)] == [
        (NoticeKind.MENTIONED, body, "anna")
    ]
    assert history.timeline(session, case)[-1].data["told"] == ["bob"]


@pytest.mark.parametrize("body", ["写信到 a@example.org", "@", "@@", "bob", "@nobody 在吗"])
def test_what_is_nobodys_name_is_only_text(session, case, anna, bob, body):
    comments.add(session, case, anna, body)

    assert notices.unread(session, bob) == 0


def test_who_may_not_see_the_case_cannot_be_mentioned(session, case, anna, carl):
    with pytest.raises(Invalid) as wrong:
        comments.add(session, case, anna, "@卡尔 看看")

    assert "卡尔 may not see this case" in str(wrong.value.problems["body"][0])
    assert comments.of(session, case) == []


def test_a_name_two_colleagues_share_needs_the_login(session, case, anna):
    session.add(User(name="bob2", display_name="鲍勃", created_at=now()))
    session.flush()

    with pytest.raises(Invalid) as wrong:
        comments.add(session, case, anna, "@鲍勃")

    assert "bob2" in str(wrong.value.problems["body"][0])
    comments.add(session, case, anna, "@bob")


def test_nobody_is_told_what_they_said_themselves(session, case, anna):
    comments.add(session, case, anna, "@安娜 记一下")

    assert notices.unread(session, anna) == 0


def test_a_notice_with_a_key_is_told_once(session, case, bob):
    for _ in range(2):
        notices.tell(session, ["bob", "bob"], NoticeKind.REMINDED, case.id, key="reminder:1")

    assert notices.unread(session, bob) == 1


def test_read_notices_are_not_counted_and_belong_to_one_person(session, case, anna, bob):
    notices.tell(session, ["anna", "bob"], NoticeKind.URGED, case.id)
    first = notices.of(session, bob)[0]

    with pytest.raises(NotFound):
        notices.read(session, anna, first.id)
    notices.read(session, bob, first.id)

    assert (notices.unread(session, bob), notices.unread(session, anna)) == (0, 1)
    assert notices.read_all(session, anna) == 1


def test_who_has_left_is_told_nothing(session, case, bob):
    session.get_one(User, "bob").active = False
    session.flush()

    assert notices.tell(session, ["bob"], NoticeKind.URGED, case.id) == []


def test_notices_come_in_portions_latest_first(session, case, bob):
    for number in range(notices.SHOWN + 3):
        notices.tell(session, ["bob"], NoticeKind.URGED, case.id, said=str(number))
    first = notices.of(session, bob)
    rest = notices.of(session, bob, first[-1].id)

    assert (first[0].said, len(first), [each.said for each in rest]) == (str(notices.SHOWN + 2), 50, ["2", "1", "0"])


def test_a_step_sends_copies_when_it_is_done(session, running, anna, dora):
    do(session, running, "open", anna)
    (copy,) = copies.mine(session, dora)

    assert (copy.case_id, copy.by, copy.read_at, copies.unread(session, dora)) == (running.case_id, "system", None, 1)
    assert kinds(session, dora) == [NoticeKind.COPIED]
    assert "copied" in told(session, running.case)


def test_a_step_sends_copies_when_it_arrives(session, clock, anna, bob):
    begin(session, process(session, REVIEW, open={"copyTo": "starter, user:bob, nobody", "copyOn": "arrival"}))

    assert [len(copies.mine(session, each)) for each in (anna, bob)] == [1, 1]


@pytest.mark.parametrize("text", ["${colleague}", "=colleague", "user:bob", "bob"])
def test_copies_go_to_whom_an_expression_names(session, clock, anna, bob, text):
    instance = begin(session, process(session, REVIEW, open={"copyTo": text}), colleague="bob")
    do(session, instance, "open", anna)

    assert len(copies.mine(session, bob)) == 1


@pytest.mark.parametrize("text", ["${nothing}", "nobody", "user:nobody", "performer"])
def test_a_copy_to_nobody_else_stops_no_process(session, clock, anna, bob, text):
    instance = begin(session, process(session, REVIEW, open={"copyTo": text}))
    do(session, instance, "open", anna)

    assert "check" in open_tasks(session, instance)
    assert copies.mine(session, bob) == []


def test_a_receipt_says_who_has_read_it_and_when(session, running, clock, anna, carl):
    do(session, running, "open", anna)
    copies.send(session, running.case, anna, ["carl", "carl"], "请知悉")
    copy = copies.mine(session, carl)[0]
    clock.move(hours=2)
    copies.read(session, copy, carl)
    copies.read(session, copy, carl)

    assert copies.unread(session, carl) == 0
    assert [(each.user_name, each.read_at) for each in copies.of_case(session, running.case)][-1] == ("carl", now())
    assert told(session, running.case).count("copy_read") == 1


def test_a_receipt_is_in_order_on_a_clock_that_does_not_stand_still(session, anna, carl):
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna)
    copies.send(session, instance.case, anna, ["carl"], "请知悉")
    copies.read(session, copies.mine(session, carl)[0], carl)

    assert fsck.run(session) == []


def test_a_copy_reaches_as_far_as_it_was_sent_and_gives_no_other_right(session, running, anna, carl):
    copies.send(session, running.case, dora_of(session), ["carl"], "")
    copy = copies.mine(session, carl)[0]
    do(session, running, "open", anna)

    assert copy.seq < history.timeline(session, running.case)[-1].seq
    with pytest.raises(NotFound):
        tasks.find(session, open_tasks(session, running)["check"].id, carl)
    assert tasks.inbox(session, carl, "others").rows == []


def test_a_copy_of_another_is_not_found(session, running, anna, bob):
    copies.send(session, running.case, anna, ["bob"], "")
    copy = copies.mine(session, bob)[0]

    with pytest.raises(NotFound):
        copies.find(session, copy.id, anna)
    with pytest.raises(NotFound):
        copies.read(session, copy, anna)


def test_only_who_has_a_part_sends_copies(session, running, bob):
    with pytest.raises(NotAllowed, match="has a part"):
        copies.send(session, running.case, bob, ["carl"], "")


@pytest.mark.parametrize(("names", "field"), [([], "people"), (["carl", "zoe"], "people")])
def test_a_copy_goes_to_people_there_are(session, running, anna, names, field):
    with pytest.raises(Invalid) as wrong:
        copies.send(session, running.case, anna, names, "")

    assert field in wrong.value.problems
    assert copies.of_case(session, running.case) == []


def dora_of(session):
    return session.get_one(User, "dora")


def test_the_starter_urges_all_to_whom_a_task_is_offered(session, running, anna, bob):
    urges.urge(session, open_tasks(session, running)["open"], anna, "请尽快")

    assert [(each.kind, each.said) for each in notices.of(session, bob)] == [(NoticeKind.URGED, "请尽快")]
    assert history.timeline(session, running.case)[-1].data["told"] == ["bob"]


def test_an_urge_flood_is_one_sentence_and_one_notice(session, running, clock, anna, dora, bob):
    task = open_tasks(session, running)["open"]
    tasks.claim(session, task, bob)
    urges.urge(session, task, anna)
    for urging in (anna, dora, anna):
        with pytest.raises(Conflict, match="was urged at 09:00 by 安娜 already; it can be urged again from 10:00"):
            urges.urge(session, task, urging)
    clock.move(hours=1)
    urges.urge(session, task, dora)

    assert (len(kinds(session, bob)), len(urges.of(session, task))) == (2, 2)
    assert urges.counted(session, [task.id]) == {task.id: 2}


def test_who_may_not_urge_is_told_who_may(session, running, anna, bob):
    task = open_tasks(session, running)["open"]

    with pytest.raises(NotAllowed, match="Only who started the case, a head"):
        urges.urge(session, task, bob)
    tasks.claim(session, task, anna)
    with pytest.raises(NotAllowed, match="your own"):
        urges.urge(session, task, anna)


def test_a_persons_own_head_may_urge(session, running, bob, carl):
    session.get_one(User, "bob").head = "carl"
    task = open_tasks(session, running)["open"]
    tasks.claim(session, task, bob)

    assert urges.urge(session, task, carl).by == "carl"


def test_what_is_over_is_not_urged(session, running, anna):
    task = do(session, running, "open", anna)

    with pytest.raises(TaskNotOpen):
        urges.urge(session, task, anna)


def test_a_head_supervises_and_gets_an_answer(session, running, clock, dora, bob):
    task = open_tasks(session, running)["open"]
    tasks.claim(session, task, bob)
    until = now().replace(day=3)
    asked = supervisions.supervise(session, running.case, dora, until, "为何还没办？", task)
    supervisions.answer(session, asked, bob, "今天办完")

    assert [each.kind for each in notices.of(session, bob)] == [NoticeKind.SUPERVISED]
    assert [each.kind for each in notices.of(session, dora)] == [NoticeKind.ANSWERED]
    assert supervisions.mine(session, dora) == [asked]
    supervisions.close(session, asked, dora)
    assert (supervisions.mine(session, dora), supervisions.mine(session, dora, closed=True)) == ([], [asked])
    assert told(session, running.case)[-3:] == ["supervision_begun", "supervision_answered", "supervision_closed"]


def test_a_supervision_outlives_the_task(session, running, clock, anna, dora):
    asked = supervisions.supervise(session, running.case, dora, now().replace(day=3), "盯着")
    do(session, running, "open", anna)
    do(session, running, "check", anna)

    assert supervisions.of_case(session, running.case) == [asked]
    with pytest.raises(Conflict, match="is over"):
        supervisions.supervise(session, running.case, dora, now().replace(day=3), "再盯")


def test_who_is_no_head_supervises_nothing_and_who_does_no_work_answers_nothing(session, running, clock, anna, carl):
    later = now().replace(day=3)
    with pytest.raises(NotAllowed, match="Only a head"):
        supervisions.supervise(session, running.case, anna, later, "x")
    asked = supervisions.supervise(session, running.case, dora_of(session), later, "x")
    with pytest.raises(NotAllowed, match="Only who works on it"):
        supervisions.answer(session, asked, carl, "y")
    with pytest.raises(NotAllowed, match="Only who asked"):
        supervisions.close(session, asked, anna)


@pytest.mark.parametrize(("note", "day", "field"), [("  ", 3, "note"), ("x" * 1001, 3, "note"), ("x", 1, "answer_by")])
def test_a_supervision_needs_words_and_time(session, running, clock, note, day, field):
    with pytest.raises(Invalid) as wrong:
        supervisions.supervise(session, running.case, dora_of(session), now().replace(day=day), note)

    assert field in wrong.value.problems


def test_what_is_closed_is_neither_answered_nor_closed_again(session, running, clock, dora, anna):
    asked = supervisions.supervise(session, running.case, dora, now().replace(day=3), "x")
    supervisions.close(session, asked, dora)

    for act in (
        lambda: supervisions.close(session, asked, dora),
        lambda: supervisions.answer(session, asked, anna, "y"),
    ):
        with pytest.raises(Conflict, match="closed already"):
            act()


def test_all_of_it_leaves_the_books_in_order(session, running, clock, anna, bob, dora):
    task = open_tasks(session, running)["open"]
    urges.urge(session, task, anna)
    supervisions.supervise(session, running.case, dora, now().replace(day=3), "x", task)
    comments.add(session, running.case, anna, "@bob")
    do(session, running, "open", bob)
    session.flush()

    assert fsck.run(session) == []
    assert session.scalars(select(PersonalNotice.task_id)).all()
