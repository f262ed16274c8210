"""A dossier's life among others: read on the screen by two, lent and late, sent to another office and received there."""

from itertools import pairwise

import pypdfium2
from playwright.sync_api import expect

from tests.archive.cards import id_no
from tests.browser.life import ARRIVED, LEAVING, READERS, Life
from tests.browser.life_person import ID_NO, NAME, PACK, PAGES, UNIT, dossier, read, signed
from tests.browser.transfer import scan
from tests.people import PASSWORD

COUNTED = {"volumes": "1", "materials": "3", "pages": str(PAGES)}


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
    checked = {"check_result": "pass", "scope_minimal": "true"}
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
    asked = (
        "查（借）阅审批表〔2026〕查字0001号",
        NAME,
        number,
        UNIT,
        "何查",
        "许阅",
        "云教函〔2026〕1号",
        "审批：同意。林岚",
    )
    read(life.collect("linlan", "reading"), asked)


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
    back = {"scan_label": number, "return_result": "whole", "as_lent": "true"}
    life.do("chenjing", "take_return", number, **back, returned_by="许阅")
    home = {"scan_label": number, "put_back_result": "whole", "pages_in": str(PAGES)}
    life.do("wugang", "put_back", number, **home, scan_position="K01-01-01-A-1-01")
    life.do("chenjing", "register_result", number, used="used")
    life.look(life.open("chenjing", "/loans?view=ended"), "loans-ended")
    read(
        life.collect("linlan", "reading"),
        ("查（借）阅审批表〔2026〕查字0002号", NAME, number, "借出", "云教函〔2026〕2号", "预审意见：赵磊"),
        ("借出登记", NAME, number, "F-001", "何查", "2026-07-22", "不得转借"),
        ("借阅催还函", UNIT, number, "2026-07-22", "已逾期", "盖章"),
    )


# away


def away(life: Life, number: str) -> None:
    """The second office asks for it; it is packed, sent, received by two; the receipt is back; it stands on its shelf."""
    life.on(3, month=8)
    code = life.begin("wangmin", "transfer-in", person_name=NAME, regime="cadre")
    told = {"id_no": ID_NO, "keeper": "YX", "receiver": "YXGB", "applicant": "authority", "changed_on": "2026-08-03"}
    more = {"reason": "云组干〔2026〕12号", "accept_result": "accept"}
    life.do("wangmin", "accept_application", code, **told, **more)
    life.do("sunli", "approve_letter", code, letter_decision="approve", **signed("letter_signature"))
    letter = life.collect("linlan", "transfer-in")[-1].number
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
    sent = life.collect("linlan", "transfer-out")
    notice = "〔2026〕转字0001号"
    read(
        sent,
        (
            f"转递档案通知单{notice}",
            "存根",
            "回执",
            NAME,
            "云溪区人才中心",
            "云溪区干部档案室",
            "机要",
            "F-009",
            "赵磊、吴刚",
        ),
        ("档案材料目录清单", notice, "第一联", "第二联", "干部履历表", "高等学校毕业生登记表", "共 1 卷 3 份 4 页"),
    )
    came = {"received": "well", "channel": "confidential", "scan_notice": f"JLT1:{notice}:{number}"}
    life.do("zhaolei", "receive_pack", code, **came, seal_whole="true", **signed("witness", "zhouping"))
    told = {f"{what}_{side}": n for what, n in COUNTED.items() for side in ("told", "in")}
    life.do("zhaolei", "count_pack", code, **told)
    life.do("zhaolei", "send_receipt", code, stamped="true", receipt_way="机要退回")
    life.do("sunli", "audit", code, audit_result="good")
    life.do("zhaolei", "register_dossier", code, id_no_again=ID_NO, volumes="1")
    new = dossier(life, 2).dossier_no
    life.do("zhengyun", "shelve", code, scan_label=new, scan_position="K02-01-01-A-1-01")
    read(
        life.collect("linlan", "transfer-in"),
        ("调档函〔2026〕调字0001号", "商调函", NAME, ID_NO, "云溪区干部档案室", "存根", "严禁本人自带"),
        ("转递档案回执", notice, NAME, "1 卷 3 份", "经核对无误", "赵磊"),
    )
    assert life.collect("linlan", "transfer-out")
    life.look(life.open("linlan", "/dossiers/2"), "dossier-second")
    life.look(life.open("linlan", "/dossiers/1"), "dossier-first")
    expect(life.open("linlan", "/dossiers/2").locator("#images")).to_contain_text(life.walk.say("3 / 3", "3 of 3"))
    printed(life, number, new)
    # of a cadre's dossier that arrived its special audit, of the first day its close: other matters
    assert life.waiting() == ["first_review", "sign_first"]


def printed(life: Life, number: str, new: str) -> None:
    """The chain of custody through both offices, on paper: every move begins where the one before ended."""
    page = life.open("linlan", "/dossiers/2/custody")
    life.look(page, "custody")
    expect(page.locator(".whole .badge.ok")).to_be_visible()
    moves = page.locator(".chain tbody tr:not(.under)").evaluate_all(
        "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    assert [int(row[0]) for row in moves] == list(range(1, len(moves) + 1))
    assert len(moves) == 16
    assert all(after[2] == before[3] for before, after in pairwise(moves))
    assert page.locator(".chain .under").all_inner_texts() == [
        life.walk.say(f"编号 {each}", f"Under number {each}") for each in (PACK, number, new)
    ]
    content = page.pdf(prefer_css_page_size=True)
    (life.folder / "custody.pdf").write_bytes(content)
    sheets = pypdfium2.PdfDocument(content)
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
    assert sheets[0].get_size()[0] > sheets[0].get_size()[1], "landscape"
    assert all(part in text for part in (NAME, number, new, "2026-07-01", "2026-08-05"))
    sheets[0].render(scale=2).to_pil().save(life.walk.pictures / f"walk-life-custody-{life.walk.lap}.pdf.png")
