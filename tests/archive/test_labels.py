"""Shelf labels are PDFs whose barcodes a scanner reads back."""

import pypdfium2
import pytest
import zxingcpp

from archive import labels
from archive.labels import Label
from workflow.errors import Invalid

NUMBERS = [f"YX2026{number:05d}" for number in range(1, 31)]


def read_back(pdf: bytes) -> list[list[str]]:
    """The Code 128 texts of each page."""
    pages = []
    for page in pypdfium2.PdfDocument(pdf):
        image = page.render(scale=4).to_pil()
        pages.append(
            sorted(found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128))
        )
    return pages


@pytest.mark.parametrize("code", ["YX202600001", "K01-03-12-B-4-07", "A", "Z" * 22])
def test_a_scanner_reads_what_a_label_says(code):
    assert read_back(labels.single(Label(code, "李明"))) == [[code]]


def test_a_sheet_holds_twenty_four_labels_and_then_begins_another():
    pages = read_back(labels.sheet([Label(number, "欧阳䶮", "K01-01-01-A-1-01") for number in NUMBERS]))

    assert pages == [NUMBERS[:24], NUMBERS[24:]]


def test_the_name_can_be_read_on_the_label():
    page = pypdfium2.PdfDocument(labels.single(Label("YX202600001", "李明", "K01-01-01-A-1-01")))[0]
    text = page.get_textpage().get_text_bounded()

    assert "李明" in text
    assert "YX202600001" in text
    assert "K01-01-01-A-1-01" in text


def test_a_very_long_name_stays_on_its_label():
    page = pypdfium2.PdfDocument(labels.single(Label("YX202600001", "阿卜杜拉·买买提艾力·" * 4)))[0]
    boxes = [each.get_bounds() for each in page.get_objects() if each.type == 1]

    assert all(left >= 0 and right <= labels.WIDTH + 0.5 for left, _, right, _ in boxes)


def test_a_position_and_a_dossier_have_different_barcodes():
    assert read_back(labels.single(labels.of_position("K01-01-01-A-1-01"))) == [["K01-01-01-A-1-01"]]


def test_nothing_and_far_too_much_are_refused():
    with pytest.raises(Invalid, match="nothing"):
        labels.sheet([])
    with pytest.raises(Invalid, match="1000"):
        labels.sheet([Label("A", "")] * 1001)
