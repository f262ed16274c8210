"""flask packs import FILE."""

import json

import pytest

from tests.processes.receiving import Receiving
from tests.standing import standing

LIST = "运单号,姓名\n1012345678901,李明\n,无单号\n1012345678903,王芳\n"


@pytest.fixture
def run(app, clock):
    standing(Receiving, app.office)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["packs", "import", *map(str, arguments)])


@pytest.fixture
def courier_list(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_a_list_is_imported_with_a_reason_for_every_row_left_out(run, courier_list):
    made = run(courier_list, "--json", "--by", "wang")

    assert made.exit_code == 0, made.output
    told = json.loads(made.output)
    assert (told["rows"], told["accepted"], told["rejected"], told["waiting"]) == (3, 2, 1, 0)
    assert told["reasons"] == [{"row": 3, "reason": "Row 3: the column “运单号” is empty."}]


def test_the_same_list_again_brings_nothing_new(run, courier_list):
    run(courier_list)
    again = run(courier_list)

    assert "3 rows, 0 accepted, 3 rejected, 0 waiting" in again.output


def test_a_list_can_be_left_to_the_workers(run, courier_list):
    assert "2 waiting" in run(courier_list, "--queue").output


def test_a_file_that_is_no_list_is_refused_in_one_sentence(run, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04")
    refused = run(tmp_path / "x.xlsx")

    assert refused.exit_code == 1
    assert "is damaged or is not an Excel workbook" in refused.output


def test_an_unknown_importer_is_refused(run, courier_list):
    refused = run(courier_list, "--by", "nobody")

    assert refused.exit_code == 1
    assert "--by" in refused.output
