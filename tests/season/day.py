"""The day of the receiving desk, played through HTTP: import the list, four clerks at once, close the day."""

import re
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from archive.demo.morning import morning, stored_people
from tests.season.browser import WAIT, Page
from tests.season.clerk import Clerk, Season

CAST = ("wangmin", "chenjing", "zhaolei", "sunli")  # the four at work all day; the last does the rest by turns
DAY = re.compile(r'href="(/days/\d{4}-\d\d-\d\d)"')
BY_TURNS = ("sunli", "wugang", "linlan")
WITNESS = {"chenjing": "zhouping", "zhaolei": "zhouping"}
IDLE_ROUNDS = 6  # rounds in which nobody found anything to do


def season_of(base: str, password: str, day: date, stored: int, listed: int) -> Season:
    """The same morning the demo was seeded with on `day`, with so many dossiers and packs."""
    return Season.of(base, password, morning(day, stored_people(stored), listed))


def import_list(season: Season, list_file: Path, patience: int = 600) -> int:
    """Upload the list as the window does and wait for its end; returns how many packs are new."""
    clerk = Clerk(season, "wangmin")
    form = clerk.browser.open("/packs/imports").form("/packs/imports")
    page = clerk.browser.upload(form, "file", list_file.name, list_file.read_bytes())
    assert page.status == 200, page.words()[:500]
    for _ in range(patience):
        if "导入完成" in page.text:
            break
        WAIT(0.2)
        page = clerk.browser.open(page.url)
    return len(clerk.browser.open(page.url + "?rows=accepted").tree.xpath("//tbody/tr"))


def receive_unlisted(season: Season) -> None:
    """Take in the packs that stand at the desk without standing on the list."""
    clerk = Clerk(season, "liqiang")
    for parcel in season.parcels.values():
        if not parcel.listed:
            form = clerk.browser.open("/packs/unlisted/new").form("/packs/unlisted")
            channel = "confidential" if parcel.channel == "机要" else "ems"
            page = clerk.browser.send(
                form,
                tracking_no=parcel.tracking_no,
                channel=channel,
                sender=parcel.person.school,
                sender_city=parcel.person.school_city,
                name=parcel.person.name,
            )
            again = page.status == 409 and parcel.tracking_no in page.text  # sent once more after a restart
            assert page.status == 200 or again, page.words()[:500]


class Shift:
    """Four clerks at work at once until none of them finds anything more to do and the machine works on nothing."""

    def __init__(self, season: Season, machine_rests: Callable[[], bool] = lambda: True) -> None:
        self.season, self.machine_rests = season, machine_rests
        self.idle = dict.fromkeys(CAST, 0)
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self._at_work, args=(login,), daemon=True) for login in CAST]

    def run(self) -> None:
        self.start()
        self.join()

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    @property
    def completed(self) -> int:
        return sum(self.season.done.values())

    @property
    def over(self) -> bool:
        return all(rounds >= IDLE_ROUNDS for rounds in self.idle.values()) or bool(self.failures)

    def _at_work(self, login: str) -> None:
        try:
            team = [
                Clerk(self.season, name, WITNESS.get(name, "")) for name in (BY_TURNS if login == "sunli" else (login,))
            ]
            while not self.over:
                rested = self.machine_rests()  # asked first: what ends now is work for this round or a later one
                done = sum(clerk.work() for clerk in team)
                self.idle[login] = self.idle[login] + 1 if rested and not done else 0
                if not done:
                    WAIT(0.5)
        except BaseException as failure:  # told to whoever waits for the shift
            self.failures.append(failure)


def close_day(season: Season, patience: int = 60) -> dict[str, int]:
    """Ask for the closing as the director does and sign; returns the day's figures by their place in the page's links."""
    director, desk = Clerk(season, "linlan"), Clerk(season, "wangmin")
    path = DAY.search(director.browser.open("/days").text).group(1)
    director.browser.send(director.browser.open(path).form("/closing"))
    for _ in range(patience):
        page = director.browser.open(path)
        if (
            not page.tree.xpath('//a[contains(@href, "/tasks/")]')
            and "closing" not in page.text
            and "已日结" in page.text
        ):
            break
        desk.work("sign_first") or director.work("sign_second") or WAIT(0.5)
    return figures(director.browser.open(path))


def figures(page: Page) -> dict[str, int]:
    """The figures of a day's page: "" delivered, registered, shelved, exception, open (the difference)."""
    found = {}
    for link in page.tree.xpath('//a[contains(@class, "figure")]'):
        place = link.get("href").partition("place=")[2]
        found[place] = int(link.xpath("./b")[0].text_content().replace(",", ""))
    return found
