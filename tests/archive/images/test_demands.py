"""What is wanting in an image is said by file, page and rule; the demands are the office's."""

from dataclasses import replace
from datetime import date

import pytest

from archive import parameters
from archive.images import demands
from archive.images.demands import Demands, ImageKind, Rule
from archive.images.readings import Reading

RAW, OPTIMISED = ImageKind.RAW, ImageKind.OPTIMISED
GOOD = Reading(
    format="JPEG", dpi_x=300, dpi_y=300, depth=24, colours="RGB", width=2480, height=3508, turned=1, skew=0.2,
    sharpness=0.8, blank=False, border=0.0, bytes=400_000, sha256="0" * 64,
)  # fmt: skip

WANTING = [
    (RAW, {"format": "PNG"}, Rule.FORMAT, "0007.jpg is a PNG image; JPEG is asked for."),
    (RAW, {"dpi_y": 200}, Rule.DPI, "0007.jpg has 200 dpi; at least 300 are asked for."),
    (RAW, {"dpi_x": 0, "dpi_y": 0}, Rule.DPI, "0007.jpg has 0 dpi; at least 300 are asked for."),
    (RAW, {"depth": 8}, Rule.DEPTH, "0007.jpg has 8 bits of colour; 24 are asked for."),
    (RAW, {"turned": 6}, Rule.TURNED, "0007.jpg stands upright only by a mark in the file; turn the picture itself."),
    (OPTIMISED, {"sharpness": 0.1}, Rule.BLUR, "0007.jpg is out of focus."),
    (OPTIMISED, {"blank": True, "sharpness": None}, Rule.BLANK, "0007.jpg shows nothing: is this page empty?"),
    (OPTIMISED, {"skew": -3.44}, Rule.SKEW, "0007.jpg lies askew by -3.4°; at most 1° are allowed."),
    (OPTIMISED, {"border": 0.06}, Rule.BORDER, "0007.jpg has a black border of 6 % of the side; at most 2 % are allowed."),
    (OPTIMISED, {"bytes": 3 * 1024**2}, Rule.SIZE, "0007.jpg has 3072 KB; at most 2048 are allowed for reading."),
]  # fmt: skip


@pytest.mark.parametrize("kind", ImageKind)
def test_nothing_is_wanting_in_a_good_image(kind):
    assert demands.judge(GOOD, kind, Demands(), "0007.jpg", 7) == []


@pytest.mark.parametrize(("kind", "spoilt", "rule", "said"), WANTING)
def test_what_is_wanting_is_said_with_file_and_page(kind, spoilt, rule, said):
    (found,) = demands.judge(replace(GOOD, **spoilt), kind, Demands(), "0007.jpg", 7)

    assert (found.rule, found.page, found.name, str(found.said)) == (rule, 7, "0007.jpg", said)
    assert found.grave is (rule is not Rule.BLANK)


def test_every_rule_has_its_case():
    assert {rule for _, _, rule, _ in WANTING} == set(Rule) == set(demands.SENTENCES)


@pytest.mark.parametrize("spoilt", [{"skew": 6.0}, {"border": 0.2}, {"bytes": 9 * 1024**2}])
def test_the_raw_set_keeps_what_the_scanner_saw(spoilt):
    assert demands.judge(replace(GOOD, **spoilt), RAW, Demands(), "0007.jpg") == []


@pytest.mark.parametrize("spoilt", [{"dpi_x": 150, "dpi_y": 150}, {"depth": 8}])
def test_an_image_for_reading_may_be_smaller(spoilt):
    assert demands.judge(replace(GOOD, **spoilt), OPTIMISED, Demands(), "0007.jpg") == []


def test_all_that_is_wanting_is_said_at_once():
    spoilt = replace(GOOD, format="TIFF", dpi_x=100, depth=1, sharpness=0.05)
    found = demands.judge(spoilt, RAW, Demands(), "0007.jpg")

    assert [each.rule for each in found] == [Rule.FORMAT, Rule.BLUR, Rule.DPI, Rule.DEPTH]


def test_without_a_change_the_demands_are_those_of_the_standard(session, clock):
    assert demands.of(session) == Demands()


@pytest.mark.parametrize(("least", "rules"), [(20, []), (21, [Rule.BLUR])])
def test_the_office_says_how_sharp_writing_must_be(session, clock, least, rules):
    parameters.change(session, "scan_sharpness", least, date(2026, 7, 1), "anna", "contract 12")
    found = demands.judge(replace(GOOD, sharpness=0.2), RAW, demands.of(session), "0007.jpg")
    assert [each.rule for each in found] == rules


def test_the_office_changes_its_demands_from_a_day_on(session, clock):
    parameters.change(session, "scan_skew", 3, date(2026, 8, 1), "anna", "contract 12")
    parameters.change(session, "scan_formats", "JPEG TIFF", date(2026, 8, 1), "anna")

    assert demands.of(session).skew == 1
    assert demands.of(session, date(2026, 8, 1)) == Demands(formats=("JPEG", "TIFF"), skew=3)
