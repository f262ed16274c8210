"""What colleagues do is seen within two seconds, and also where a proxy holds the line back."""

from playwright.sync_api import expect

from tests.web import desk
from workflow import jobs, tasks
from workflow.identity import User
from workflow.models import UserTask


def by_bob(office, verb, task_id: int) -> None:
    with office.database.transaction() as session:
        verb(session, session.get_one(UserTask, task_id), session.get_one(User, "bob"))


def test_a_colleagues_claim_and_release_are_seen_within_two_seconds(site, page, valkey):
    site.office.queue = jobs.Queue(valkey)
    first, second = desk.put(site.office, 2)
    site.sign_in(page, "anna")
    page.goto(f"{site.url}/inbox?view=groups")
    expect(page.locator("#inbox")).to_have_attribute("data-live", "news")

    by_bob(site.office, tasks.claim, first)
    expect(page.locator(f"#task-{first}")).to_have_count(0, timeout=2000)
    expect(page.locator(f"#task-{second}")).to_be_visible()
    by_bob(site.office, tasks.release, first)
    expect(page.locator(f"#task-{first}")).to_be_visible(timeout=2000)


def test_behind_a_proxy_that_holds_the_line_back_the_page_asks_by_itself(site, page, valkey):
    site.office.queue = jobs.Queue(valkey)
    (first,) = desk.put(site.office, 1)
    site.sign_in(page, "anna")
    page.route("**/inbox/events", lambda _route: None)  # nothing comes, and no end either
    page.goto(f"{site.url}/inbox?view=groups")
    expect(page.locator("#inbox")).to_have_attribute("data-live", "asking")

    by_bob(site.office, tasks.claim, first)
    expect(page.locator(f"#task-{first}")).to_have_count(0, timeout=10_000)
