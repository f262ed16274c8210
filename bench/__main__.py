"""All measurements in one table, beside what must be reached: `python -m bench`, `python -m bench --quick`.

Ratios are taken in turns in one run, so that they hold on a busy machine too; times and rates want a quiet one.
"""

import sys
from collections.abc import Iterator

from bench import completions, filtering, growth, inbox, over_http, searching, starts, together, volumes
from bench.ground import KINDS, show

Row = tuple[str, str, str]  # measure, must reach, today
QUICK = {
    "rounds": (100, 300),
    "instances": (100_000,),
    "open": {"SQLite": 20_000, "PostgreSQL": 100_000},
    "volumes": 2000,
}
WHOLE = {"rounds": growth.ROUNDS, "instances": growth.INSTANCES, "open": inbox.SIZES, "volumes": searching.DOSSIERS}
REACH = {"SQLite": "≥ 0.25 × by hand", "PostgreSQL": "≥ 0.5 × by hand"}
PAGE = {"SQLite": "p95 ≤ 30 ms", "PostgreSQL": "p95 ≤ 20 ms"}


def main() -> None:
    sizes = QUICK if "--quick" in sys.argv else WHOLE
    rows: list[Row] = []
    for part in (one_process, two_processes, grown, pages, filtered, started, through_http, archived):
        for row in part(sizes):
            rows.append(row)
            print(" | ".join(row), file=sys.stderr)
    show(["measure", "must reach", "today"], rows)


def one_process(_sizes: dict) -> Iterator[Row]:
    for kind in KINDS:
        times = completions.measure(kind)
        engine, hand = times["engine"], times["by hand"]
        said = f"{engine.rate / hand.rate:.2f} × ({engine.rate:.0f}/s : {hand.rate:.0f}/s)"
        yield f"completions, one process, {kind}", REACH[kind], said
        said = f"{engine.ms(0.5):.1f} / {engine.ms(0.99):.1f} / {engine.cpu_ms:.1f} ms"
        yield f"p50 / p99 / CPU of one, {kind}", "< 6 / < 12 / < 5 ms", said
        if together_ := times.get("in one statement"):
            said = f"{engine.rate / together_.rate:.2f} × ({together_.rate:.0f}/s)"
            yield f"the same by hand in one statement, {kind}", "", said


def two_processes(_sizes: dict) -> Iterator[Row]:
    for kind in KINDS:
        for way, found in together.measure(kind).items():
            must = "≥ 1.7 × one" if (kind, way) == ("PostgreSQL", "engine") else ""
            yield f"two processes, {kind}, {way}", must, f"{found.said}; p99 {found.late * 1000:.0f} ms"


def grown(sizes: dict) -> Iterator[Row]:
    for kind in KINDS:
        yield from _grown(
            f"step after {{}} loop rounds, {kind}", "≤ 1.2 × the first", growth.loops(kind, sizes["rounds"])
        )
        yield from _grown(f"step after {{}} AND diamonds, {kind}", "constant", growth.diamonds(kind))
    yield from _grown("step with {} running, PostgreSQL", "≤ 1.3 × with 1,000", growth.running(sizes["instances"]))


def _grown(name: str, must: str, measured: Iterator[growth.Grown]) -> Iterator[Row]:
    for size, times, state in measured:
        yield name.format(f"{size:,}"), f"{must}; state ≤ 4 KB", f"{times:.2f} ×; {state} bytes"


def pages(sizes: dict) -> Iterator[Row]:
    for kind, size in sizes["open"].items():
        for _, _, view, half, late in inbox.measure(kind, size):
            yield f"inbox “{view}” at {size:,} open, {kind}", PAGE[kind], f"p50 {half}, p95 {late} ms"


def filtered(sizes: dict) -> Iterator[Row]:
    for kind, size in sizes["open"].items():
        for _, _, filters, half, late in filtering.measure(kind, size):
            must = "p95 ≤ 50 ms" if kind == "PostgreSQL" else ""
            yield f"five filters, “{filters}”, at {size:,} open, {kind}", must, f"p50 {half}, p95 {late} ms"


def started(_sizes: dict) -> Iterator[Row]:
    for kind in KINDS:
        engine, hand = starts.measure(kind)
        said = f"{engine / hand:.2f} × ({engine:.0f}/s : {hand:.0f}/s)"
        yield f"start {starts.LIST:,} of one list, {kind}", "≥ 0.5 × by hand; > 350/s", said


def archived(sizes: dict) -> Iterator[Row]:
    size = sizes["volumes"]
    for kind in KINDS:
        for page, half, late in volumes.measure(kind, size):
            yield f"{page}, among {size:,} dossiers, {kind}", volumes.GOAL, f"p50 {half}, p95 {late} ms"


def through_http(_sizes: dict) -> Iterator[Row]:
    rate, half, late = over_http.measure()
    said = f"{rate:.0f}/s, p50 {half * 1000:.0f}, p99 {late * 1000:.0f} ms"
    yield "through HTTP, 2 web processes, PostgreSQL", "≥ 150/s", said


if __name__ == "__main__":
    main()
