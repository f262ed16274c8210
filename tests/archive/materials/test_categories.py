from datetime import date

import pytest

from archive.materials import categories
from archive.materials.categories import HEADINGS, LEAVES, NAMES, ORDERING, Ordering

BEFORE, SINCE = date(2018, 11, 19), date(2018, 11, 20)


def test_there_are_sixteen_leaves_of_ten_classes():
    assert len(LEAVES) == 16
    assert [code for code in NAMES if "-" not in code] == [str(number) for number in range(1, 11)]
    assert set(NAMES) == {*LEAVES, *HEADINGS}


def test_every_leaf_below_a_heading_is_named_by_it():
    assert {leaf for leaves in HEADINGS.values() for leaf in leaves} == {code for code in LEAVES if "-" in code}


@pytest.mark.parametrize("code", NAMES)
def test_a_class_has_a_name_of_each_time(code):
    assert categories.name(code) == categories.name(code, SINCE) == NAMES[code][0]
    assert categories.name(code, BEFORE) == NAMES[code][1]


def test_codes_stand_in_the_order_of_the_catalogue():
    assert sorted(set(LEAVES), key=categories.position) == list(LEAVES)
    assert categories.position("10") == 15


def test_nothing_hangs_on_a_heading():
    with pytest.raises(KeyError):
        categories.position("4")


def test_a_heading_line_counts_classes_in_chinese():
    assert categories.heading("4-1") == "四-1 学历学位"
    assert categories.heading("10") == "十 其他可供组织参考"


def test_two_classes_are_ordered_by_importance_one_by_relation_the_rest_by_time():
    assert [code for code in LEAVES if ORDERING[code] is not Ordering.TIME] == ["5", "6", "8"]


@pytest.mark.parametrize(
    ("name", "before", "since"),
    [
        ("任期经济责任审计结果报告", "3", "5"),
        ("入伍登记表", "1", "9-2"),
        ("全国统一招工登记表", "1", "9-2"),
        ("干部培训鉴定表", "3", "4-4"),
    ],
)
def test_a_few_materials_moved_with_the_rules_of_2018(name, before, since):
    assert categories.suggested(name, BEFORE) == before
    assert categories.suggested(name, SINCE) == since
    assert categories.suggested(name) == since


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("干部履历表", "1"),
        ("自传", "2"),
        ("2019年度考核登记表", "3"),
        ("高中毕业生学籍表", "4-1"),
        ("硕士学位授予决定", "4-1"),
        ("专业技术职务任职资格评审表", "4-2"),
        ("论文目录", "4-3"),
        ("党校培训学员登记表", "4-4"),
        ("任前审核登记表", "5"),
        ("中国共产党入党志愿书", "6"),
        ("三好学生奖励登记表", "7"),
        ("党纪处分决定", "8"),
        ("工资变动审批表", "9-1"),
        ("干部任免审批表", "9-2"),
        ("因公出国审批表", "9-3"),
        ("党代表大会代表登记表", "9-4"),
        ("毕业生就业报到证", "10"),
        ("奇怪的纸", None),
    ],
)
def test_a_material_s_name_suggests_its_class(name, code):
    assert categories.suggested(name) == code


def test_importance_goes_from_approval_to_proof():
    names = ["处分决定", "审查结论", "本人意见", "调查报告", "证明材料"]
    assert [categories.rank("8", name) for name in names] == [0, 1, 2, 3, 4]
    assert categories.rank("8", "其他") is None


def test_relation_goes_from_the_form_to_full_membership():
    names = ["入党志愿书", "入党申请书", "转正申请书", "党员登记表"]
    assert [categories.rank("6", name) for name in names] == [0, 1, 2, 3]


def test_where_time_orders_a_name_says_nothing():
    assert categories.rank("1", "批复") is None
