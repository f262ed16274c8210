"""The papers of Annex D that the dossier's life issues: of each its template, its series, its parts, and the test that
lets its process fill it and reads the result. docs/documents.md is made of this (`make docs`)."""

from dataclasses import dataclass

from archive.documents import KINDS
from archive.numbers import SERIES
from tests.msgids import ROOT

PAGE = ROOT / "docs" / "documents.md"
INTRODUCTION = """# Papers: from Annex D to the template to the test

Each paper is a Word template, `archive/templates/<template>.docx`. An office changes it in Word and puts its own into the data
folder, `templates/<template>.docx`, which then stands; what may be filled in is what the shipped one names in `{{ }}`. A paper is
filled in by its process, numbered at issue without gaps, kept with the hash of its file and of its template, and opened from the
page of its case. Made by `make docs` from `tests/archive/annex_d.py`; `tests/archive/test_annex_d.py` keeps it true.

| Annex D | Template | Number | Parts | Filled in and read by |
|-|-|-|-|-|"""


@dataclass(frozen=True)
class Paper:
    """One paper: its name in Annex D, its kind (a key of KINDS), the words its parts are known by (a word as often as
    there are parts), the scenario test (without `tests/processes/`)."""

    name: str
    kind: str
    test: str
    parts: tuple[str, ...] = ()


TWO = ("第一联", "第二联")
CADRE_IN = "test_transfer_in.py::test_a_cadre_s_dossier_is_received_by_two_audited_and_shelved"
OUT = "test_transfer_out.py::test_a_dossier_leaves_and_its_receipt_comes_back"
LENT = "test_reading.py::test_a_dossier_is_asked_for_approved_lent_and_comes_back_to_its_place"
BACK = "test_receipt_exceptions.py::test_a_return_has_a_letter_and_a_register_of_one_number"
GOOD = "test_acceptance.py::test_a_good_batch_is_accepted_and_what_is_to_be_paid_stands"
PAPERS = (
    Paper("调档函 / 商调函", "recall_letter", CADRE_IN, ("存根", "贴于档案袋封面", "{{ qr }}")),
    Paper("转递通知单", "transfer_notice", OUT, ("存根", "回执", "{{ qr }}")),
    Paper("转递通知单：回执", "transfer_receipt", CADRE_IN),
    Paper("材料目录清单", "transfer_list", OUT, TWO),
    Paper(
        "移交清单",
        "transfer_batch",
        "test_transfer_batch.py::test_both_sides_count_and_single_ones_fall_out_without_stopping_the_rest",
        TWO,
    ),
    Paper(
        "缺失材料告知书、承诺书",
        "missing",
        "test_receipt_exceptions.py::test_missing_material_is_told_and_undertaken_but_never_refused",
        ("一式两份", "承 诺 书"),
    ),
    Paper("退件登记", "return_register", BACK),
    Paper("退回函", "return_letter", BACK),
    Paper("查（借）阅审批表", "reading_approval", LENT),
    Paper("借出登记", "loan_slip", LENT),
    Paper("复制件登记", "copy_register", "test_reading.py::test_read_in_the_room_with_copies_stamped_and_put_back"),
    Paper(
        "专项审核认定表",
        "audit_form",
        "test_special_audit.py::test_a_doubt_is_supplemented_determined_filed_and_corrected",
    ),
    Paper(
        "任前审核登记表",
        "audit_registration",
        "test_special_audit.py::test_an_audit_before_an_appointment_is_registered_too_and_both_sheets_stand_in_class_5",
    ),
    Paper(
        "档案目录（十大类）",
        "catalogue",
        "test_sorting.py::test_defects_lead_back_with_their_list_and_a_new_catalogue_takes_the_old_one_s_place",
    ),
    Paper(
        "交接单（整理）", "sorting_slip", "test_sorting.py::test_a_dossier_is_sorted_from_the_shelf_to_the_shelf", TWO
    ),
    Paper("交接单（扫描）", "scanning_slip", "test_scanning.py::test_a_batch_goes_out_and_comes_back_in_turns", TWO),
    Paper("验收申请书", "acceptance_application", GOOD),
    Paper(
        "整改意见书",
        "acceptance_notice",
        "test_acceptance.py::test_a_file_changed_on_the_disk_is_found_and_the_whole_batch_reworked",
    ),
    Paper("验收合格通知书（验收单）", "acceptance_certificate", GOOD),
    Paper(
        "验收单（设备、服务）",
        "acceptance_goods",
        "test_acceptance_goods.py::test_equipment_is_accepted_after_its_trial",
    ),
    Paper(
        "请示",
        "reading_petition",
        "test_reading.py::test_a_cadre_of_a_higher_authority_takes_its_answer_whatever_the_checker_clicks",
    ),
    Paper(
        "清点报告",
        "inventory_report",
        "test_inventory.py::test_a_count_finds_what_is_missing_and_its_loss_begins_at_once",
    ),
    Paper(
        "环境月报",
        "climate_month",
        "test_climate.py::test_each_month_the_report_says_what_was_read_what_lacks_and_what_alarmed",
    ),
    Paper(
        "当日接收统计表", "day", "test_day_close.py::test_a_day_in_order_closes_with_two_signatures_and_its_statistics"
    ),
    Paper(
        "存档证明 / 政审证明",
        "certificate",
        "test_certificate.py::test_a_person_gets_a_certificate_of_what_their_dossier_records",
        ("{{ qr }}",),
    ),
    Paper(
        "换岗交接清单",
        "key_handover",
        "test_key_handover.py::test_the_list_is_numbered_signed_by_three_and_opened_from_the_case",
        ("移交人签字", "接交人签字", "监交人签字"),
    ),
)
MARKS = {
    **dict.fromkeys(("recall_letter",), "调字"),
    **dict.fromkeys(("transfer_notice", "transfer_list", "transfer_batch"), "转字"),
    **dict.fromkeys(("missing",), "缺字"),
    **dict.fromkeys(("return_register", "return_letter"), "退字"),
    **dict.fromkeys(("reading_approval",), "查字"),
    **dict.fromkeys(("acceptance_application", "acceptance_notice", "acceptance_certificate"), "验字"),
    **dict.fromkeys(("certificate",), "证字"),
}  # the series Annex D names


def number(kind: str) -> str:
    """How the paper's numbers are written, "" when it bears none of its own."""
    series = KINDS[kind].series
    return SERIES[series].form if series else ""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *map(_line, PAPERS)]) + "\n"


def _line(paper: Paper) -> str:
    parts = "、".join("二维码" if part == "{{ qr }}" else part for part in paper.parts)
    written = number(paper.kind).replace("{year}", "年").replace("{number:04d}", "NNNN")
    return f"| {paper.name} | `{paper.kind}` | {written} | {parts} | `{paper.test}` |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
