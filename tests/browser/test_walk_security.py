"""The pages of rules: separation, policies with the agreement of two, recusal; findings at deployment; people and groups."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import transfer
from tests.browser.laps import Lap, laps
from tests.browser.walking import Walk
from tests.people import SINCE, _hash
from tests.workflow.world import drawn
from workflow import separation
from workflow.identity import Group, User
from workflow.separation import relations
from workflow.statuses import RelationKind

KEYS = ("draft", "first_check", "second_check", "true", "sign", "approve", "send")  # of steps, as policies name them
LONELY = """
    start s
    user first candidateGroups=director
    user second candidateGroups=director
    end e
    s -> first -> second -> e
"""


def lay(walk: Walk) -> None:
    """gao and lin keep the policies of the transfer."""
    with walk.site.office.database.transaction() as session:
        group = Group(key="security", name="安全保密管理", name_en="Security", permissions=[separation.MANAGE])
        for name, shown in (("gao", "高蕊"), ("lin", "林岚")):
            session.add(User(name=name, display_name=shown, password_hash=_hash, created_at=SINCE, groups=[group]))
        transfer.deploy(session)


@laps("zh-desk")
def test_a_policy_is_loosened_by_two(walk: Walk, lap: Lap):
    lay(walk)
    say = walk.begin(lap).say
    page = walk.open("gao", "/policies")
    walk.look(page, "policies-none")
    page = walk.open("gao", "/policies?process=transfer")
    page.locator("#element").select_option("send")
    page.locator("#kind").select_option("differentFrom")
    page.locator("#value").fill("draft")
    page.locator("#reason").fill(say("经办与发出分离", "Who drafts does not send"))
    walk.look(page, "policies-new", *KEYS)
    page.locator("main form button.primary").click()
    expect(page.locator("table.rows tbody a")).to_have_count(1)
    page.locator("table.rows tbody a").first.click()
    walk.look(page, "policy", *KEYS)
    page.locator("#drop_reason").fill(say("人手不足", "Too few people"))
    page.locator("button.danger").click()
    expect(page.locator("#waiting")).to_be_visible()
    walk.look(page, "policies-asked", *KEYS)
    page = walk.open("lin", "/policies")
    walk.look(page, "policies-agree", *KEYS)
    page.locator("button[value=agree]").click()
    expect(page.locator("#history")).to_be_visible()
    walk.look(page, "policies-history", *KEYS)


@laps("zh-desk")
def test_people_declare_whom_they_are_related_to(walk: Walk, lap: Lap):
    lay(walk)
    say = walk.begin(lap).say
    page = walk.open("anna", "/relations")
    page.locator("#kind").select_option("spouse")
    page.locator("#colleague").select_option("bob")
    page.locator("#note").fill(say("2019 年登记", "Since 2019"))
    walk.look(page, "relations")
    page.locator("main form button.primary").click()
    expect(page.locator("table.rows .badge").first).to_be_visible()
    walk.look(page, "relations-own")
    with walk.site.office.database.transaction() as session:
        carl = session.get_one(User, "carl")
        relations.declare(session, carl, "id:1", "王建国 (110105********002X)", RelationKind.INTEREST, "")
    page = walk.open("gao", "/relations")
    walk.look(page, "relations-all", "王建国 (110105********002X)", "002X")
    page.locator("button[value=confirm]").first.click()
    expect(page.locator("button[value=confirm]")).to_have_count(1)


@laps("zh-desk")
def test_a_deployment_says_who_would_be_missing(walk: Walk, lap: Lap, tmp_path: Path):
    lay(walk)
    walk.begin(lap)
    diagram = tmp_path / "lonely.bpmn"
    diagram.write_bytes(drawn(LONELY, "lonely", second={"differentFrom": "first"}))
    page = walk.open("dora", "/definitions")
    walk.look(page, "definitions", "BPMN")
    page.locator("input[name=diagram]").set_input_files(diagram)
    page.locator("main form button.primary").click()
    expect(page.locator("table.rows tbody tr").nth(1)).to_be_visible()
    page = walk.open("dora", "/definitions/lonely")
    walk.look(page, "deployment", "first", "second", "lonely", "Powered by bpmn.io", "director")
    diagram.write_bytes(drawn(LONELY.replace("director", "pirates"), "pirates"))
    page = walk.open("dora", "/definitions")
    page.locator("input[name=diagram]").set_input_files(diagram)
    page.locator("main form button.primary").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    walk.look(page, "deployment-refused", "pirates", "first", "second", "lonely", "BPMN")


@laps("zh-desk")
def test_people_and_groups(walk: Walk, lap: Lap):
    lay(walk)
    walk.begin(lap)
    for name, path in (
        ("people", "/people"),
        ("person", "/people/anna"),
        ("person-new", "/people/new"),
        ("groups", "/groups"),
        ("group", "/groups/registry"),
        ("profile", "/profile"),
        ("phrases", "/profile/phrases"),
        ("notices", "/notices"),
        ("copies", "/copies"),
        ("supervisions", "/supervisions"),
        ("follow-ups", "/follow-ups"),
    ):
        walk.look(
            walk.open("dora", path),
            name,
            "Chrome",
            "Linux",
            "Mozilla",
            "X11",
            "x86_64",
            "AppleWebKit",
            "KHTML",
            "like Gecko",
            "Headless",
            "Safari",
        )
