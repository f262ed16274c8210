"""The scanner's page of a count: each counter by themselves; findings and decisions on what differs."""

import pytest

from archive.inventory.models import Decision
from archive.statuses import DossierStatus
from tests.processes.keeping import Keepers
from tests.processes.sorting import HOME
from workflow.identity import User


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


@pytest.fixture
def keepers(office, clock) -> Keepers:
    """A count of K01 by stan and rosa; all sign in."""
    made = Keepers(office, 3)
    with made.database.transaction() as session:
        for login in ("stan", "rosa"):
            session.get_one(User, login).password_hash = session.get_one(User, "dora").password_hash
    made.plan()
    return made


def at(browser, keepers, where, **typed):
    return browser.post(f"/inventories/{keepers.case}/{where}", data=typed)


def page(browser, keepers) -> str:
    return browser.get(f"/inventories/{keepers.case}").text


def test_hundreds_of_lines_are_taken_at_once_and_the_refused_stay(keepers, signed_in):
    stan = signed_in("stan")
    lines = [HOME.format(1), keepers.no(1), f"{keepers.no(2).lower()} 撕裂", *(f"YX2099{n:05d}" for n in range(600))]
    answer = at(stan, keepers, "scans", lines="\n".join([*lines, "K99-01-01-A-1-01"]))
    assert answer.status_code == 200
    assert "已登记 602 个标签" in answer.text and "清点范围内没有这个库位" in answer.text
    assert ">K99-01-01-A-1-01</textarea>" in answer.text
    assert "您已扫描 602 件" in page(stan, keepers)


def test_what_one_counter_scans_the_other_does_not_see(keepers, signed_in):
    at(signed_in("stan"), keepers, "scans", lines=keepers.no(2))
    seen = page(signed_in("rosa"), keepers)
    assert "您已扫描 0 件" in seen and keepers.no(2) not in seen
    assert keepers.no(2) not in page(signed_in("dora"), keepers)


def test_a_label_is_taken_out_again_and_the_position_holds_for_the_next_go(keepers, signed_in):
    stan = signed_in("stan")
    assert at(stan, keepers, "scans", lines=f"{HOME.format(2)}\n{keepers.no(1)}").status_code == 303
    assert f'value="{HOME.format(2)}"' in page(stan, keepers)
    at(stan, keepers, "scans", lines=f"-{keepers.no(1)}\n{keepers.no(2)}", position=HOME.format(2))
    seen = page(stan, keepers)
    assert "您已扫描 1 件" in seen and keepers.no(2) in seen


@pytest.mark.parametrize(("lines", "said"), [("", "请扫描档案标签"), ("YX1\n" * 2001, "一次最多 2000 行")])
def test_what_cannot_be_taken_is_refused_in_words(keepers, signed_in, lines, said):
    answer = at(signed_in("stan"), keepers, "scans", lines=lines)
    assert answer.status_code == 422 and said in answer.text


def test_only_the_counters_scan_and_who_may_not_see_the_case_sees_nothing(keepers, signed_in):
    assert at(signed_in("dora"), keepers, "scans", lines="YX1").status_code == 403
    assert signed_in("dora").get("/inventories/999999").status_code == 404
    assert str(keepers.case) in signed_in("dora").get("/inventories").text


def test_differences_are_searched_for_and_decided_on_the_page(keepers, signed_in):
    keepers.both_scan(*keepers.shelf(1, 2))
    keepers.claim("search", "stan")
    stan, dora = signed_in("stan"), signed_in("dora")
    with keepers.database.reading() as session:
        [line] = keepers.differing(session)
    assert keepers.no(3) in page(stan, keepers)
    assert at(stan, keepers, "findings", **{f"finding-{line}": "未见"}).status_code == 303
    keepers.step("search", "stan", searched="true")
    keepers.claim("decide", "dora")
    refused = at(dora, keepers, "decisions", **{f"decision-{line}": Decision.NOTED.value})
    assert refused.status_code == 422 and "备案的理由" in refused.text
    assert at(stan, keepers, "decisions", **{f"decision-{line}": Decision.LOST.value}).status_code == 403
    assert at(dora, keepers, "decisions", **{f"decision-{line}": Decision.LOST.value}).status_code == 303
    keepers.machine()
    assert keepers.dossier(3).status is DossierStatus.MISSING
    assert "确认遗失" in page(dora, keepers)


def test_a_loss_is_begun_from_the_dossier_s_page(keepers, signed_in):
    dora = signed_in("dora")
    link = f"/processes/loss/new?dossier_no={keepers.no(1)}"
    assert f'href="{link}"' in dora.get("/dossiers/1").text
    assert f'value="{keepers.no(1)}"' in dora.get(link).text
    assert "dossier_no" in dora.get("/processes/loss/new").text
    keepers.both_scan(*keepers.shelf(1, 2, 3))
    keepers.report()
    assert "/processes/loss/new" not in dora.get("/dossiers/1").text
