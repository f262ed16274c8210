"""The watchdog's pages and command."""

import json

import pytest

from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from workflow import registry
from workflow.models import Job
from workflow.watchdog import looking


@pytest.fixture
def office(sqlite_office, monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})
    return sqlite_office


@pytest.fixture
def world(office, clock) -> World:
    return World(office, clock)


def test_all_is_well(signed_in, office, clock):
    assert "一切正常" in signed_in("dora").get("/watchdog").text


def test_who_neither_hands_out_work_nor_retries_may_not_look(signed_in, world):
    assert signed_in("anna").get("/watchdog").status_code == 403
    assert signed_in("eve").get("/watchdog").status_code == 200


def test_a_finding_is_listed_and_repaired_by_its_button(signed_in, world):
    world.plant(planted.removed_user)
    (finding,) = world.look()
    browser = signed_in("dora")
    assert "没有人能办了" in browser.get("/watchdog").text
    page = browser.get(f"/watchdog/{finding.id}").text
    assert 'value="release"' in page and 'value="give:bob"' in page
    form = {"repair": "give:bob", "reason": "卡尔已离开"}
    assert "已修复" in browser.post(f"/watchdog/{finding.id}/repairs", data=form, follow_redirects=True).text
    assert world.found() == []
    assert "没有人能办了" in browser.get("/watchdog?view=repaired").text


def test_its_task_in_the_inbox_shows_the_same_buttons(signed_in, world):
    world.plant(planted.job_lost)
    world.look()
    browser = signed_in("dora")
    inbox = browser.get("/inbox?view=groups").text
    assert "处理巡检发现的异常" in inbox
    link = inbox.split('href="/tasks/')[1].split('"')[0]
    page = browser.get(f"/tasks/{link}").text
    assert 'value="reinstate"' in page and "任务已丢失" in page


def test_a_repair_one_may_not_do_is_greyed_and_says_why(signed_in, world):
    world.plant(planted.removed_user)
    (finding,) = world.look()
    page = signed_in("eve").get(f"/watchdog/{finding.id}").text
    assert 'aria-disabled="true"' in page and 'value="release"' not in page
    answer = signed_in("eve").post(f"/watchdog/{finding.id}/repairs", data={"repair": "release", "reason": "x"})
    assert answer.status_code == 403


def test_a_look_by_hand_is_done_by_the_workers(signed_in, world):
    world.plant(planted.broken_state)
    browser = signed_in("dora")
    assert browser.post("/watchdog/looks").status_code == 303
    with world.office.database.reading() as session:
        ids = [job.id for job in session.query(Job).filter(Job.topic == looking.LOOK)]
    for _ in range(3):
        for each in ids:
            looking.jobs.perform(world.office.database, each)
    assert [each.kind.value for each in world.found()] == ["state"]


def test_the_command_is_silent_or_loud(app, world):
    runner = app.test_cli_runner()
    quiet = runner.invoke(args=["watchdog", "--json"])
    assert (quiet.exit_code, json.loads(quiet.output)) == (0, {"looked_at": 7, "findings": []})
    world.plant(planted.orphaned_call)
    loud = runner.invoke(args=["watchdog", "--json"])
    (finding,) = json.loads(loud.output)["findings"]
    assert (loud.exit_code, finding["kind"]) == (1, "called")
    assert "nobody awaits its result" in runner.invoke(args=["watchdog"]).output
