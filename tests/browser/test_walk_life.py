"""One dossier's life at the windows of two offices: received, sorted, scanned from real pages, accepted, read on the
screen by two, lent and brought back late, sent to the second office and its receipt back. Every paper is opened and
read, and the chain of custody is printed without a gap."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archive.dossier_tables import Dossier
from archive.images.demands import ImageKind
from tests.archive.cards import id_no
from tests.archive.images import drawn, parcelled
from tests.browser.laps import Lap, laps
from tests.browser.life import ARRIVED, LEAVING, READERS, Life, Shared, furnish
from tests.browser.transfer import scan
from tests.browser.walking import Walk
from tests.people import PASSWORD

NAME, ID_NO = "单雄信", id_no(7, "19850512")
PACK = "1012345678901"
PAPERS = """序号\t材料名称\t形成时间\t页数
一、履历类
1\t干部履历表\t2012年7月\t2
三、考核类
1\t2018年度考核登记表\t２０１８\t1
四-1 学历学位
1\t高等学校毕业生登记表\t2008.6\t1
"""
PAGES = 4
COUNTED = {"volumes": "1", "materials": "3", "pages": str(PAGES)}
SIZE = (1240, 1754)
UNIT = "云溪市教育局"
EVERYTHING = ["graduation", "marks", "senior", "entrance", "enrolment", "appraisals", "degree", "awards", "league"]
BROUGHT = (  # words of people and papers, the same in both languages
    *("EMS", "YX", "YXGB", "KB", "YYYY-MM-DD", "Powered by bpmn.io", "Insert", "HT", "JPEG", "dpi", "zip", "JY", "PDF"),
    *(
        NAME,
        "本科",
        "云溪大学",
        "云溪",
        "邮政投递员",
        "汉族",
        "干部履历表",
        "2018年度考核登记表",
        "高等学校毕业生登记表",
    ),
    *("云溪档案服务公司", "方远", "全部完成", "无补扫", UNIT, "任前考察", "钱局长", "局长", "干部科科员", "手续齐全"),
)
SELF_CHECK = ("self_own", "self_class", "self_order", "self_pages", "self_catalogue", "self_clean")
PASTE = """([selector, text]) => {
  const cell = document.querySelector(selector), data = new DataTransfer();
  data.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def life(walk: Walk, clock, tmp_path: Path) -> Life:
    furnish(walk.site.office)
    return Life(walk, Shared(), tmp_path, data=BROUGHT)


def signed(field: str, login: str = "") -> dict[str, str]:
    """A signature by password, one's own or a colleague's who is there."""
    return {f"{field}__password": PASSWORD, **({f"{field}__by": login} if login else {})}


@laps("zh-desk")
def test_one_dossiers_life_from_receipt_to_a_second_office_and_its_receipt_back(life: Life, lap: Lap):
    life.walk.begin(lap)
    number = received(life)
    sorted_(life, number)
    scanned(life, number)
    accepted(life)
    read_on_the_screen(life, number)
    lent_and_late(life, number)
    away(life, number)


# received


def received(life: Life) -> str:
    """Listed, signed for, opened by two, registered, reviewed, shelved; the slip goes back. The dossier's number."""
    listed = life.folder / "list.csv"
    listed.write_text(f"运单号,姓名,身份证号,寄件单位,寄件城市,渠道\n{PACK},{NAME},{ID_NO},云溪大学,云溪,EMS", "utf-8")
    page = life.open("wangmin", "/packs/imports")
    page.locator("#list-file").set_input_files(listed)
    page.locator("#preview button.primary").click()
    page.wait_for_url("**/packs/imports/*")
    life.machine()
    life.do("wangmin", "sign_for", PACK, courier="邮政投递员")
    life.do("wangmin", "check_outside", PACK, checks=["channel", "seal", "seam", "addressee"])
    life.do("chenjing", "open_pack", PACK, name=NAME, id_no=ID_NO, **signed("witness", "zhouping"))
    life.do("chenjing", "tick_materials", PACK, list_kind="GRAD", present=EVERYTHING)
    life.do("chenjing", "register_dossier", PACK, id_no_again=ID_NO, name=NAME, nation="汉族", education="本科")
    life.do("sunli", "review_dossier", PACK, review="agrees")
    number = dossier(life).dossier_no
    shelf = {"scan_label": number, "position": "K01-01-01-A-1-01", "scan_position": "K01-01-01-A-1-01"}
    life.do("wugang", "shelve", PACK, **shelf)
    life.do("wangmin", "send_slip", PACK, slip_way="ems")
    (slip,) = life.collect("linlan", "receipt")
    assert all(part in slip.text for part in (NAME, number, "云溪大学", PACK)), slip.text
    return number


def dossier(life: Life, number: int = 1) -> Dossier:
    with life.office.database.reading() as session:
        return session.get_one(Dossier, number)


# sorted


def sorted_(life: Life, number: str) -> None:
    """Handed out by scan and count, appraised, its catalogue pasted from a spreadsheet, checked by another, taken back."""
    life.on(2)
    life.begin("linlan", "sorting-batch", sorter="chenjing", due_date="2026-07-09", from_queue="9")
    counted = {"handing": "handed_out", "scan_label": number, "volumes_out": "1", "pages_out": str(PAGES)}
    life.do("wugang", "hand_out", number, **counted, **signed("receiver", "chenjing"))
    life.reach("chenjing", "appraise", number)
    write_catalogue(life, life.open("chenjing", "/dossiers/1/catalogue"))
    life.do("chenjing", "appraise", number, appraised="true", condition="good")
    life.do("chenjing", "arrange", number, arranged="true")
    life.do("chenjing", "number_pages", number, numbered="true", pins="true")
    life.do("chenjing", "compile_catalogue", number)
    life.do("chenjing", "bind", number, bound="true", labelled="true", boxed="true")
    life.do("chenjing", "self_check", number, **dict.fromkeys(SELF_CHECK, "true"))
    life.do("sunli", "second_check", number, check_result="pass")
    back = {"scan_label": number, "scan_position": "K01-01-01-A-1-01", "pages_in": str(PAGES)}
    life.do("wugang", "take_back", number, **back)
    life.collect("linlan", "sorting")
    life.collect("linlan", "sorting-batch")


def write_catalogue(life: Life, page: Page) -> None:
    page.evaluate(PASTE, ["#sheet [name=name]", PAPERS])
    expect(page.locator("#sheet tbody tr")).to_have_count(3)
    life.look(page, "catalogue")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text(life.walk.say("已保存", "Saved"))
    life.machine()


# scanned


def scanned(life: Life, number: str) -> None:
    """A batch under a contract: counted out, a package of real page images, looked at page by page, counted back."""
    life.on(3)
    terms = {"firm": "云溪档案服务公司", "contract_no": "HT-2026-007", "unit": "page", "unit_price": "0.35"}
    life.begin("linlan", "scanning", **terms, from_queue="9", papers_valid="true")
    batch = batch_number(life)
    life.reach("wugang", "hand_out", batch)
    page = life.open("wugang", "/scanning/1")
    page.locator("[name=lines]").first.fill(f"{number} {PAGES} 1")
    page.locator("#out-to").fill("方远")
    page.locator("#lines-departures ~ button.primary").click()
    expect(page.locator("#batch section .badge.ok").first).to_be_visible()
    life.look(page, "scanning-out")
    life.do("wugang", "hand_out", batch, handed="true", **signed("receiver", "fangyuan"))
    life.do("fangyuan", "prepare", batch, prepared="true")
    life.do("fangyuan", "compare_catalogue", batch, compared="true")
    upload(life, batch)
    life.do("fangyuan", "scan_pages", batch, self_checked="true")
    life.reach("hebin", "quality_control", batch)
    look_at_all(life, "hebin", "firm")
    life.do("hebin", "quality_control", batch, looked="true")
    life.reach("wugang", "take_back", batch)
    page = life.open("wugang", "/scanning/1")
    page.locator("#lines-returns").fill(f"{number} K01-01-01-A-1-01 {PAGES}")
    page.locator("#lines-returns ~ button.primary").click()
    expect(page.locator("#batch section .badge.ok").first).to_be_visible()
    life.look(page, "scanning-back")
    life.do("wugang", "take_back", batch, counted="true")
    told = {"carriers_given": "1", "carriers_back": "1", "report_note": "全部完成，无补扫"}
    life.do("fangyuan", "deliver_batch", batch, **told)


def batch_number(life: Life) -> str:
    page = life.open("linlan", "/scanning")
    life.look(page, "scanning-batches")
    return page.locator("main tbody a").first.inner_text()


def upload(life: Life, batch: str) -> None:
    life.reach("fangyuan", "scan_pages", batch)
    package = life.folder / "20260703-01.zip"
    with life.office.database.reading() as session:
        package.write_bytes(parcelled.of(session, session.get_one(Dossier, 1), spoil=draw_all))
    page = life.open("fangyuan", "/scanning/1")
    page.locator("#parcel-file").set_input_files(package)
    page.locator("#parcel-file").locator("xpath=ancestor::form").locator("button.primary").click()
    expect(page.locator("h1")).to_have_text(package.name)
    life.machine()
    expect(page.locator("#parcel progress")).to_have_js_property("value", 100)
    life.look(page, "parcel")


def draw_all(files: dict[str, bytes]) -> None:
    """Real pages at 300 dpi in place of the small ones."""
    for seed, path in enumerate(sorted(files)):
        if path.endswith(".jpg"):
            lines = 30 if path.startswith(ImageKind.RAW) else 28
            files[path] = drawn.saved(drawn.page(lines, SIZE, seed), quality=60)


def look_at_all(life: Life, who: str, stage: str) -> None:
    """Every page of the dossier, with the space bar."""
    page = life.open(who, f"/dossiers/1/images?stage={stage}")
    for seen in range(1, PAGES + 1):
        expect(page.locator(".pane img")).to_have_count(2)
        life.look(page, f"image-{stage}")
        page.keyboard.press(" ")
        expect(page.locator(".totals")).to_contain_text(life.walk.say(f"{seen}/{PAGES}", f"{seen} of {PAGES}"))


# accepted


def accepted(life: Life) -> None:
    """Applied for, checked by two, signed by the whole group."""
    life.on(6)
    batch = batch_number(life)
    life.do("fangyuan", "apply", batch, application_note="全部完成")
    group = {"group": ["tangyi", "sunli", "zhouping", "zhaolei"], "group_head": "tangyi", "meets_on": "2026-07-06"}
    life.do("linlan", "form_group", batch, **group, checker_first="sunli", checker_second="zhouping")
    for who, activity in (("sunli", "check_first"), ("zhouping", "check_second")):
        life.reach(who, activity, batch)
        look_at_all(life, who, "owner")
        life.do(who, activity, batch, checked="true")
    for who in group["group"]:
        life.do(who, "sign_acceptance", batch, **signed("acceptance_signature"))
    life.collect("linlan", "scanning")


# read, lent


def asked_for(life: Life, number: str, mode: str, letter: str, decided: dict[str, str], *logins: str) -> None:
    """Asked at the window, sealed by the unit, checked, with an opinion, decided."""
    life.begin("wangmin", "reading", dossier_no=number)
    asked = {"mode": mode, "signing": "upload", "unit": UNIT, "phone": "0571-88880000", "purpose": "cadre_work"}
    for place, (login, name) in enumerate(READERS.items()):
        reader = {"name": name, "id_no": id_no(501 + place), "post": "干部科科员", "login": login if logins else ""}
        asked |= {f"readers__{place}__{field}": typed for field, typed in reader.items() if typed}
    asked |= {"reason": "任前考察", "scope": "whole", "letter_no": letter, "letter_persons": "1", "no_kin": "true"}
    life.do("wangmin", "fill_request", number, **asked)
    sealed = life.folder / "sealed.png"
    sealed.write_bytes(scan())
    signer = {"leader_decision": "agree", "leader_name": "钱局长", "leader_post": "局长", "sealed_file": sealed}
    life.do("liqiang", "upload_sealed", number, **signer)
    checked = {"check_result": "pass", "authority": "own", "rank_level": "below", "scope_minimal": "true"}
    life.do("zhaolei", "pre_check", number, **checked)
    life.do("sunli", "opinion", number, opinion_result="agree", opinion_note="手续齐全")
    life.do("linlan", "decide", number, decision="approve", **decided, **signed("decision_signature"))


def read_on_the_screen(life: Life, number: str) -> None:
    """Two readers of the bureau before one screen, page by page under a watermark."""
    life.on(7)
    granted = {"grant_minutes": "120", "grant_days": "5"}
    asked_for(life, number, "digital", "云教函〔2026〕1号", granted, *READERS)
    page = life.open("hecha", "/readings")
    life.look(page, "readings")
    page.locator("main tbody a").first.click()
    page.locator("input[type=password]").fill(PASSWORD)
    life.look(page, "reading-before")
    page.locator("main form .button.primary").first.click()
    page.locator(".contents button").first.click()
    for _ in range(PAGES - 1):
        expect(page.locator("#page-image img")).to_have_js_property("complete", True)
        life.look(page, "reading-page")
        life.machine()
        page.evaluate(LEAVING)
        page.keyboard.press("ArrowRight")
        page.wait_for_function(ARRIVED)
    page.locator("form[action$='/end'] .button.primary").click()
    life.machine()
    life.do("chenjing", "register_result", number, used="used")
    life.look(life.open("linlan", "/readings/1"), "reading-log")
    life.collect("linlan", "reading")


def lent_and_late(life: Life, number: str) -> None:
    """Lent sealed, asked for when it does not come, counted page by page when it does, late, and put back."""
    life.on(8)
    asked_for(life, number, "lend", "云教函〔2026〕2号", {})
    counted = {"handing": "handed_out", "scan_label": number, "volumes_out": "1", "pages_out": str(PAGES)}
    life.do("wugang", "hand_out", number, **counted, seal_no="F-001", borrower="何查")
    life.look(life.open("chenjing", "/loans"), "loans")
    life.on(30)
    page = life.open("chenjing", "/loans?view=overdue")
    life.look(page, "loans-overdue")
    expect(page.locator("main")).to_contain_text(NAME)
    life.do("chenjing", "chase", number, chase_note="电话催还，答复当日归还")
    life.do("sunli", "send_letter", number, chase_note="已寄出")
    back = {"scan_label": number, "return_result": "whole", "pages_in": str(PAGES)}
    life.do("chenjing", "take_return", number, **back, returned_by="许阅")
    home = {"scan_label": number, "put_back_result": "whole", "pages_in": str(PAGES)}
    life.do("wugang", "put_back", number, **home, scan_position="K01-01-01-A-1-01")
    life.do("chenjing", "register_result", number, used="used")
    life.look(life.open("chenjing", "/loans?view=ended"), "loans-ended")
    life.collect("linlan", "reading")


# away


def away(life: Life, number: str) -> None:
    """The second office asks for it; it is packed, sent, received by two; the receipt is back; it stands on its shelf."""
    life.on(3, month=8)
    code = life.begin("wangmin", "transfer-in", person_name=NAME, regime="cadre")
    told = {"id_no": ID_NO, "keeper": "YX", "receiver": "YXGB", "applicant": "authority"}
    more = {"reason": "云组干〔2026〕12号", "accept_result": "accept"}
    life.do("wangmin", "accept_application", code, **told, **more)
    life.do("sunli", "approve_letter", code, letter_decision="approve", **signed("letter_signature"))
    letter = life.collect("linlan", "transfer-in")[0].number
    given = {"accept_result": "accept", "applicant": "authority", "papers": ["letter"], "keeper": "YXGB"}
    given |= {"letter_no": letter, "letter_date": "2026-08-03", "letter_persons": "1", "letter_id_no": ID_NO}
    life.do("wangmin", "accept_papers", number, **given, reason="干部调动")
    counted = {"handing": "ready", "scan_label": number, "volumes_out": "1", "pages_out": str(PAGES)}
    life.do("chenjing", "prepare", number, **counted)
    life.do("linlan", "approve", number, decision="approve", **signed("decision_signature"))
    packed = {"pack_result": "packed", "channel": "confidential", "seal_no": "F-009", "sealed": "true"}
    life.do("zhaolei", "pack", number, **packed, **signed("witness", "wugang"))
    life.do("zhengyun", "hand_over", number, sending="sent", scan_label=number, track_no="JY20260001")
    arrived(life, code, number)


def arrived(life: Life, code: str, number: str) -> None:
    life.on(5, month=8)
    notice = next(paper.number for paper in life.collect("linlan", "transfer-out") if paper.number)
    came = {"received": "well", "channel": "confidential", "scan_notice": f"JLT1:{notice}:{number}"}
    life.do("zhaolei", "receive_pack", code, **came, seal_whole="true", **signed("witness", "zhouping"))
    told = {f"{what}_{side}": n for what, n in COUNTED.items() for side in ("told", "in")}
    life.do("zhaolei", "count_pack", code, **told)
    life.do("zhaolei", "send_receipt", code, stamped="true", receipt_way="机要退回")
    life.do("sunli", "audit", code, audit_result="good")
    life.do("zhaolei", "register_dossier", code, id_no_again=ID_NO, volumes="1")
    new = dossier(life, 2).dossier_no
    life.do("zhengyun", "shelve", code, scan_label=new, scan_position="K02-01-01-A-1-01")
    life.collect("linlan", "transfer-in")
    life.collect("linlan", "transfer-out")
    page = life.open("linlan", "/dossiers/2")
    life.look(page, "dossier-second")
    life.look(life.open("linlan", "/dossiers/1"), "dossier-first")
    page = life.open("linlan", "/dossiers/2/custody")
    life.look(page, "custody")
    expect(page.locator(".whole .badge.ok")).to_be_visible()
    assert life.waiting() == ["sign_first"]  # of the first day's close, which is another matter
