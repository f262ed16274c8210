"""SQLite and PostgreSQL find the same people and dossiers, in the same order, for any question."""

import random

import pytest

from archive import dossiers, names, persons, search
from tests.archive.cards import facts, id_no

FAMILIES = "单曾仇区查解任盖朴尹翟华乐员张王李赵刘陈杨黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "雄信小贤伟国强敏静丽军洋勇艳杰娟涛明超秀兰霞平刚桂英文华玉萍红玲芬芳燕彩兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳"
)
ODD = (
    "欧阳修",
    "欧阳询",
    "尉迟恭",
    "万俟卨",
    "阿依古丽·买买提",
    "买买提·阿依古丽",
    "Anna Lee",
    "anna lee",
    "ANNA",
    "O'Neil",
    "王𠮷",
    "𠮷田",
    "吕布",
    "李A",
    "李a",
    "张 伟",
    "José",
    "ABC",
    "100%_李",
    "丽",
    "Ñandú",
)


def crowd(chance: random.Random) -> list[str]:
    """Sixty names, some of them twice."""
    made = [chance.choice(FAMILIES) + "".join(chance.sample(GIVEN, chance.choice((1, 2)))) for _ in range(40)]
    return [*made, *ODD, *chance.sample(made, 4)]


@pytest.fixture
def both(sqlite_office, postgresql_office, clock):
    """Two offices where the same people were registered in the same order, and the names of those people."""
    called = crowd(random.Random(42))
    for office in (sqlite_office, postgresql_office):
        with office.database.transaction() as session:
            for serial, name in enumerate(called, start=1):
                person = persons.register(session, facts(serial, name), "anna")
                dossiers.register(session, person, {}, "anna")
    return sqlite_office, postgresql_office, called


def questions(chance: random.Random, called: list[str]) -> list[str]:
    """Parts of names, of readings and of numbers, as people type them, and nonsense."""
    asked = [
        *ODD,
        "",
        " ",
        "%",
        "_",
        "'",
        '"',
        "\\",
        "*",
        "-",
        "NEAR",
        "AND",
        "a OR b",
        "xx",
        "zz 002",
        "YX2026",
        "00001",
        "李 00",
    ]
    for serial, name in enumerate(called, start=1):
        start = chance.randrange(len(name))
        asked += [name[start:], name[: start + 1], name[start]]
        way = chance.choice(names.readings(name))
        asked += ["".join(way), " ".join(way), "".join(part[0] for part in way), "".join(way).upper()[:4]]
        asked += [f"{name[0]} {way[-1]}", f"{way[0]} {id_no(serial)[-4:]}", id_no(serial)[-chance.randrange(4, 7) :]]
    return asked


def answers(office, asked: list[str]) -> dict[str, tuple[list[str], list[str]]]:
    """For every question the people and the dossiers found, in order."""
    with office.database.reading() as session:
        return {
            each: (
                [f"{person.id} {person.name}" for person in search.people(session, each, 100)],
                [found.dossier_no for found in search.dossiers(session, each, 100)],
            )
            for each in asked
        }


def test_both_databases_answer_every_question_alike(both):
    sqlite_office, postgresql_office, called = both
    asked = questions(random.Random(7), called)

    one, other = answers(sqlite_office, asked), answers(postgresql_office, asked)

    assert {each: one[each] for each in asked if one[each] != other[each]} == {
        each: other[each] for each in asked if one[each] != other[each]
    }
    assert sum(bool(found) for found, _numbers in one.values()) > len(one) * 0.8


@pytest.mark.parametrize("seed", range(2))
def test_everyone_is_found_by_every_part_of_name_and_reading(office, clock, seed):
    called = crowd(random.Random(seed))
    with office.database.transaction() as session:
        for serial, name in enumerate(called, start=1):
            persons.register(session, facts(serial, name), "anna")
        for name in dict.fromkeys(called):
            for asked in (name, *parts(name)):
                assert name in [found.name for found in search.people(session, asked, 100)], asked


def parts(name: str) -> list[str]:
    """Every end of the name, every reading of it, its initials."""
    way = names.readings(name)[0]
    ends = [name[start:] for start in range(len(name)) if name[start:].strip("· '%_")]
    return [*ends, "".join(way), " ".join(way), names.initials(name)]


def test_nobody_is_found_by_what_is_not_in_their_name(office, clock):
    called = crowd(random.Random(3))
    with office.database.transaction() as session:
        for serial, name in enumerate(called, start=1):
            persons.register(session, facts(serial, name), "anna")
        for sign in "蜀魏吴郑冯褚卫蒋沈韩":
            found = {person.name for person in search.people(session, sign, 100)}
            assert found == {name for name in called if sign in name}
