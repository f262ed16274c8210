"""A dossier's life within the office: received, sorted, scanned from real pages, accepted."""

from playwright.sync_api import Page, expect

from archive.dossier_tables import Dossier
from archive.images.demands import ImageKind
from tests.archive.images import drawn, parcelled
from tests.browser.life import Life
from tests.browser.life_person import ID_NO, NAME, PACK, PAGES, dossier, read, signed

PAPERS = """序号\t材料名称\t形成时间\t页数
一、履历类
1\t干部履历表\t2012年7月\t2
三、考核类
1\t2018年度考核登记表\t２０１８\t1
四-1 学历学位
1\t高等学校毕业生登记表\t2008.6\t1
"""
SIZE = (1240, 1754)
EVERYTHING = ["graduation", "marks", "senior", "entrance", "enrolment", "appraisals", "degree", "awards", "league"]
SELF_CHECK = ("self_own", "self_class", "self_order", "self_pages", "self_catalogue", "self_clean")
PASTE = """([selector, text]) => {
  const cell = document.querySelector(selector), data = new DataTransfer();
  data.setData("text/plain", text);
  cell.focus();
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


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
    read(
        life.collect("linlan", "receipt"),
        ("接收回执〔2026〕收字0001号", NAME, number, "云溪大学", PACK, "2026年7月1日"),
    )
    return number


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
    slip = ("整理交接单", "第一联", "第二联", NAME, number, "〔2026〕整字0001号", "吴刚", "陈静")
    catalogue = (
        "人事档案目录",
        "流动人员人事档案目录",
        "一 履历类",
        "四-1",
        "干部履历表",
        "共 3 份 4 页",
        "编目：陈静",
    )
    read(life.collect("linlan", "sorting"), (*slip, "出库整理"), catalogue, (*slip, "整理归还"))
    batch = ("整理任务单〔2026〕整字0001号", number, "整理人：陈静", "2026-07-09", "下达人：林岚")
    read(life.collect("linlan", "sorting-batch"), batch)


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
    terms, slip = ("SM2026-0001", "云溪档案服务公司"), ("数字化交接单", "SM2026-0001", "第二联", "1 卷 4 页", "方远")
    read(
        life.collect("linlan", "scanning"),
        ("数字化加工任务单", *terms, "0.35", "300 dpi", "下达人：林岚"),
        (*slip, "出库数字化"),
        (*slip, "数字化归还"),
        ("数字化完工报告", *terms, "全部完成，无补扫"),
        ("验收申请书〔2026〕验字0001号", *terms, "HT-2026-007"),
        ("验收合格通知书〔2026〕验字0002号", *terms, "应付金额（元）1.40", "合格率 100.00%", "组长：唐毅"),
    )
