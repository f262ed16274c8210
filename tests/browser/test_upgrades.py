"""Moving running cases to another version in a real browser: the plan, a decision, the trial, the run, the way back."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.laps import dress
from tests.workflow import world
from tests.workflow.world import begin
from web import deploying
from workflow import cases, definitions, tasks, timers
from workflow.identity import User
from workflow.models import ProcessInstance, Timer
from workflow.settings import CHECKOUT

FIRST = (CHECKOUT / "bpmn" / "key-handover.bpmn").read_text("utf-8")
SECOND = (
    FIRST.replace("list_items", "list_things")
    .replace('name="清点接收"', 'name="逐项清点接收"')
    .replace(
        'camunda:candidateGroups="director" camunda:formKey="key-handover-settle"',
        'camunda:candidateGroups="director,registry" camunda:formKey="key-handover-settle"',
    )
    .replace(
        "<bpmn:incoming>late</bpmn:incoming>\n      <bpmn:outgoing>f4</bpmn:outgoing>\n    </bpmn:userTask>",
        "<bpmn:incoming>late</bpmn:incoming>\n      <bpmn:outgoing>f4</bpmn:outgoing>\n"
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    )
)


@pytest.fixture
def handovers(site):
    """Nine hand-overs: six are being listed, three counted, and one of these is late."""
    with site.office.database.transaction() as session:
        (first,) = deploying.deploy(session, {"key-handover.bpmn": FIRST.encode()}, "eve")
        facts = {"outgoing": "anna", "incoming": "bob", "handover_date": "2027-01-04"}
        made = [begin(session, first, f"换岗交接 {number} 号库", **facts, post=f"{number} 号库") for number in range(9)]
        for each in made[:3]:
            task = world.open_tasks(session, each)["list_items"]
            tasks.complete(session, task, session.get_one(User, "anna"), {})
        late = session.scalars(select(Timer).where(Timer.instance_id == made[0].id)).one()
        timers.fire(session, late)
        for each in made:
            cases.show_to(session, each.case_id, people=["dora"])
        deploying.deploy(session, {"key-handover.bpmn": SECOND.encode()}, "eve")
    return [each.id for each in made]


@pytest.mark.parametrize(("theme", "language"), [("light", "zh"), ("dark", "en")])
def test_running_cases_are_moved_by_plan(handovers, site, page, accessible, pictures, theme, language):
    site.sign_in(page, "dora")
    page.goto(f"{site.url}/profile")
    dress(page, theme, language)
    page.goto(f"{site.url}/definitions/key-handover")
    page.screenshot(path=pictures / f"upgrade-versions-{language}.png", full_page=True)
    accessible(page)
    page.locator("a[href$='/1/upgrade']").click()
    expect(page.locator("[data-diagram][data-drawn]")).to_have_count(2)
    expect(page.locator("table.plan")).to_contain_text("list_items")
    accessible(page)
    page.screenshot(path=pictures / f"upgrade-plan-{language}.png", full_page=True)

    page.locator("button[hx-get]").click()
    expect(page.locator("#trial .tally")).to_be_visible()
    accessible(page)
    page.screenshot(path=pictures / f"upgrade-trial-{language}.png", full_page=True)

    page.locator("#reason").fill("新的交接规定")
    page.locator("form[data-confirm] button.primary").click()
    page.locator("dialog[open] button").filter(has_text="确定" if language == "zh" else "OK").click()
    page.wait_for_url("**/upgrades/*")
    world.work(site.office)
    expect(page.locator("#run progress")).to_have_attribute("value", "100")
    accessible(page)
    page.screenshot(path=pictures / f"upgrade-run-{language}.png", full_page=True)

    page.locator("details.take-back > summary").first.click()
    page.locator("#undo-reason").fill("太早")
    page.locator("details.take-back button.danger").first.click()
    world.work(site.office)
    expect(page.locator("#run .tally")).to_contain_text("已退回" if language == "zh" else "back again")
    page.screenshot(path=pictures / f"upgrade-back-{language}.png", full_page=True)
    with site.office.database.reading() as session:
        assert {session.get_one(ProcessInstance, each).definition.version for each in handovers} == {1}
        assert definitions.latest(session, "key-handover").version == 2
