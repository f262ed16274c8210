"""Scripted clerks: each knows the parcels of the morning and does, page by page, what a person at a desk does."""

import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.checklists import CHECKLISTS
from archive.demo.morning import Morning, Parcel
from tests.season.browser import Browser, Page

TASK = re.compile(r'href="/tasks/(\d+)"')
TRACKING = re.compile(r"[A-Z]{2}\d{12}CN")
LEFT_OPEN = {
    "跟踪补材料",
    "督办异常",
    "补登清单",
    "审阅月报",
    "制定或调整计划",
}  # what honestly stays open when the day is over
Answers = dict[str, str | list[str]]


@dataclass
class Season:
    """What the clerks share: the parcels by tracking number, the password, and how often each step was done."""

    base: str
    password: str
    parcels: dict[str, Parcel]
    done: Counter[tuple[str, str]] = field(default_factory=Counter)  # (tracking number, task name)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    browsers: list[Browser] = field(default_factory=list)

    @classmethod
    def of(cls, base: str, password: str, morning: Morning) -> "Season":
        return cls(base, password, {parcel.tracking_no: parcel for parcel in morning.parcels})

    def close(self) -> None:
        for browser in self.browsers:
            browser.close()


class Clerk:
    """One person at one browser. `work()` does whatever waits; returns how many tasks were completed."""

    def __init__(self, season: Season, login: str, witness: str = "", seed: int = 0) -> None:
        self.season, self.login, self.witness = season, login, witness
        self.browser = Browser(season.base)
        season.browsers.append(self.browser)
        self.chance = random.Random(f"{login}{seed}")
        page = self.browser.send(self.browser.open("/login").form("/login"), name=login, password=season.password)
        assert page.status == 200 and page.url.endswith("/inbox"), f"{login} cannot sign in: {page.words()[:300]}"

    def work(self, activity: str = "") -> int:
        """Do what the first page of my and my groups' inbox holds (of one step, if named)."""
        ids = [found for view in ("mine", "groups") for found in self.inbox(view, activity)]
        return sum(self.do(task_id) for task_id in dict.fromkeys(ids))

    def inbox(self, view: str, activity: str = "") -> list[str]:
        page = self.browser.open(f"/inbox?view={view}&activity={activity}")
        assert page.status == 200, f"{self.login}: inbox {page.status} {page.words()[:300]}"
        found = list(dict.fromkeys(TASK.findall(page.text)))
        self.chance.shuffle(found)
        return found

    def do(self, task_id: str) -> bool:
        """Claim, fill in, complete. False when somebody was faster or the task is one to leave open."""
        page = self.browser.open(f"/tasks/{task_id}")
        if page.status == 404:
            return False
        name = task_name(page)
        if name in LEFT_OPEN:
            return False
        if 'action="/tasks/' + task_id + '/completion"' not in page.text:
            page = self._claimed(page, task_id)
        return page is not None and self._complete(page, task_id, name)

    def _claimed(self, page: Page, task_id: str) -> Page | None:
        try:
            page = self.browser.send(page.form(f"/tasks/{task_id}/claim"))
        except LookupError:
            return None  # somebody else has it
        return page if f'action="/tasks/{task_id}/completion"' in page.text else None

    def _complete(self, page: Page, task_id: str, name: str) -> bool:
        parcel = self._parcel(page)
        answers = ANSWERS[name](self, parcel, page)
        result = self.browser.send(page.form("/completion"), follow=False, **answers)
        if result.status >= 400:
            with self.season.lock:
                self.season.refused.append(
                    f"{name} {parcel.tracking_no if parcel else ''} {result.status} {problems_of(result)}"
                )
            return False
        with self.season.lock:
            self.season.done[(parcel.tracking_no if parcel else "", name)] += 1
        return True

    def _parcel(self, page: Page) -> Parcel | None:
        found = TRACKING.search(page.words())
        return self.season.parcels.get(found.group()) if found else None

    def times(self, parcel: Parcel, name: str) -> int:
        """How often this step of this parcel was done before."""
        return self.season.done[(parcel.tracking_no, name)]


def task_name(page: Page) -> str:
    found = page.tree.xpath('//h1[@id="task-name"]')
    return " ".join(found[0].text_content().split()) if found else ""


def problems_of(page: Page) -> str:
    marked = page.tree.xpath('//*[contains(@class, "error") or @role="alert"]')
    return " | ".join(" ".join(each.text_content().split()) for each in marked)[:400] or page.words()[:400]


def _sign(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    if not parcel.delivered:
        return {"arrival": "missing", "arrival_note": "清点无此件"}
    channels = {"机要": "confidential", "EMS": "ems", "其他快递": "other"}
    return {"arrival": "delivered", "channel": channels[parcel.channel], "courier": "邮政投递员"}


def _outside(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    unticked = {"E01": "seal", "E02": "seam", "E03": "channel", "E04": "addressee"}.get(parcel.trouble)
    problems = [parcel.trouble] if parcel.trouble in ("E05", "E10", "E16") else []
    ticked = [check for check in ("channel", "seal", "seam", "addressee") if check != unticked]
    note = f"外观：{parcel.trouble}" if unticked or problems else ""
    return {"checks": ticked, "problems": problems, "outside_note": note}


def _open(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    first = not clerk.times(parcel, "联系寄件单位")
    signed = {"witness.by": clerk.witness, "witness.password": clerk.season.password}
    odd = {"E11": "empty", "E12": "several", "E15": "illegible"}.get(parcel.trouble)
    if odd and first:
        return {"contents": odd, "opening_note": f"拆封：{parcel.trouble}", **signed}
    differs = parcel.trouble == "E06" and first
    return {
        "contents": "loose" if parcel.trouble == "E09-loose" else "dossier",
        "name": parcel.person.name,
        "id_no": parcel.first_id_no if first else parcel.person.id_no,
        "identity": "differs" if differs else "agrees",
        "opening_note": "姓名与通知单不符" if differs else "",
        **signed,
    }


def _decide_return(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    if parcel.trouble == "E10" and not clerk.times(parcel, "联系寄件单位"):
        return {"return_decision": "contact", "decision_note": "先问寄件单位"}
    if parcel.trouble in ("E04", "E05"):
        return {"return_decision": "forward", "return_to": "南岭区流动人员人事档案中心", "decision_note": "转寄"}
    return {"return_decision": "return", "return_to": parcel.person.school, "decision_note": "同意退回"}


def _contact(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    answer = "return" if parcel.trouble == "E11" else "clarified"
    return {"contact_way": "phone", "contact": answer, "contact_note": "已与学校档案馆通话"}


def _tick(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    missing = {"E07": {"marks"}, "E08": {"appraisals", "enrolment"}}.get(parcel.trouble, set())
    present = [item.key for item in CHECKLISTS["GRAD"] if item.key not in missing]
    member = {"party_member": "true"} if parcel.person.party_member else {}
    return {"list_kind": "GRAD", "present": present, "page_count": str(clerk.chance.randrange(30, 120)), **member}


def _judge(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    judgement = {"E09-old": "merge", "E09-loose": "loose", "E09-wrong": "wrong_id"}[parcel.trouble]
    return {"judgement": judgement, "merge_note": "与在库档案比对"}


def _register(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    return {"id_no_again": parcel.person.id_no, "name": parcel.person.name, "nation": "汉族", "education": "本科"}


def _review(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    if parcel.tracking_no[-3] == "7" and not clerk.times(parcel, "复核"):
        return {"review": "back", "review_note": "专业名称与毕业生登记表不符，请改"}
    return {"review": "agrees"}


def _shelve(clerk: Clerk, parcel: Parcel, page: Page) -> Answers:
    form = page.form("/completion")
    suggested = form.values.get("position", "")
    words = page.words()
    place = suggested or re.search(r"K\d\d-\d\d-\d\d-[AB]-\d-\d\d", words).group()
    label = re.search(r"档号 ?([A-Z]{2}\d{8,})", words)
    return {"scan_label": label.group(1) if label else "", "scan_position": place}


def _just(**answers: str) -> Callable[[Clerk, Parcel, Page], Answers]:
    return lambda clerk, parcel, page: dict(answers)


ANSWERS: dict[str, Callable[[Clerk, Parcel, Page], Answers]] = {
    "签收": _sign,
    "追查名单": _just(list_note="寄件单位补发名单"),
    "追查缺件": _just(trace_result="missing", trace_note="邮政确认未收寄"),
    "外观检查": _outside,
    "拟退件": _just(return_note="附情况说明"),
    "确认退件": _decide_return,
    "寄出退件": lambda clerk, parcel, page: {"return_channel": "ems", "return_tracking_no": "RT" + parcel.tracking_no},
    "双人拆封核对": _open,
    "联系寄件单位": _contact,
    "等待对方答复": _just(keeper_answer="receive", keeper_note="对方已转出"),
    "判定重复": _judge,
    "并档审批": _just(merge_decision="approve"),
    "移交零散材料": _just(handed_to="零散材料组"),
    "清点材料": _tick,
    "告知与承诺": _just(told_by="desk", undertaken="true", notice_note="本人已签承诺书"),
    "登记": _register,
    "复核": _review,
    "上架入库": _shelve,
    "寄回回执": _just(slip_way="ems"),
    "督办回执": _just(supervise_note="已催"),
    "处理差额": _just(difference_note="逐件核对"),
    "第一人签字": lambda clerk, parcel, page: {"signature.password": clerk.season.password},
    "第二人签字": lambda clerk, parcel, page: {"signature.password": clerk.season.password},
}
