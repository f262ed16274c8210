"""A page image is read for what it is, whatever its name says, and a file made to harm is refused before it can."""

import hashlib
import io
import struct
import zlib
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from archive.images import demands, pictures, readings
from tests.archive.images import drawn
from workflow.errors import Invalid

GOOD = drawn.saved(drawn.page())


@pytest.fixture
def read(tmp_path):
    """Reads these bytes as a file of this name."""
    return lambda content, name="0001.jpg": readings.read(drawn.written(tmp_path, content, name))


@pytest.fixture
def seen(tmp_path):
    """Looks at a picture saved as JPEG, in this process: quicker, and the same code."""
    return lambda image, **options: pictures.seen(drawn.written(tmp_path, drawn.saved(image, **options)), "0001.jpg")


def is_blurred(page):
    """Whether the demands of the rules find it out of focus."""
    raw = readings.Reading(**{**asdict(page), "bytes": 1, "sha256": ""})
    found = demands.judge(raw, demands.ImageKind.RAW, demands.Demands(), "0001.jpg")
    return demands.Rule.BLUR in {each.rule for each in found}


def png(width: int, height: int, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG of nothing but zeros, made without holding it: a bomb when it is large."""
    row = (width * bits * {0: 1, 2: 3}[colour] + 7) // 8 + 1
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(row)) for _ in range(height)) + packed.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    parts = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_page_is_read_for_what_it_is(read):
    page = read(GOOD)

    assert (page.format, page.dpi_x, page.dpi_y, page.depth) == ("JPEG", 300, 300, 24)
    assert (page.width, page.height, page.bytes) == (drawn.WIDTH, drawn.HEIGHT, len(GOOD))
    assert page.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert (page.blank, is_blurred(page), page.border, page.turned) == (False, False, 0, 1)
    assert abs(page.skew) <= 0.3


@pytest.mark.parametrize("degrees", [-10, -7.3, -3, -1, -0.4, 0, 0.7, 2, 4.5, 8.8, 10])
@pytest.mark.parametrize("lines", [4, 26])
def test_the_skew_is_told_within_a_third_of_a_degree(seen, degrees, lines):
    assert abs(seen(drawn.turned(drawn.page(lines), degrees)).skew - degrees) <= 0.3


@pytest.mark.parametrize("image", [drawn.noise(), drawn.noise(strength=90)])
def test_of_noise_no_skew_is_told(seen, image):
    assert seen(image).skew is None


@pytest.mark.parametrize("image", [drawn.page(0), drawn.dusty(), drawn.dusty(30)])
def test_an_empty_page_is_blank_also_with_dust_on_it(seen, image):
    page = seen(image)

    assert page.blank
    assert page.skew is None
    assert not is_blurred(page)


@pytest.mark.parametrize("lines", [1, 2, 26])
def test_a_page_with_one_line_is_not_blank(seen, lines):
    assert not seen(drawn.page(lines)).blank


@pytest.mark.parametrize("radius", [2.5, 4])
def test_a_page_out_of_focus_is_blurred(seen, radius):
    assert is_blurred(seen(drawn.blurred(drawn.page(), radius)))


@pytest.mark.parametrize("quality", [40, 75, 95])
@pytest.mark.parametrize("degrees", [0, 3])
def test_a_sharp_page_is_not_blurred_however_it_is_packed(seen, quality, degrees):
    assert not is_blurred(seen(drawn.turned(drawn.page(), degrees), quality=quality))


@pytest.mark.parametrize("width", [0, 20, 62])
def test_a_black_border_is_measured(seen, width):
    page = seen(drawn.bordered(drawn.page(), width))

    assert abs(page.border - width / drawn.WIDTH) < 0.01
    assert abs(page.skew) <= 0.3


def test_a_black_border_does_not_hide_the_skew(seen):
    assert abs(seen(drawn.bordered(drawn.turned(drawn.page(), 4), 30)).skew - 4) <= 0.3


KINDS = [
    ("JPEG", "RGB", 24), ("JPEG", "L", 8), ("JPEG", "CMYK", 32),
    ("PNG", "RGB", 24), ("PNG", "1", 1), ("PNG", "P", 8), ("PNG", "RGBA", 32), ("PNG", "LA", 16), ("PNG", "I;16", 16),
    ("TIFF", "RGB", 24), ("TIFF", "1", 1), ("TIFF", "L", 8), ("TIFF", "CMYK", 32), ("TIFF", "F", 32),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode", "depth"), KINDS)
def test_the_colours_of_any_kind_are_told_and_the_page_on_it_is_seen(tmp_path, kind, mode, depth):
    grey = drawn.page().convert("L")
    image = Image.fromarray(np.asarray(grey, dtype=np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    page = pictures.seen(drawn.written(tmp_path, drawn.saved(image, kind)), "page")

    assert (page.format, page.depth, page.dpi_x) == (kind, depth, 300)
    assert not page.blank
    assert abs(page.skew) <= 0.3


@pytest.mark.parametrize("name", ["0001.jpg", "0001.png", "noname", "页一.TXT"])
def test_the_content_tells_the_format_and_not_the_name(read, name):
    assert read(drawn.saved(drawn.page(), "TIFF"), name).format == "TIFF"


OTHERS = [
    *(drawn.saved(drawn.page(), kind) for kind in ("GIF", "BMP", "WEBP", "PDF", "PPM")),
    b"%PDF-1.7", b"PK\x03\x04" + bytes(40), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0" * 50, b"x", b"\xff\xd8\xff",
]  # fmt: skip


@pytest.mark.parametrize("content", OTHERS, ids=[each[:6].hex() for each in OTHERS])
def test_another_kind_of_file_is_refused_by_name(read, content):
    with pytest.raises(Invalid, match=r"0001\.jpg is not a JPEG, PNG or TIFF image"):
        read(content)


def test_an_empty_file_is_refused_by_name(read):
    with pytest.raises(Invalid, match=r"The file 0001\.jpg is empty"):
        read(b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_an_image_cut_off_anywhere_is_refused(tmp_path, kind, share):
    whole = drawn.saved(drawn.page(), kind)
    path = drawn.written(tmp_path, whole[: int(len(whole) * share)])

    with pytest.raises(Invalid, match=r"page 7 (is cut off or damaged|is not a JPEG)"):
        pictures.seen(path, "page 7")


def test_no_spoilt_byte_brings_more_than_a_refusal(tmp_path):
    chance = np.random.default_rng(1)
    for kind in ("JPEG", "PNG", "TIFF"):
        whole = drawn.saved(drawn.page(6, (200, 280)), kind)
        for _ in range(40):
            spoilt = bytearray(whole)
            for place in chance.integers(0, len(whole), 3):
                spoilt[min(place, 400) if chance.random() < 0.6 else place] = chance.integers(256)
            try:
                pictures.seen(drawn.written(tmp_path, bytes(spoilt)), "page 7")
            except Invalid as refused:
                assert "page 7" in str(refused)


BOMBS = {
    "169 million points": png(13_000, 13_000, 1),
    "a strip": png(40_000, 10, 1),
    "900 million": png(30_000, 30_000, 1),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_is_decoded(read, bomb):
    with pytest.raises(Invalid, match=r"0001\.jpg has more than 60 million points"):
        read(BOMBS[bomb])


def test_what_takes_too_much_memory_is_refused_and_the_next_page_is_read(tmp_path):
    small = readings.Confined(pictures.__name__, "prepare", memory=20 * 1024 * 1024)
    try:
        with pytest.raises(readings.Overstepped):
            small.call("examine", str(drawn.written(tmp_path, png(5_000, 5_000, 8, 2))), "big")
        assert b"JPEG" in small.call("examine", str(drawn.written(tmp_path, GOOD)), "good")
    finally:
        small.close()


def test_the_largest_page_that_is_read_stays_within_the_memory_of_the_child(read):
    assert read(png(7_700, 7_700, 8, 2)).blank  # 59 million points in colour: twice A4 at 600 dpi


def test_a_file_with_several_pictures_is_no_page(read):
    out = io.BytesIO()
    drawn.page().save(out, "TIFF", save_all=True, append_images=[drawn.page(3)])

    with pytest.raises(Invalid, match="more than one picture"):
        read(out.getvalue())


def test_a_mark_of_orientation_is_told_and_the_page_measured_as_it_is_shown(seen):
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6
    stored = drawn.turned(drawn.page(), 3).transpose(Image.Transpose.ROTATE_90)
    page = seen(stored, exif=exif)

    assert page.turned == 6
    assert (page.width, page.height) == (drawn.HEIGHT, drawn.WIDTH)  # as stored
    assert abs(page.skew - 3) <= 0.3


@pytest.mark.parametrize("said", [0, 9, 400])
def test_a_senseless_mark_of_orientation_says_nothing(seen, said):
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = said
    assert seen(drawn.page(3), exif=exif).turned == 1


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(30)]
)
def test_damaged_exif_does_not_stop_a_reading(read, exif):
    page = read(drawn.saved(drawn.page(3), exif=exif))
    assert (page.turned, page.dpi_x) == (1, 300)


@pytest.mark.parametrize("said", [(0, 0), (65_535, 1)])
def test_a_resolution_is_told_as_the_file_says_it(seen, said):
    page = seen(drawn.page(3), dpi=said)
    assert (page.dpi_x, page.dpi_y) == said


def test_an_image_that_says_no_resolution_has_none(tmp_path):
    out = io.BytesIO()
    drawn.page(3).save(out, "PNG")
    page = pictures.seen(drawn.written(tmp_path, out.getvalue()), "page")

    assert (page.dpi_x, page.dpi_y) == (0, 0)


def test_nothing_of_the_file_is_said_but_its_name(read):
    with pytest.raises(Invalid) as refused:
        read(b"GIF89a secret text", "张伟/0001.jpg")

    assert set(refused.value.sentence.facts) == {"name"}
