"""出具证明: every path of bpmn/certificate.bpmn and bpmn/certificate-void.bpmn, through the real forms."""

from datetime import date

import pytest

from archive import parameters
from archive.certificates import verifying
from archive.certificates.models import CertificateStatus
from archive.certificates.verifying import Verdict
from archive.materials import catalogue
from archive.materials.models import MaterialState
from archive.materials.rows import Row
from archive.materials.states import Act, move
from archive.numbers import IssuedNumber
from archive.reading import kin
from archive.relations import subject
from tests.archive.cards import id_no
from tests.processes.certifying import SCHOOL, TWO, Certifiers
from tests.processes.table import covers
from tests.standing import standing
from workflow.errors import Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case
from workflow.separation import relations
from workflow.separation.relations import RelationKind


@pytest.fixture
def certifiers(sqlite_office, clock) -> Certifiers:
    """SQLite does for most paths; `everywhere` walks the main one on both."""
    return standing(Certifiers, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Certifiers:
    return standing(Certifiers, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value.problems)


# the good way


@covers("identity", "begun", "take_up", "identify")
@covers("facts", "search_facts")
@covers("draft", "draft")
@covers("review", "review")
@covers("number", "issue")
@covers("seal", "seal", "issued")
def test_a_person_gets_a_certificate_of_what_their_dossier_records(everywhere):
    everywhere.reviewed()
    assert everywhere.certificate().status is CertificateStatus.NUMBERED
    everywhere.step("seal", "wang", sealed="true", handed_to="李明1")

    certificate = everywhere.certificate()
    assert (certificate.status, certificate.number) == (CertificateStatus.SEALED, "〔2026〕证字0001号")
    assert everywhere.ends() == ["issued"] and everywhere.finished()
    [(kind, number, said, holds)] = everywhere.issued()
    assert (kind, number, holds) == ("certificate", "〔2026〕证字0001号", True)
    shown = (
        "学历证明",
        "云溪大学：",
        "李明1",
        id_no(1),
        "1990年7月高中毕业",
        "4-1-1",
        SCHOOL,
        "李登记",
        "赵复核",
        "查验码",
    )
    assert [part for part in shown if part not in said] == []
    assert everywhere.broken() == []


@covers("facts", "search_facts")
def test_each_fact_keeps_the_material_that_records_it(certifiers):
    certifiers.drafted()
    with certifiers.database.reading() as session:
        [fact] = session.merge(certifiers.certificate(), load=False).facts
        told = (fact.said, fact.place, fact.source, fact.formed, str(fact.material_id))
    assert told == ("1990年7月高中毕业", "4-1-1", SCHOOL, "1990-07", certifiers.material(SCHOOL))


def test_id_numbers_are_not_among_the_variables(certifiers):
    certifiers.drafted()
    assert id_no(1) not in str(certifiers.known())
    certifiers.ask(key="20260701-0000C2")
    certifiers.identify_unit()
    assert [n for n in (id_no(501), id_no(502)) if n in str(certifiers.known())] == []
    assert certifiers.known()["investigators"][0]["id_no"].startswith("110105****")


@covers("type", "identify")
def test_that_a_dossier_is_kept_here_needs_no_material(certifiers):
    certifiers.ask()
    certifiers.identify(kind="kept")
    certifiers.search()
    certifiers.step("draft", "rosa", addressee="云溪市公安局")
    certifiers.step("review", "remy", review_result="pass")
    assert all(part in certifiers.issued()[0][2] for part in ("存档证明", "现由我单位保管", certifiers.no()))


# who may ask


@covers("identity", "identify")
def test_somebody_else_is_not_taken_for_the_person(certifiers):
    certifiers.ask()
    assert "not the ID number" in refused(lambda: certifiers.identify(id_no=id_no(2)), "id_no")
    refused(lambda: certifiers.identify(id_no="110105200405120012"), "id_no")


@covers("identity", "identify")
def test_an_agent_comes_with_a_letter_and_their_own_paper(certifiers):
    certifiers.ask()
    agent = {"asker": "agent", "applicant_name": "周代", "id_no": id_no(7)}
    refused(lambda: certifiers.identify(**agent), "letter_no")
    refused(lambda: certifiers.identify(**{**agent, "id_no": id_no(1)}, letter_no="委托书"), "id_no")
    refused(lambda: certifiers.identify(**{**agent, "applicant_name": ""}, letter_no="委托书"), "applicant_name")
    certifiers.identify(**agent, letter_no="委托书2026-07-01")
    assert certifiers.certificate().applicant == "周代"


@covers("type", "identify")
def test_a_political_review_is_done_for_a_unit_only(certifiers):
    certifiers.ask()
    assert "unit only" in refused(lambda: certifiers.identify(kind="political"), "kind")


@covers("political", "identify")
def test_a_political_review_takes_two_investigators_of_a_unit_with_its_letter(certifiers):
    certifiers.ask()
    refused(lambda: certifiers.identify_unit(TWO[:1]), "investigators")
    refused(lambda: certifiers.identify_unit((TWO[0], TWO[0])), "investigators.1.id_no")
    refused(lambda: certifiers.identify_unit(letter_no=""), "letter_no")
    certifiers.identify_unit()
    certifiers.search(("1998年7月参加工作", "干部履历表"))
    certifiers.step("draft", "rosa", addressee="中共云溪市委组织部")
    certifiers.step("review", "remy", review_result="pass")
    assert all(part in certifiers.issued()[0][2] for part in ("政审证明", "何查、许阅", "云溪市委组织部"))


@covers("political", "identify")
def test_the_person_and_their_relatives_are_no_investigators(certifiers):
    certifiers.ask()
    with certifiers.database.transaction() as session:
        kin.note(session, session.merge(certifiers.dossier()).person, "许阅", id_no(502), "弟", "rosa")
    refused(lambda: certifiers.identify_unit((TWO[0], {"name": "李明1", "id_no": id_no(1)})), "investigators.1.id_no")
    assert "relative" in refused(certifiers.identify_unit, "investigators.1.id_no")


@covers("political", "identify")
def test_a_letter_serves_for_a_dossier_once(certifiers):
    certifiers.ask()
    certifiers.identify_unit()
    certifiers.ask(key="20260701-0000C2")
    assert "used already" in refused(certifiers.identify_unit, "letter_no")
    certifiers.identify_unit(letter_no="云组函2号")


@covers("identity", "refuse", "refused")
def test_who_cannot_prove_their_identity_is_refused_with_a_notice(certifiers):
    certifiers.ask()
    refused(lambda: certifiers.identify(identity="not_proven"), "identity_note")
    certifiers.identify(identity="not_proven", applicant_name="周代", identity_note="无委托书")
    assert certifiers.ends() == ["refused"] and certifiers.finished()
    [(kind, number, said, _)] = certifiers.issued()
    assert (kind, number) == ("certificate_refusal", None) and "无委托书" in said
    assert certifiers.certificate().status is CertificateStatus.REFUSED


@covers("type", "identify")
def test_a_kind_that_is_not_issued_any_more_cannot_be_chosen(certifiers):
    certifiers.ask()
    with certifiers.database.transaction() as session:
        parameters.change(session, "certificate_kinds", ["kept"], date(2026, 7, 1), "dora")
    refused(certifiers.identify, "kind")


def test_an_officer_who_is_a_relative_takes_no_part(certifiers):
    certifiers.ask()
    certifiers.identify()
    with certifiers.database.transaction() as session:
        mark = subject(session, id_no(1))
        relations.declare(session, session.get_one(User, "rosa"), mark, "李明1", RelationKind.BLOOD)
    with pytest.raises(NotAllowed, match="related"):
        certifiers.search(("1990年7月高中毕业", SCHOOL))


# only what is recorded


@covers("facts", "search_facts")
def test_a_fact_without_a_material_of_the_catalogue_is_not_certified(certifiers):
    certifiers.ask()
    certifiers.identify()
    refused(lambda: certifiers.search(), "facts")
    refused(lambda: certifiers.search(("毕业", SCHOOL), ("优秀学生", "")), "facts.1.material")
    refused(lambda: certifiers.search(("", SCHOOL)), "facts.0.said")
    with certifiers.database.transaction() as session:
        dossier = session.merge(certifiers.dossier())
        school = next(each for each in catalogue.rows(session, dossier) if each.name == SCHOOL)
        number = str(school.id)
        move(session, school, MaterialState.FROZEN, Act("rosa", None, "存疑"))
    rows = {"facts": ["", "0"], "facts.0.said": "毕业", "facts.0.material": number}
    refused(lambda: certifiers.step("search_facts", "rosa", search_result="found", **rows), "facts.0.material")


@covers("not recorded", "refuse", "refused")
def test_what_is_not_recorded_is_refused_with_a_notice(certifiers):
    certifiers.ask()
    certifiers.identify()
    refused(lambda: certifiers.search(search_result="none"), "search_note")
    certifiers.search(search_result="none", search_note="无大学学历材料")
    assert certifiers.ends() == ["refused"]
    assert "档案中无有关记载：无大学学历材料" in certifiers.issued()[0][2]


@covers("not recorded", "bring")
def test_a_material_may_be_brought_first(certifiers):
    certifiers.ask()
    certifiers.identify()
    certifiers.search(search_result="lack", search_note="大学毕业生登记表")
    assert certifiers.open_steps() == [("bring", None)]
    with certifiers.database.transaction() as session:
        dossier = session.merge(certifiers.dossier())
        standing = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
        catalogue.save(session, dossier, [*standing, Row("大学毕业生登记表", "4-1", "1994-07", "2")], "rosa")
    certifiers.step("bring", "wang", brought="came")
    certifiers.search(("1994年7月大学毕业", "大学毕业生登记表"))
    assert certifiers.open_steps() == [("draft", "rosa")]


@covers("not recorded", "bring", "refuse")
def test_an_applicant_may_give_up(certifiers):
    certifiers.ask()
    certifiers.identify()
    certifiers.search(search_result="lack", search_note="大学毕业生登记表")
    refused(lambda: certifiers.step("bring", "wang", brought="given_up"), "brought_note")
    certifiers.step("bring", "wang", brought="given_up", brought_note="学校已撤销")
    assert "学校已撤销" in certifiers.issued()[0][2]


@covers("not recorded", "not_brought")
def test_what_is_not_brought_in_time_is_refused(certifiers, clock):
    certifiers.ask()
    certifiers.identify()
    certifiers.search(search_result="lack", search_note="大学毕业生登记表")
    clock.move(days=30)
    certifiers.machine()
    assert certifiers.ends() == ["refused"]
    assert "逾期未补充" in certifiers.issued()[0][2]


# review and seal


@covers("review", "review")
def test_another_reviews_and_may_give_it_back(certifiers):
    certifiers.drafted()
    refused(lambda: certifiers.step("review", "remy", review_result="back"), "review_note")
    certifiers.step("review", "remy", review_result="back", review_note="年月不符")
    assert certifiers.open_steps() == [("search_facts", None)]
    assert "年月不符" in certifiers.drawn("search_facts", "rosa")
    certifiers.search(("1990年7月高中毕业", SCHOOL))
    certifiers.step("draft", "rosa", addressee="云溪大学")
    certifiers.step("review", "remy", review_result="pass")
    assert certifiers.open_steps() == [("seal", None)]


@covers("review", "review")
def test_who_drafted_does_not_review(certifiers):
    with certifiers.database.transaction() as session:
        certifiers.join(session, "rosa", "review")
    certifiers.drafted()
    with pytest.raises(NotAllowed):
        certifiers.step("review", "rosa", review_result="pass")


# verification


def verdict(certifiers, number: str, code: str, address: str = "10.0.0.7"):
    with certifiers.database.transaction() as session:
        return verifying.verify(session, number, code, address)


@covers("verify", "issue", "seal")
def test_a_paper_is_genuine_once_it_is_sealed(certifiers):
    certifiers.reviewed()
    number, code = certifiers.code().split()
    assert verdict(certifiers, number, code).verdict is Verdict.NOT_GENUINE
    certifiers.step("seal", "wang", sealed="true", handed_to="李明1")
    told = verdict(certifiers, number, code.lower())
    assert (told.verdict, told.kind) == (Verdict.GENUINE, "Certificate of education")
    assert told.sealed_on.isoformat() == "2026-07-01"


@covers("verify", "issue")
def test_the_qr_code_leads_to_the_public_page(certifiers):
    with certifiers.database.transaction() as session:
        parameters.change(session, "public_address", "https://da.example.gov.cn/", date(2026, 7, 1), "dora")
    certifiers.reviewed()
    leads = "https://da.example.gov.cn/certificates/verification?number=〔2026〕证字0001号&code="
    assert certifiers.code().startswith(leads)


# void


@covers("void", "void_asked", "look_up", "agree_void", "make_void", "voided")
def test_a_wrong_certificate_is_made_void_by_two_people(certifiers):
    certifiers.sealed()
    number, code = certifiers.code().split()
    certifiers.begin("certificate-void", "dora", "20260701-0000V1", certificate_no=number, void_reason="年份有误")
    with pytest.raises(NotAllowed):
        certifiers.step("agree_void", "dora", void_decision="agree")
    certifiers.step("agree_void", "dirk", void_decision="agree")
    assert certifiers.ends() == ["voided"]
    assert verdict(certifiers, number, code).verdict is Verdict.VOID
    with certifiers.database.reading() as session:
        kept = session.get_one(IssuedNumber, number)
        assert (kept.voided_by, kept.void_reason) == ("dirk", "年份有误")
    assert certifiers.broken() == []


@covers("void", "agree_void", "stands")
def test_a_certificate_stands_when_the_other_does_not_agree(certifiers):
    certifiers.sealed()
    number, code = certifiers.code().split()
    certifiers.begin("certificate-void", "wang", "20260701-0000V1", certificate_no=number, void_reason="误")
    refused(lambda: certifiers.step("agree_void", "dora", void_decision="refuse"), "void_note")
    certifiers.step("agree_void", "dora", void_decision="refuse", void_note="无误")
    assert certifiers.ends() == ["stands"]
    assert verdict(certifiers, number, code).verdict is Verdict.GENUINE


@covers("void", "look_up", "agree_void")
def test_what_was_never_issued_cannot_be_made_void(certifiers):
    certifiers.begin(
        "certificate-void", "wang", "20260701-0000V1", certificate_no="〔2026〕证字0009号", void_reason="误"
    )
    assert "没有此编号的证明" in certifiers.drawn("agree_void", "dora")
    refused(lambda: certifiers.step("agree_void", "dora", void_decision="agree"), "void_decision")


@covers("void", "look_up", "agree_void")
def test_a_certificate_beyond_ones_scope_is_answered_as_one_never_issued(certifiers):
    certifiers.sealed()
    number = certifiers.certificate().number
    certifiers.limit("window", kind="cadre")
    told = []
    for key, asked in (("V1", number), ("V2", "〔2026〕证字0009号")):
        certifiers.begin("certificate-void", "wang", f"20260701-0000{key}", certificate_no=asked, void_reason="误")
        case = certifiers.case
        with certifiers.database.reading() as session:
            title = session.get_one(Case, case).title.replace(asked, "")
        refused(lambda: certifiers.step("agree_void", "dora", void_decision="agree"), "void_decision")
        known = {name: value for name, value in certifiers.known().items() if name != "certificate_no"}
        told.append((title, known, certifiers.drawn("agree_void", "dora").replace(asked, "")))
    assert told[0][:2] == told[1][:2]
    assert "李明1" not in told[0][2]
