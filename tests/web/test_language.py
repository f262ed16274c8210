"""Chinese first, English by a switch; moments in the office's zone."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.messages import pofile
from flask import g

from tests.msgids import said_in, texts_in
from web import dates, i18n
from web.reader import viewer_of
from workflow.clock import now
from workflow.errors import NotFound, sentence
from workflow.identity import User
from workflow.models import ProcessDefinition

FOLDERS = ("workflow", "archive", "forms", "web")
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"\{(\w+)\}")


@pytest.fixture
def speaking(app, people):
    """speaking("en") opens a request of anna's in which everything is said in that language."""

    def open_request(language):
        context = app.test_request_context("/")
        context.push()
        opened.append(context)
        people.anna.language = language
        g.viewer = viewer_of(people.anna)

    opened = []
    yield open_request
    for context in reversed(opened):
        context.pop()


def entries():
    for path in sorted(i18n.CATALOGUES.glob("*.po")):
        with path.open("rb") as source:
            for message in pofile.read_po(source):
                if message.id:
                    yield path.name, str(message.id), str(message.string)


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_a_folder_says_has_its_chinese(folder):
    missing = {text: where for text, where in said_in(folder).items() if text not in i18n.catalogue()}
    assert missing == {}


def test_no_sentence_has_two_translations():
    found = {}
    for name, english, chinese in entries():
        assert found.setdefault(english, chinese) == chinese, f"{name}: {english}"


def test_every_translation_fills_the_same_places():
    for name, english, chinese in entries():
        assert set(PLACES.findall(english)) == set(PLACES.findall(chinese)), f"{name}: {english}"


def test_no_catalogue_keeps_what_nobody_says_any_more():
    said = "\n".join(text for folder in FOLDERS for text in texts_in(folder))
    assert [(name, english) for name, english, _chinese in entries() if english not in said] == []


def test_a_sentence_is_said_in_the_readers_language(speaking):
    said = sentence("There is no account “{name}”.", name="x")
    speaking("zh")
    assert i18n.say(said) == "没有账号“x”。"
    speaking("en")
    assert i18n.say(said) == "There is no account “x”."
    assert i18n.say(NotFound()) == "There is nothing here that you may see."


def test_a_sentence_within_a_sentence_is_translated_too(speaking):
    speaking("zh")
    inner = sentence("You may not do this.")
    assert (
        i18n.say(sentence("The file {file} was refused: {reason}", file="a", reason=inner))
        == "文件 a 未被接受：您无权进行此操作。"
    )


def test_what_no_catalogue_knows_stays_as_it_is(speaking):
    speaking("zh")
    assert i18n._("Nobody ever said {this}.", this="this") == "Nobody ever said this."


def test_english_has_one_and_many(speaking):
    speaking("en")
    assert i18n.ngettext("{n} page", "{n} pages", 1) == "1 page"
    assert i18n.ngettext("{n} page", "{n} pages", 1234) == "1,234 pages"


def test_modellers_names_have_english_beside(speaking):
    definition = ProcessDefinition(name="收件", names={"en": "Receipt"})
    speaking("zh")
    assert i18n.name_of(definition) == "收件"
    speaking("en")
    assert i18n.name_of(definition) == "Receipt"
    assert i18n.name_of(ProcessDefinition(name="收件", names={})) == "收件"


def test_moments_are_the_offices(speaking, clock):
    speaking("zh")
    assert dates.moment(datetime(2026, 7, 1, 1, 30, tzinfo=UTC)) == "2026-07-01 09:30"
    assert dates.day(datetime(2026, 6, 30, 17, 0, tzinfo=UTC)) == "2026-07-01"
    assert dates.day(date(2026, 7, 1)) == "2026-07-01"
    assert dates.clock(now()) == "09:00"
    assert dates.clock(now() + timedelta(days=1)) == "07-02 09:00"
    assert dates.clock(now() - timedelta(days=365)) == "2025-07-01 09:00"
    assert (dates.moment(None), dates.day(None), dates.clock(None), dates.ago(None)) == ("", "", "", "")


@pytest.mark.parametrize(
    ("step", "zh", "en"),
    [
        ({"seconds": -5}, "刚刚", "just now"),
        ({"hours": -3}, "3小时前", "3 hours ago"),
        ({"days": 2}, "2天后", "in 2 days"),
    ],
)
def test_distances_are_words(speaking, clock, step, zh, en):
    for language, words in (("zh", zh), ("en", en)):
        speaking(language)
        assert dates.ago(now() + timedelta(**step)) == words


def test_numbers_and_sizes_are_easily_read():
    assert (dates.number(1234567), dates.number(None)) == ("1,234,567", "")
    assert (dates.size(999), dates.size(1536), dates.size(20 * 1024**2)) == ("999 B", "1.5 KB", "20.0 MB")


def test_the_switch_works_before_and_after_signing_in(browser, office):
    assert 'lang="zh-CN"' in browser.get("/login").text
    browser.post("/language", data={"language": "en", "next": "/login"})
    page = browser.get("/login").text
    assert 'lang="en"' in page and "Password" in page
    browser.sign_in("anna")
    assert 'lang="zh-CN"' in browser.get("/profile").text
    browser.post("/language", data={"language": "en"})
    with office.database.reading() as session:
        assert session.get_one(User, "anna").language == "en"


def test_a_language_nobody_speaks_is_left_alone(signed_in, office):
    signed_in("anna").post("/language", data={"language": "xx"})
    with office.database.reading() as session:
        assert session.get_one(User, "anna").language == "zh"


def test_the_theme_is_the_users(signed_in):
    anna = signed_in("anna")
    anna.post("/theme", data={"theme": "dark"})
    assert 'data-theme="dark"' in anna.get("/profile").text


def test_english_pages_hold_no_chinese_but_data(signed_in):
    dora = signed_in("dora")
    dora.post("/language", data={"language": "en"})
    for path in (
        "/profile",
        "/profile/password",
        "/people",
        "/people/new",
        "/people/anna",
        "/groups",
        "/groups/admin",
        "/definitions",
        "/incidents",
        "/nothing",
    ):
        page = dora.get(path).text
        for data in ("卷流", "卷", "中文", "安娜", "鲍勃", "卡尔", "朵拉", "伊芙", "档案室", "主任", "系统管理"):
            page = page.replace(data, "")
        assert not HAN.findall(page), path
