"""What the writing on a page suggests: name, class and date, and nothing rather than something wrong."""

from datetime import date

import pytest

from archive.materials import suggestions
from archive.materials.suggestions import Suggestion

TODAY = date(2026, 7, 1)


def page(*lines, sure=0.99):
    """Lines below each other; a line is a text, or (text, height in thousandths)."""
    told, top = [], 60
    for line in lines:
        text, height = line if isinstance(line, tuple) else (line, 20)
        told.append([text, sure, [100, top, 100 + height * len(text), top + height]])
        top += height + 12
    return told


def suggested(*pages) -> Suggestion:
    return suggestions.of(pages, TODAY)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("干部履历表", "1"),
        ("个人简历表", "1"),
        ("自传", "2"),
        ("思想汇报材料", "2"),
        ("2018年度考核登记表", "3"),
        ("干部鉴定表", "3"),
        ("高中毕业生学籍表", "4-1"),
        ("普通高等学校毕业生登记表", "4-1"),
        ("学士学位证书", "4-1"),
        ("专业技术职务任职资格评审表", "4-2"),
        ("科研成果登记表", "4-3"),
        ("干部培训登记表", "4-4"),
        ("政治审查结论", "5"),
        ("入党志愿书", "6"),
        ("入团志愿书", "6"),
        ("先进工作者审批表", "7"),
        ("关于给予警告处分的决定", "8"),
        ("工资变动审批表", "9-1"),
        ("干部任免审批表", "9-2"),
        ("因公出国审批表", "9-3"),
        ("代表登记表", "9-4"),
        ("就业报到证", "10"),
    ],
)
def test_a_title_gives_the_name_and_the_name_the_class(title, code):
    found = suggested(page((title, 40), "姓名张伟性别男", "籍贯山东济南"))
    assert (found.name, found.code) == (title, code)


def test_a_title_of_no_known_class_gives_only_the_name():
    assert suggested(page(("情况说明材料", 40))) == Suggestion("情况说明材料", "", "")


def test_the_largest_of_several_titles_is_the_name():
    assert suggested(page("附件登记表", ("干部履历表", 44), "填表说明书")).name == "干部履历表"


def test_of_equals_the_first_is_the_name():
    assert suggested(page(("干部履历表", 40), ("奖惩登记表", 39))).name == "干部履历表"


def test_a_title_over_two_lines_is_one_name():
    assert (
        suggested(page(("中国共产主义青年团", 38), ("入团志愿书", 40), "姓名")).name == "中国共产主义青年团入团志愿书"
    )


@pytest.mark.parametrize(
    "above", [("单位:济南市", 40), ("编号20180701", 40), ("中共济南市委", 20), ("济南市人事局。", 40), ("学籍卡", 40)]
)
def test_what_stands_above_a_title_and_is_no_half_of_it_is_left_out(above):
    found = suggested(page(above, ("入党志愿书", 40)))
    assert found.name in ("入党志愿书", "学籍卡")
    assert above[0] == "学籍卡" or found.name == "入党志愿书"


def test_signs_and_blanks_around_a_title_are_none_of_it():
    assert suggested(page(("《 干 部 履 历 表 》", 40))).name == "干部履历表"


def test_a_copy_may_say_so():
    assert suggested(page(("毕业证书（复印件）", 40))).name == "毕业证书(复印件)"


def test_the_foot_of_a_page_is_no_title():
    assert suggested(page(*["正文"] * 18, ("年度考核登记表", 60))).name == ""


@pytest.mark.parametrize("lines", [(), ("正文", "更多正文"), ("我于去年七月到校学习",)])
def test_a_page_that_names_no_paper_suggests_no_name(lines):
    assert suggested(page(*lines)) == Suggestion()


def test_no_page_suggests_nothing():
    assert suggested() == Suggestion()


def test_what_was_read_unsurely_suggests_nothing():
    assert suggested(page(("干部履历表", 40), "1998年7月1日", sure=0.6)) == Suggestion()


@pytest.mark.parametrize(
    ("written", "formed"),
    [
        ("1998年7月1日", "1998-07-01"),
        ("１９９８年７月１日", "1998-07-01"),
        ("1998 年 7 月 1 日", "1998-07-01"),
        ("填表日期:1998年07月", "1998-07"),
        ("1998年度", "1998"),
        ("1998.7.1", "1998-07-01"),
        ("1998-07", "1998-07"),
        ("1998/12/31", "1998-12-31"),
        ("一九九八年七月一日", "1998-07-01"),
        ("二〇〇五年十二月三十一日", "2005-12-31"),
        ("二○○五年十月二十日", "2005-10-20"),
        ("二零一八年", "2018"),
        ("一九五六年十一月", "1956-11"),
        ("1956年至1960年", "1960"),
        ("1998年2月30日", ""),
        ("编号19980701", ""),
        ("电话1998-071234", ""),
        ("3998年7月", ""),
        ("1998.13.1", ""),
        ("出生年月1960年3月", ""),
        ("参加工作1980年7月", ""),
        ("入党时间1985年7月1日", ""),
        ("有效期2008.1.1-2018.1.1", ""),
        ("国家教委1990年8月印制", ""),
        ("2031年7月1日", ""),
        ("七月一日", ""),
    ],
)
def test_a_date_is_read_as_it_is_written_or_not_at_all(written, formed):
    assert suggested(page(written)).formed == formed


def test_the_last_date_of_the_last_page_that_has_one_is_the_date():
    pages = (page("1990年9月", "1998年6月1日"), page("同意", "1998年6月20日", "1998年7月1日"), page("正文"))
    assert suggested(*pages).formed == "1998-07-01"


def test_a_date_still_to_come_is_passed_over_for_one_before():
    assert suggested(page("1998年7月1日", "2027年1月1日")).formed == "1998-07-01"


def test_name_class_and_date_come_together():
    found = suggested(page(("干部履历表", 44), "出生年月1960年3月"), page("填表日期一九九八年七月一日"))
    assert found == Suggestion("干部履历表", "1", "1998-07-01")
