"""Two people at two windows: what one does the other sees, by news within two seconds, or by asking."""

import time

from playwright.sync_api import Page, expect

from tests.browser import counter
from tests.browser.laps import WHOLE, Lap, laps
from tests.browser.walking import Walk
from workflow import jobs

SOON = 2.0  # seconds; judged where nothing else is at work (`make walks`)
BEFORE_ASKING = 30_000  # milliseconds; who hears news asks by itself once in sixty seconds only


def claim(page: Page, task_id: int) -> None:
    page.locator(f"#task-{task_id} [data-act]").last.click()
    page.wait_for_url(f"**/tasks/{task_id}")


@laps("zh-desk")
def test_what_one_claims_and_releases_the_other_sees_by_news(walk: Walk, valkey, lap: Lap):
    walk.site.office.queue = jobs.Queue(valkey)
    first, second = counter.lay(walk.site.office, 2)
    walk.begin(lap)
    watching = walk.open("anna", "/inbox?view=groups")
    expect(watching.locator("#inbox")).to_have_attribute("data-live", "news")
    acting = walk.open("bob", "/inbox?view=groups")

    claim(acting, first)
    begun = time.monotonic()
    expect(watching.locator(f"#task-{first}")).to_have_count(0, timeout=BEFORE_ASKING)
    seen = [time.monotonic() - begun]
    expect(watching.locator("[data-view=groups] .count")).to_have_text("1")
    expect(watching.locator("[data-view=others] .count")).to_have_text("1")
    acting.locator(".work-foot [data-act=release]").click()
    begun = time.monotonic()
    expect(watching.locator(f"#task-{first}")).to_be_visible(timeout=BEFORE_ASKING)
    seen.append(time.monotonic() - begun)
    expect(watching.locator(f"#task-{second}")).to_be_visible()
    assert not WHOLE or max(seen) <= SOON, seen
    walk.look(watching, "live")


@laps("zh-desk")
def test_where_the_line_is_held_back_the_page_asks(walk: Walk, valkey, lap: Lap):
    walk.site.office.queue = jobs.Queue(valkey)
    (first,) = counter.lay(walk.site.office, 1)
    watching = walk.begin(lap).window("anna")
    watching.route("**/inbox/events", lambda _route: None)  # neither a word nor an end
    walk.open("anna", "/inbox?view=groups")
    expect(watching.locator("#inbox")).to_have_attribute("data-live", "asking")

    claim(walk.open("bob", "/inbox?view=groups"), first)
    expect(watching.locator(f"#task-{first}")).to_have_count(0, timeout=BEFORE_ASKING)
    expect(watching.locator(".empty")).to_be_visible()
    walk.look(watching, "live-empty")
