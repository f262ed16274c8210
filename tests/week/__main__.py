"""A week of an office in a real installation: `make week` (CASES=3000 PEOPLE=40 SEED=1 DATABASE=both PACKS=60).

The demo's receiving desk does its morning, then forty people all there is to do with tasks and cases. In the end the office
agrees with what everybody was told, the watchdog is silent, and loud for each planted fault; then everything is led to
its end.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time as clocks
from collections import Counter
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path

from tests import servers
from tests.installation import Installation
from tests.season.day import Shift, import_list, receive_unlisted, season_of
from tests.season.office import STORED, founded
from tests.season.test_day import machine_rests
from tests.week import costs, faults, machine, ticking, week
from tests.week.desk import ZONE
from tests.week.office import Office, Others
from workflow.office import open_office
from workflow.registry import discover
from workflow.settings import from_environment

MONDAY = date(2026, 11, 30)
FEWEST = 40  # packs a demo office is seeded with; with --packs 0 nobody opens them
BEGAN = clocks.monotonic()


def packs(typed: str) -> int:
    """How many packs come: none, or as many as a demo office is seeded with. Raises ArgumentTypeError."""
    number = int(typed)
    if 0 < number < FEWEST:
        raise argparse.ArgumentTypeError(f"0, or at least {FEWEST}")
    return number


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=3000)
    asked.add_argument("--people", type=int, default=40)
    asked.add_argument("--packs", type=packs, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    told = asked.parse_args()
    discover("workflow", "archive", "forms", "web")
    machine.install()
    kinds = ("sqlite", "postgresql") if told.database == "both" else (told.database,)
    wrong = [said for kind in kinds for said in one_week(kind, told)]
    return bool(wrong)


def one_week(kind: str, told: argparse.Namespace) -> list[str]:
    """The whole of it on one database; what is wrong, in sentences."""
    say(f"{kind}: {told.cases} cases, {told.people} people, {told.packs} packs, seed {told.seed}")
    folder = Path(tempfile.mkdtemp(prefix="juanliu-week-"))
    shared = ticking.install(folder / "clock")
    shared.begin_at(datetime.combine(MONDAY, time(8), ZONE))
    extra = {}
    if kind == "postgresql":  # one that writes to disk and keeps its statistics, as one in use does
        extra["DATABASE_URL"] = servers.postgresql_url(f"week_{os.getpid()}", durable=True)
    extra |= {"JUANLIU_IDLE_HOURS": "12", **ticking.environment(folder / "clock")}
    installation = founded(folder / "data", max(told.packs, FEWEST), **extra).start()
    opened = open_office(from_environment(installation.environment))
    try:
        spent = costs.Costs(lambda: costs.of_processes(running(kind, installation)))
        office = Office(
            installation.url, opened.database, shared, Others(), told.people, told.seed, MONDAY, costs=spent
        )
        office.found()
        with closing(office):
            wrong = played(office, told, installation)
    finally:
        opened.database.engine.dispose()
        installation.stop()
    say(f"{kind}: " + (f"{len(wrong)} things are wrong" if wrong else "nothing is wrong"))
    tell_wrong(wrong, folder / "wrong.txt")
    if not wrong:
        shutil.rmtree(folder, ignore_errors=True)
    return wrong


def tell_wrong(wrong: list[str], file: Path) -> None:
    """A few of each shape, with how many there are of it; all are in the file."""
    shapes: dict[str, list[str]] = {}
    for each in wrong:
        shapes.setdefault(re.sub(r"\d+", "…", each), []).append(each)
    for alike in shapes.values():
        print("\n".join([f"{len(alike)} times:", *(f"    {each}" for each in alike[:3])]), flush=True)
    if wrong:
        file.write_text("\n".join(wrong))
        print(f"All of it: {file}", flush=True)


def running(kind: str, installation: Installation) -> dict[str, int]:
    """The processes whose time is told: name → id."""
    if kind == "sqlite":
        return installation.processes()
    server = servers.postgresql(durable=True).with_name("data") / "postmaster.pid"
    return {**installation.processes(), "database": int(server.read_text().split()[0])}


def played(office: Office, told: argparse.Namespace, installation: Installation) -> list[str]:
    """The receiving desk's morning, the week, the accounts, the faults, the end."""
    wrong = receiving(office, told.packs, installation) if told.packs else []
    week.play(office, week.Size(told.cases), lambda line: tell_costs(office, line))
    found = week.account(office)
    wrong += found.wrong
    report(office, found)
    office.ledger.amiss.clear()
    office.ledger.broken.clear()
    say("accounted for")
    wrong += faults.prove(office, say=say)
    tell_costs(office, f"{len(faults.FAULTS)} faults planted and repaired")
    wrong += week.lead_to_the_end(office, week.DAYS, say)
    last = week.account(office, sound=False)
    tell_costs(office, f"led to the end: {dict(last.cases)}")
    return wrong + last.wrong


def receiving(office: Office, packs: int, installation: Installation) -> list[str]:
    """The demo's desk does its morning; what is left of it goes on all week. What was refused."""
    accounts = json.loads((installation.data / "demo" / "accounts.json").read_text())
    season = season_of(installation.url, accounts[0]["password"], MONDAY, STORED, packs)
    with closing(season):
        import_list(season, installation.data / "demo" / "courier-list.xlsx", patience=3000)
        receive_unlisted(season)
        shift = Shift(season, lambda: machine_rests(office.database))
        shift.run()
    say(f"the receiving desk has done {shift.completed} tasks of {len(season.parcels)} packs")
    return [f"Receiving: {each}" for each in season.refused]


def report(office: Office, found: week.Account) -> None:
    """Actions and refusals by kind, and how fast it went."""
    counted = office.ledger.counted()
    done = sum(each for each, _ in counted.values())
    refused = sum(each for _, each in counted.values())
    seconds = clocks.monotonic() - BEGAN
    say(f"{done} things done, {refused} refused ({done / seconds:.1f} done a second)")
    for name, (made, not_made) in counted.items():
        print(f"    {name:28} {made:6} done {not_made:6} refused")
    by_status = Counter({status: 0 for _, status in office.ledger.refused})
    for (_, status), number in office.ledger.refused.items():
        by_status[status] += number
    print(f"    refused by status {dict(by_status)}")
    print(f"    cases {dict(sorted(found.cases.items()))}", flush=True)


def tell_costs(office: Office, line: str) -> None:
    say(line)
    print("\n".join(office.costs.since()), flush=True)


def say(line: str) -> None:
    print(f"{clocks.monotonic() - BEGAN:7.0f} s  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
