"""From login to shelf in a real browser on a real installation: the list, a pack of each path, the day, the papers."""

import io
import os
import re
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import docx
import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Locator, Page, expect

from archive.demo.morning import Parcel
from archive.documents import KINDS
from tests.browser.desk import PATIENCE, Desk
from tests.browser.window import opened
from tests.installation import Installation
from tests.season import browser as plain
from tests.season.browser import WAIT
from tests.season.clerk import Season
from tests.season.day import Shift, figures, receive_unlisted
from tests.season.office import founded, season_at

NUMBERED = ("receipt", "missing", "return_letter", "return_register", "merge", "query", "day")  # papers of receiving
LISTED = int(os.environ.get("JUANLIU_TEST_PACKS", "40"))
WINDOW, REGISTRY, REVIEW, STORE, DIRECTOR = "wangmin", "chenjing", "sunli", "wugang", "linlan"
WITNESS = {REGISTRY: "zhouping"}
DOER = {
    "双人拆封核对": REGISTRY, "联系寄件单位": REGISTRY, "等待对方答复": REGISTRY, "清点材料": REGISTRY,
    "告知与承诺": REGISTRY, "跟踪补材料": REGISTRY, "登记": REGISTRY, "判定重复": REVIEW, "复核": REVIEW,
    "上架入库": STORE, "确认退件": DIRECTOR, "并档审批": DIRECTOR,
}  # fmt: skip
ARRIVAL = ["签收", "外观检查"]
ENTRY = ["清点材料", "登记", "复核", "上架入库", "寄回回执"]
STEPS = [*ARRIVAL, "双人拆封核对", *ENTRY]
PATHS = {
    "normal": ("", STEPS),
    "seal broken": ("E01", [*ARRIVAL, "拟退件", "确认退件", "寄出退件"]),
    "duplicate": ("E09-other", [*ARRIVAL, "双人拆封核对", "等待对方答复", *ENTRY]),
    "missing material": (
        "E07",
        [*ARRIVAL, "双人拆封核对", "清点材料", "告知与承诺", "登记", "复核", "上架入库", "寄回回执", "跟踪补材料"],
    ),
    "wrong identity": ("E09-wrong", [*ARRIVAL, "双人拆封核对", "判定重复", "联系寄件单位", "双人拆封核对", *ENTRY]),
    "merge": ("E09-old", [*ARRIVAL, "双人拆封核对", "判定重复", "并档审批", *ENTRY]),
    "pack without list": ("E14", [*ARRIVAL, "追查名单", "双人拆封核对", *ENTRY]),
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Iterator[Installation]:
    """A running demo office with a morning of LISTED packs."""
    made = founded(tmp_path_factory.mktemp("shelf") / "data", LISTED).start()
    yield made
    made.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def season(installation) -> Iterator[Season]:
    """What the people at the desks know of the morning."""
    with closing(season_at(installation, LISTED)) as made:
        yield made


@dataclass
class Room:
    """The desks: each person signs in once, at a window of their own."""

    chromium: Browser
    season: Season
    met: list[str]
    desks: dict[str, Desk]

    def desk(self, login: str) -> Desk:
        if login not in self.desks:
            page = opened(self.chromium, self.met).new_page()
            self.desks[login] = Desk(page, self.season, login, WITNESS.get(login, "")).sign_in()
        return self.desks[login]


@pytest.fixture(scope="module")
def whole_room(chromium, season) -> Iterator[Room]:
    made = Room(chromium, season, [], {})
    yield made
    for desk in made.desks.values():
        desk.page.context.close()


@pytest.fixture
def room(whole_room, imported) -> Iterator[Room]:
    """The desks after the list came in; no page of theirs may meet an error during the test."""
    yield whole_room
    assert not whole_room.met, "\n".join(["The pages met errors:", *whole_room.met])


@pytest.fixture(scope="module")
def imported(whole_room, installation) -> str:
    """The courier's list, imported through the page: what the page said at the end."""
    return import_list(whole_room.desk(WINDOW), installation.data / "demo" / "courier-list.xlsx")


def import_list(desk: Desk, list_file: Path) -> str:
    """Choose the file, see the preview, confirm, wait for the end; returns what the page says then."""
    page = desk.open("/packs/imports")
    page.locator("#list-file").set_input_files(list_file)
    expect(page.locator("#preview table")).to_be_visible()
    page.get_by_role("button", name=f"导入{LISTED}行").click()
    page.wait_for_url(re.compile(r"/packs/imports/\d+"))
    expect(page.locator("#import")).to_contain_text("导入完成", timeout=90_000)
    return page.locator("#import").inner_text()


def test_the_list_is_imported_and_a_second_time_brings_nothing(room, imported, installation, pictures):
    assert f"{LISTED} 新来件" in imported

    again = import_list(room.desk(WINDOW), installation.data / "demo" / "courier-list.xlsx")

    assert "本清单没有新来件" in again
    room.desk(WINDOW).page.screenshot(path=pictures / "shelf-list-again.png")


@pytest.mark.parametrize("path", PATHS)
def test_a_pack_goes_its_way_to_the_end(room, season, pictures, path):
    trouble, steps = PATHS[path]
    parcel = next(each for each in season.parcels.values() if each.trouble == trouble)
    if not parcel.listed:
        receive(room.desk(WINDOW), parcel)
    for step in steps:
        walk(room, parcel, step, pictures)

    case = closed_case(room.desk(DIRECTOR), parcel)
    case.screenshot(path=pictures / f"shelf-{path.replace(' ', '-')}.png", full_page=True)


def walk(room: Room, parcel: Parcel, step: str, pictures: Path) -> None:
    """One step by whom it belongs to; what review sends back is registered and reviewed once more."""
    picture = None if parcel.trouble else pictures / f"shelf-step-{STEPS.index(step)}.png"
    answers = room.desk(DOER.get(step, WINDOW)).do(parcel, step, picture)
    if answers.get("review") == "back":
        walk(room, parcel, "登记", pictures)
        walk(room, parcel, "复核", pictures)


def closed_case(desk: Desk, parcel: Parcel) -> Page:
    """The page of the parcel's case, reached by its number, once nothing waits any more."""
    for _ in range(PATIENCE):
        desk.scan(parcel.tracking_no)
        if desk.page.locator("main li", has_text="已结束").count():
            desk.page.locator("main li a[href^='/cases/']").click()
            expect(desk.page.locator("[data-diagram][data-drawn]").first).to_be_visible()
            return desk.page
        WAIT(0.3)
    raise AssertionError(f"{parcel} is not at its end: {desk.page.locator('main').inner_text()[:800]}")


def receive(desk: Desk, parcel: Parcel) -> None:
    """Take in a pack that stands at the desk and on no list."""
    page = desk.open("/packs/unlisted/new")
    page.locator("#tracking_no").fill(parcel.tracking_no)
    page.locator("select#channel").select_option("confidential" if parcel.channel == "机要" else "ems")
    page.locator("#sender").fill(parcel.person.school)
    page.locator("#sender_city").fill(parcel.person.school_city)
    page.locator("#name").fill(parcel.person.name)
    page.get_by_role("button", name="接收").click()
    page.wait_for_url(lambda url: "/unlisted" not in url)


@pytest.fixture(scope="module")
def closed_day(whole_room, imported, season) -> str:
    """What is left of the morning is done over HTTP, then the day is closed at the desks; its address."""
    receive_unlisted(season)
    Shift(season).run()
    assert not season.refused, season.refused[:10]
    director = whole_room.desk(DIRECTOR)
    director.open("/days").locator("table a[href^='/days/']").first.click()
    director.page.get_by_role("button", name="立即日结").click()
    path = "/" + director.page.url.split("/", 3)[3]
    sign(whole_room.desk(WINDOW), path, "第一人签字")
    sign(director, path, "第二人签字")
    wait_for(director, path, director.page.locator(".page-head .badge", has_text="已日结"))
    return path


def wait_for(desk: Desk, path: str, wanted: Locator) -> None:
    """Open the page until it shows what the machine prepares."""
    for _ in range(PATIENCE):
        desk.open(path)
        if wanted.count():
            return
        WAIT(0.3)
    raise AssertionError(f"{path} does not show it: {desk.page.locator('main').inner_text()[:600]}")


def sign(desk: Desk, day: str, name: str) -> None:
    """Go from the day's page to the task that waits, claim it and sign with the password."""
    link = desk.page.locator("main .notice a", has_text=name)
    wait_for(desk, day, link)
    link.click()
    desk.page.locator("[data-act=claim]").click()
    expect(desk.page.locator("#task-form")).to_be_visible()
    desk.fill(desk.answers(None, name))
    desk.complete()


def test_the_day_closes_with_difference_0(room, season, closed_day, pictures):
    director = room.desk(DIRECTOR)
    director.open(closed_day).screenshot(path=pictures / "shelf-day.png")
    counted = figures(director.shown())

    assert counted["open"] == 0
    assert counted[""] == counted["registered"] + counted["exception"]
    assert counted[""] == sum(parcel.delivered for parcel in season.parcels.values())


def test_each_document_of_the_day_can_be_downloaded_and_opened(room, closed_day):
    director, kinds = room.desk(DIRECTOR), set()
    director.open(closed_day)
    cases = sorted(
        {each.get("href") for each in director.shown().tree.xpath("//main//a[starts-with(@href, '/cases/')]")}
    )
    for case in cases:
        for address, said in papers(director, case):
            kind, _, number = said.partition(" ")
            content = fetched(director, address) if kind in kinds else clicked(director, case, address)
            kinds.add(kind)
            text = text_of(content)
            assert number, said
            assert number in text, f"{case} {said}: {text[:300]}"
            assert not set("{}") & set(text), f"{case} {said}: {text[:300]}"

    assert kinds == {KINDS[kind].zh for kind in NUMBERED}


def papers(desk: Desk, case: str) -> list[tuple[str, str]]:
    """The links to the papers of a case: address, what it says."""
    tree = plain.Page(200, case, fetched(desk, case)).tree
    return [
        (each.get("href"), " ".join(each.text_content().split()))
        for each in tree.xpath("//a[starts-with(@href, '/documents/')]")
    ]


def fetched(desk: Desk, path: str) -> bytes:
    """With the cookies of the window."""
    answer = desk.page.context.request.get(desk.season.base + path)
    assert answer.ok, f"{path}: {answer.status}"
    return answer.body()


def clicked(desk: Desk, case: str, address: str) -> bytes:
    desk.open(case)
    with desk.page.expect_download() as download:
        desk.page.locator(f"a[href='{address}']").click()
    return Path(download.value.path()).read_bytes()


def text_of(content: bytes) -> str:
    return "".join(docx.Document(io.BytesIO(content)).element.body.itertext())


def test_the_label_of_a_shelved_dossier_is_read_by_a_scanner(room, closed_day):
    director = room.desk(DIRECTOR)
    director.open("/dossiers").locator("main tbody a[href^='/dossiers/']").first.click()
    label = director.page.get_by_role("link", name="标签").get_attribute("href")
    image = pypdfium2.PdfDocument(fetched(director, label))[0].render(scale=4).to_pil()

    codes = [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128)]

    assert len(codes) == 1
    assert codes[0] in director.page.locator("h1").inner_text()
