import pytest

from archive import units
from archive.rosters import Outcome
from archive.units import Unit
from workflow.errors import Invalid

CODE = "91110000600037341L"


def add(session, **facts):
    return units.save(session, {"code": "U1", "name": "云溪大学"} | facts, "anna")


def test_a_unit_is_added_once_and_then_brought_up_to_date(session, clock):
    assert add(session) is Outcome.ADDED
    assert add(session) is Outcome.SAME
    assert add(session, address="学府路 1 号") is Outcome.CHANGED
    assert session.get_one(Unit, "U1").address == "学府路 1 号"


@pytest.mark.parametrize("asked", ["云溪", "大学", "yunxi", "yxdx", "yunxidaxue", "U1", "u1", CODE.lower()])
def test_units_are_found_by_name_sound_and_code(session, clock, asked):
    add(session, credit_code=CODE)
    assert [unit.code for unit in units.find(session, asked)] == ["U1"]


@pytest.mark.parametrize("asked", ["", "  ", "%", "学云", "zzz"])
def test_what_fits_nothing_finds_nothing(session, clock, asked):
    add(session)
    assert units.find(session, asked) == []


def test_a_unit_out_of_use_is_not_offered(session, clock):
    add(session)
    session.get_one(Unit, "U1").active = False
    assert units.find(session, "云溪") == []


@pytest.mark.parametrize(
    ("field", "facts"), [("code", {"code": ""}), ("name", {"name": " "}), ("credit_code", {"credit_code": "123"})]
)
def test_what_is_wrong_is_said_beside_its_field(session, clock, field, facts):
    with pytest.raises(Invalid) as refused:
        add(session, **facts)
    assert list(refused.value.problems) == [field]


def test_a_credit_code_belongs_to_one_unit(session, clock):
    add(session, credit_code=CODE)
    with pytest.raises(Invalid, match="belongs to 云溪大学 already"):
        add(session, code="U2", credit_code=CODE)


def test_an_imported_list_has_one_result_for_each_row(session, clock):
    add(session)
    rows = [
        (2, {"code": "U1", "name": "云溪大学"}),
        (3, {"code": "U2", "name": "南岭学院"}),
        (4, {"code": "", "name": "无名"}),
        (5, {"code": "U3", "name": "x", "credit_code": "1"}),
    ]

    results = units.import_rows(session, rows, "anna")

    assert [(told.row, told.outcome) for told in results] == [
        (2, Outcome.SAME),
        (3, Outcome.ADDED),
        (4, Outcome.REFUSED),
        (5, Outcome.REFUSED),
    ]
    assert str(results[2].problem) == "A unit needs a code."
    assert "18 characters" in str(results[3].problem)
    assert session.get(Unit, "U3") is None


def test_a_file_may_order_its_columns_as_it_likes(session, clock):
    content = (
        "单位名称,备注, 单位 编号 ,统一社会信用代码\n云溪大学,x,u1,91110000600037341l\n,,,\n南岭学院,,U2,\n".encode(
            "gb18030"
        )
    )

    results = units.import_file(session, content, "units.csv", "anna")

    assert [(told.row, told.outcome) for told in results] == [(2, Outcome.ADDED), (4, Outcome.ADDED)]
    assert session.get_one(Unit, "U1").credit_code == CODE


@pytest.mark.parametrize("content", ["单位名称,地址\nx,y\n".encode(), b"\n\n,,\n x \n"])
def test_a_file_without_the_needed_columns_is_refused_by_name(session, clock, content):
    with pytest.raises(Invalid, match="units.csv lacks the column 单位编号"):
        units.import_file(session, content, "units.csv", "anna")
