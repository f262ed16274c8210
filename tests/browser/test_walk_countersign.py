"""A countersign: signers added and taken out, hidden votes until all is said; sent back both ways, taken back, reopened."""

from playwright.sync_api import Page, expect

from tests.browser import transfer
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk
from tests.web import desk
from tests.web.test_signing import tasks_now
from workflow.models import UserTask


def add_signer(page: Page, say, who: str, where: str, why: str) -> None:
    page.locator("[data-open-dialog=add-signer]").click()
    dialog = page.locator("dialog#add-signer")
    dialog.locator("#signer-to").select_option(who)
    dialog.locator(f"input[name=where][value={where}]").check()
    dialog.locator("#signer-reason").fill(why)
    dialog.locator("button.primary").click()
    expect(page.locator("#signing")).to_contain_text(why)


def agree(walk: Walk, name: str, task_id: int, words: str) -> Page:
    page = walk.open(name, f"/tasks/{task_id}")
    page.locator("#task-form [name=opinion]").fill(words)
    page.get_by_role("button", name=walk.say("同意", "Agree"), exact=True).click()
    expect(page.locator("#task .notice.ok").first).to_be_visible()
    return page


@laps("zh-desk")
def test_signers_are_added_and_taken_out_and_votes_stay_hidden(walk: Walk, lap: Lap):
    say = walk.begin(lap).say
    with walk.site.office.database.transaction() as session:
        signing = transfer.to_signing(session, say)
        first, instance_id = signing["anna"].id, signing["anna"].instance_id

    page = walk.open("anna", f"/tasks/{first}")
    page.locator("[data-open-dialog=add-signer]").click()
    expect(page.locator("dialog#add-signer")).to_be_visible()
    walk.look(page, "signing-add", whole=False)
    page.keyboard.press("Escape")
    add_signer(page, say, "carl", "before", say("卡尔经手过这份档案", "Carl has handled it"))
    add_signer(page, say, "eve", "after", say("请信息部门知悉", "IT should know"))
    add_signer(page, say, "dora", "beside", say("主任同时签", "The director at the same time"))
    walk.look(page, "signing-added")
    out = page.locator("#signing .signer", has_text=say("请信息部门知悉", "IT should know")).locator(".take-out")
    out.locator("summary").click()
    out.locator("input[name=reason]").fill(say("改为抄送", "A copy will do"))
    walk.look(page, "signing-take-out")
    out.locator("button.danger").click()
    expect(page.locator("#signing .signer")).to_have_count(4)

    agree(walk, "carl", tasks_now(walk.site.office, first)["carl"], say("情况属实。", "True as stated."))
    page = walk.open("bob", f"/tasks/{tasks_now(walk.site.office, first)['bob']}")
    expect(page.locator("#signing")).to_contain_text(say("4 人中已签 1 人", "1 of 4 have signed"))
    expect(page.locator("body")).not_to_contain_text(say("情况属实", "True as stated"))
    walk.look(page, "signing-hidden")
    for name in ("anna", "bob"):
        agree(walk, name, tasks_now(walk.site.office, first)[name], say("同意转出。", "Agreed."))
    page = agree(walk, "dora", tasks_now(walk.site.office, first)["dora"], say("同意。", "Agreed."))
    expect(page.locator("#signing-result")).to_be_visible()
    expect(page.locator("body")).to_contain_text(say("情况属实", "True as stated"))
    walk.look(page, "signing-over")
    with walk.site.office.database.reading() as session:
        assert [each.activity_id for each in desk.waiting(session, instance_id)] == ["approve"]


@laps("zh-desk")
def test_a_case_goes_back_both_ways_and_the_history_draws_the_loop(walk: Walk, lap: Lap):
    say = walk.begin(lap).say
    with walk.site.office.database.transaction() as session:
        task = transfer.to_approval(session, say)
        task_id, case_id, instance_id = task.id, task.case_id, task.instance_id

    page = walk.open("dora", f"/tasks/{task_id}/returns/new")
    walk.look(page, "return-empty")
    page.locator("input[name=to]").last.check()
    expect(page.locator(".foreseen")).to_be_visible()
    page.locator(".marks summary").click()
    page.locator("input[name=mark]").first.check()
    walk.look(page, "return-straight")
    page.locator("#reason").fill(say("接收单位名称不全", "The office's name is not complete"))
    page.locator("#returning button.primary").click()
    expect(page.locator(".awaited")).to_be_visible()
    walk.look(page, "return-waiting", "png", "pdf", "KB")

    correction = _open(walk, instance_id, "draft")
    page = walk.open("anna", f"/tasks/{correction}")
    expect(page.locator("#returned")).to_be_visible()
    walk.look(page, "return-correct", "png", "pdf", "KB")
    page.locator("[name=receiver]").fill(say("某市教育局干部科", "Education office, section of cadres"))
    page.locator("#task-form .actions button, #task-form .form-buttons button").last.click()
    expect(page.locator("#task .notice.ok")).to_be_visible()
    page = walk.open("dora", f"/tasks/{task_id}")
    expect(page.locator(".answered")).to_be_visible()
    walk.look(page, "return-corrected", "png", "pdf", "KB")

    _redone(walk, task_id, case_id)
    _taken_back_and_reopened(walk, instance_id, case_id)


def _redone(walk: Walk, task_id: int, case_id: int) -> None:
    say = walk.say
    page = walk.open("dora", f"/tasks/{task_id}/returns/new")
    page.locator("input[name=to]").last.check()
    page.locator("input[name=mode][value=redo]").check()
    expect(page.locator(".foreseen")).to_contain_text(say("流程从那里重新往下走", "goes on from there once more"))
    page.locator("#reason").fill(say("重新会签", "Sign it anew"))
    walk.look(page, "return-redo")
    page.locator("#returning button.primary").click()
    page.wait_for_url(f"**/tasks/{task_id}")
    walk.look(page, "return-gone", "png", "pdf", "KB")
    page = walk.open("dora", f"/cases/{case_id}")
    expect(page.locator(".timeline details").first).to_be_visible()
    walk.look(page, "return-loop", "png", "pdf", "KB", "Powered by bpmn.io")


def _taken_back_and_reopened(walk: Walk, instance_id: int, case_id: int) -> None:
    say = walk.say
    page = walk.open("anna", f"/tasks/{_open(walk, instance_id, 'draft')}")
    page.locator("#task-form .actions button, #task-form .form-buttons button").last.click()
    page.locator("#task .notice.ok a").click()
    walk.look(page, "take-back")
    page.locator("#reason").fill(say("按错了", "A slip"))
    page.locator("main form button.primary").last.click()
    expect(page.locator("#returned")).to_be_visible()
    page = walk.open("anna", f"/cases/{case_id}/withdrawal")
    walk.look(page, "withdraw-case")
    page.locator("#reason").fill(say("不再需要", "Not needed any more"))
    page.locator("main form button.danger, main form button.primary").last.click()
    page = walk.open("dora", f"/cases/{case_id}/reopening")
    walk.look(page, "reopen")
    page.locator("input[name=at]").first.check()
    page.locator("#reason").fill(say("还是需要", "Needed after all"))
    page.locator("main form button.primary").last.click()
    page.wait_for_url(f"**/cases/{case_id}")
    walk.look(page, "reopened", "png", "pdf", "KB", "Powered by bpmn.io")


def _open(walk: Walk, instance_id: int, activity: str) -> int:
    with walk.site.office.database.reading() as session:
        found = [each for each in desk.waiting(session, instance_id) if each.activity_id == activity]
        task: UserTask = found[-1]
        return task.id
