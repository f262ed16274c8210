"""A head hands over the work of somebody who leaves, having seen what lands where; substitutes for a time."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser import transfer
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk
from workflow import substitutes, tasks
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.tasks import delegation


def lay(walk: Walk) -> None:
    """anna leaves: with tasks in hand, one at a delegate, cases she began, bob whose head she is, a substitution."""
    with walk.site.office.database.transaction() as session:
        people = {name: session.get_one(User, name) for name in ("anna", "bob", "carl", "dora")}
        people["anna"].head, people["bob"].head = "carl", "anna"
        for number in range(1, 5):
            task = transfer.begin(session, walk.say, number)
            tasks.claim(session, task, people["anna"])
        delegation.delegate(session, task, people["anna"], people["bob"], walk.say("请核对", "Please check"))
        transfer.to_signing(session, walk.say, number=9, people=("anna", "bob"))
        substitutes.grant(
            session, people["bob"], people["anna"], now(), now() + timedelta(days=9), [], people["bob"], ""
        )


@laps("zh-desk")
def test_a_leavers_work_is_handed_over(walk: Walk, lap: Lap):
    say = walk.begin(lap).say
    lay(walk)

    page = walk.open("dora", "/people/anna/leaving?off=1")
    walk.look(page, "leaving")
    page.locator("select[name='to:task']").select_option("bob")
    page.locator("select[name='to:case']").select_option("dora")
    page.locator("select[name^='to:task:']").first.select_option("carl")
    page.locator("#reason").fill(say("安娜调离", "Anna has another post"))
    expect(page.locator(".foreseen .notice")).to_contain_text(say("一人只有一票", "one vote"))
    walk.look(page, "leaving-chosen")
    page.locator("form button.primary").last.click()
    expect(page.locator(".page-head .badge.bad")).to_be_visible()
    walk.look(page, "leaving-done")
    with walk.site.office.database.reading() as session:
        open_ = session.query(UserTask).filter_by(assignee="anna", ended_at=None).all()
        assert [task.activity_id for task in open_] == ["sign"]  # bob has a vote of his own there
        assert not session.get_one(User, "anna").active


@laps("zh-desk")
def test_a_substitute_is_named_for_a_time(walk: Walk, lap: Lap):
    say = walk.begin(lap).say
    page = walk.open("anna", "/substitutes")
    walk.look(page, "substitutes-none")
    with walk.site.office.database.transaction() as session:
        transfer.deploy(session)
        anna, carl = session.get_one(User, "anna"), session.get_one(User, "carl")
        substitutes.grant(
            session, anna, carl, now(), now() + timedelta(days=4), ["transfer"], anna, say("休假", "Leave")
        )
    page = walk.open("anna", "/substitutes")
    page.locator("#substitute").select_option("bob")
    page.locator("#ends").fill(f"{now() + timedelta(days=9):%Y-%m-%d}")
    page.locator("#reason").fill(say("年休假", "Annual leave"))
    walk.look(page, "substitutes-form")
    page.locator("main form button.primary").click()
    expect(page.locator("tr[id^=substitution-]")).to_have_count(2)
    walk.look(page, "substitutes")
    page.locator("tr[id^=substitution-] button").first.click()
    expect(page.locator("#dialog")).to_be_visible()
    walk.look(page, "substitutes-end", whole=False)
    page.locator("#dialog button.primary").click()
    expect(page.locator("tr[id^=substitution-]")).to_have_count(1)
