"""The pages that move running cases to another version: for whom, what they show, what they do."""

import re

import pytest

from tests.workflow import world
from tests.workflow.upgrades.versions import EDGE, LONGER, RENAMED, SHORTER
from tests.workflow.world import REVIEW, begin, do, process
from workflow import cases, upgrades
from workflow.models import ProcessInstance
from workflow.statuses import UpgradeStatus


@pytest.fixture
def office(sqlite_office, clock):
    """What the pages ask of the database is tested on both elsewhere."""
    return sqlite_office


@pytest.fixture
def running(office, clock, anna):
    """Three cases of version 1, one of them at the second step; version 2 lacks the first, version 3 has one more."""
    with office.database.transaction() as session:
        first = process(session, REVIEW)
        made = [begin(session, first, f"件 {number}") for number in range(3)]
        do(session, made[2], "open", anna)
        process(session, SHORTER)
        process(session, LONGER)
    return [each.id for each in made]


@pytest.fixture
def eve(signed_in):
    return signed_in("eve")


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def begun(eve, office, **fields) -> str:
    answer = eve.post("/definitions/p/1/upgrades", data={"reason": "新规定", **fields})
    assert answer.status_code == 303
    world.work(office)
    return answer.headers["Location"]


def versions(office, ids):
    with office.database.reading() as session:
        return [session.get_one(ProcessInstance, each).definition.version for each in ids]


def test_the_page_of_a_process_offers_the_move_where_old_versions_run(eve, running):
    page = eve.get("/definitions/p").text
    assert "/definitions/p/1/upgrade" in page and "/definitions/p/2/upgrade" not in page


def test_a_plan_shows_where_work_stands_and_where_it_goes_on(eve, running):
    page = plain(eve.get("/definitions/p/1/upgrade").text)
    assert "3 件运行在第 1 版" in page and "3 件可以迁移" in page and "0 件会保持原样" in page
    assert "迁移 3 件" in page


def test_a_plan_shows_what_forbids_it_and_for_how_many(eve, running):
    page = plain(eve.get("/definitions/p/1/upgrade?to=2").text)
    assert "1 件可以迁移" in page and "2 件留下 “open”处有在办工作，而新版本没有这一步" in page


def test_a_decision_changes_the_plan(eve, running):
    page = eve.get("/definitions/p/1/upgrade?to=2&move.open=check").text
    assert "3 件可以迁移" in plain(page) and "人工指定" in page
    assert '<input type="hidden" name="move.open" value="check">' in page


def test_what_was_found_anyway_is_no_decision(eve, running):
    page = eve.get("/definitions/p/1/upgrade?to=3&move.open=open&move.check=&move.nowhere=open&move.open=nowhere").text
    assert "人工指定" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/definitions/p/9/upgrade",
        "/definitions/p/1/upgrade?to=9",
        "/definitions/q/1/upgrade",
        "/upgrades/9",
        "/upgrades/99999999999",
    ],
)
def test_what_is_not_there_is_not_found(eve, running, path):
    assert eve.get(path).status_code == 404


def test_a_version_is_not_moved_to_itself(eve, running):
    answer = eve.get("/definitions/p/3/upgrade?to=3")
    assert answer.status_code == 409 and "同一流程的两个版本" in answer.text


def test_a_trial_says_who_would_stay_and_changes_nothing(eve, office, running):
    part = plain(eve.ask("/definitions/p/1/upgrade/trial?to=2").text)
    assert "3 件已试算 · 1 件可迁移 · 2 件会留在原版本" in part and "check → check 1" in part
    assert versions(office, running) == [1, 1, 1]


def test_a_trial_names_only_cases_the_reader_may_see(eve, office, running):
    part = eve.ask("/definitions/p/1/upgrade/trial?to=2").text
    assert "件 0" not in plain(part) and "#1" in part
    with office.database.transaction() as session:
        cases.show_to(session, 1, people=["eve"])
    assert '<a href="/cases/1">件 0</a>' in eve.ask("/definitions/p/1/upgrade/trial?to=2").text


def test_a_trial_names_the_events_that_begin_and_cease(eve, office, running):
    with office.database.transaction() as session:
        process(session, EDGE)
    assert "“t”将在 2 件中开始等待" in eve.ask("/definitions/p/1/upgrade/trial").text


def test_without_scripts_a_trial_leads_back_to_its_plan(eve, running):
    answer = eve.get("/definitions/p/1/upgrade/trial?to=2&move.open=check")
    assert answer.status_code == 303 and "to=2" in answer.headers["Location"]


def test_all_are_moved_and_each_result_is_shown(eve, office, running):
    page = plain(eve.get(begun(eve, office, to="2")).text)
    assert "3 件 · 1 已迁移 · 2 未迁移" in page and "“open”处有在办工作" in page and "新规定" in page
    assert versions(office, running) == [1, 1, 2]


def test_decisions_of_the_page_are_carried_out(eve, office, running):
    begun(eve, office, to="2", **{"move.open": "check"})
    assert versions(office, running) == [2, 2, 2]


def test_nothing_is_moved_without_a_reason(eve, office, running):
    answer = eve.post("/definitions/p/1/upgrades", data={"to": "3", "reason": " "})
    assert answer.status_code == 422 and "请说明原因" in answer.text
    assert versions(office, running) == [1, 1, 1]


def test_nothing_is_moved_where_nothing_runs(eve, running):
    answer = eve.post("/definitions/p/3/upgrades", data={"to": "1", "reason": "x"})
    assert answer.status_code == 409 and "没有事项运行在这个版本上" in answer.text


def test_progress_is_asked_for_until_all_are_done(eve, office, running):
    place = eve.post("/definitions/p/1/upgrades", data={"to": "3", "reason": "x"}).headers["Location"]
    assert 'hx-trigger="every 1s"' in eve.ask(place).text and "还剩 3 件" in plain(eve.ask(place).text)
    world.work(office)
    part = eve.ask(place)
    assert "every 1s" not in part.text
    assert eve.ask(place, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304


def test_results_are_shown_by_what_became_of_them(eve, office, running):
    place = begun(eve, office, to="2")
    shown = eve.get(place + "?show=refused").text
    assert shown.count('<th scope="row">') == 2 and eve.get(place + "?show=nonsense").status_code == 200


def test_many_results_go_over_several_pages(eve, office, running, monkeypatch):
    monkeypatch.setattr("web.upgrades.SHOWN", 2)
    place = begun(eve, office, to="3")
    first = eve.get(place).text
    following = re.search(r'href="([^"]*after=\d+)"', first)
    assert first.count('<th scope="row">') == 2 and following
    assert eve.get(following[1]).text.count('<th scope="row">') == 1


def test_the_refused_are_tried_again(eve, office, running, anna):
    place = begun(eve, office, to="2")
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, running[0]), "open", anna)
    assert "正在重试 2 件" in eve.post(place + "/retries", follow_redirects=True).text
    world.work(office)
    assert versions(office, running) == [2, 1, 2]


def test_all_go_back_with_a_reason_only(eve, office, running):
    place = begun(eve, office, to="3")
    answer = eve.post(place + "/undo", data={"reason": ""})
    assert answer.status_code == 422 and "请说明原因" in answer.text
    assert eve.post(place + "/undo", data={"reason": "太早"}).status_code == 303
    world.work(office)
    assert versions(office, running) == [1, 1, 1] and "太早" in eve.get(place).text


def test_one_goes_back(eve, office, running):
    place = begun(eve, office, to="3")
    assert eve.post(place + "/results/1/undo", data={"reason": ""}).status_code == 422
    assert "已退回第 1 版" in eve.post(place + "/results/1/undo", data={"reason": "?"}, follow_redirects=True).text
    assert versions(office, running) == [1, 3, 3]
    assert eve.post(place + "/results/1/undo", data={"reason": "?"}).status_code == 409
    assert eve.post("/upgrades/9/results/2/undo", data={"reason": "?"}).status_code == 404


def test_what_has_gone_on_since_does_not_go_back(eve, office, running, anna):
    place = begun(eve, office, to="3")
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, running[0]), "open", anna)
    answer = eve.post(place + "/results/1/undo", data={"reason": "?"})
    assert answer.status_code == 409 and "迁移后该事项已继续办理，不能退回第 1 版" in answer.text


@pytest.mark.parametrize("name", ["anna", "carl"])
def test_who_may_not_deploy_may_not_move(signed_in, office, eve, running, name):
    place = begun(eve, office, to="3")
    other = signed_in(name)
    for path in ("/definitions/p/1/upgrade", "/definitions/p/1/upgrade/trial", place):
        assert other.get(path).status_code == 403
    for path in ("/definitions/p/1/upgrades", f"{place}/retries", f"{place}/undo", f"{place}/results/1/undo"):
        assert other.post(path, data={"reason": "x"}).status_code == 403


def test_the_case_tells_of_the_move(eve, office, running, signed_in):
    begun(eve, office, to="3")
    page = signed_in("dora").get("/cases/1").text
    assert "伊芙 把它迁移到流程的第 3 版" in page and "新规定" in page


def test_the_diagram_of_a_moved_case_knows_new_ids_and_the_old_ones_again(eve, office, running, signed_in):
    with office.database.transaction() as session:
        process(session, RENAMED)
    place = begun(eve, office, to="4")
    dora = signed_in("dora")
    assert '"unpack"' in dora.get("/cases/3").text.split("data-visited=")[1].split("data-current")[0]
    eve.post(place + "/undo", data={"reason": "x"})
    world.work(office)
    assert '"open"' in dora.get("/cases/3").text.split("data-visited=")[1].split("data-current")[0]


def test_moves_are_listed_with_their_process(eve, office, running):
    place = begun(eve, office, to="3")
    assert place in eve.get("/definitions/p").text and place in eve.get("/definitions/p/1/upgrade").text


def test_the_pages_speak_english_too(eve, office, running):
    place = begun(eve, office, to="2")
    eve.post("/language", data={"language": "en", "next": "/"})
    page = plain(eve.get("/definitions/p/1/upgrade?to=2").text)
    assert "2 cases stay" in page and "Work waits at “open”, which the new version does not have" in page
    assert "1 moved · 2 stayed" in plain(eve.get(place).text)
    with office.database.reading() as session:
        run = upgrades.find(session, 1)
        assert len(upgrades.results(session, run, UpgradeStatus.REFUSED)) == 2
