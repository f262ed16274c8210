"""Invented people. Every identity number passes the GB 11643 checksum and belongs to nobody."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from archive import id_numbers

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "单仇区查解盖朴尉"
)
DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "尉迟", "令狐")
GIVEN_FEMALE = "芳娜静敏艳丽娟霞秀英玉萍红梅雪琳慧颖婷雯欣悦佳怡梦琪思涵若曦语嫣紫萱"
GIVEN_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩轩子涵俊博文昊天志远建国家豪泽"
SCHOOLS = (
    ("云溪大学", "云溪市"),
    ("岭南理工学院", "广州市"),
    ("湘江师范大学", "长沙市"),
    ("东湖科技大学", "武汉市"),
    ("北原农业大学", "哈尔滨市"),
    ("江左财经大学", "南京市"),
    ("蜀山医学院", "成都市"),
    ("渤海工业大学", "天津市"),
    ("西岭交通学院", "西安市"),
    ("闽海外国语学院", "厦门市"),
)
MAJORS = (
    "汉语言文学",
    "会计学",
    "计算机科学与技术",
    "护理学",
    "土木工程",
    "法学",
    "机械设计制造及其自动化",
    "英语",
    "农学",
    "社会工作",
)
UNITS = ("云溪机电有限公司", "青禾农业科技有限公司", "恒通物流有限公司", "明德教育咨询有限公司", "南岭建材有限公司")
AREAS = ("440117", "440103", "430102", "420106", "230102", "320102", "510104", "120101", "610102", "350203")


@dataclass(frozen=True)
class Invented:
    """One invented person and what the covering papers of the dossier say."""

    name: str
    id_no: str
    sex: str  # "1" male, "2" female (GB/T 2261.1)
    birth: str  # YYYY-MM-DD
    school: str
    school_city: str
    major: str
    graduation: str  # YYYY-MM
    mobile: str
    party_member: bool


def people(seed: int, born: range) -> Iterator[Invented]:
    """Endless invented people born in these years; the same seed gives the same people."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while True:
        person = _person(chance, born)
        if person.id_no not in seen:
            seen.add(person.id_no)
            yield person


def _person(chance: random.Random, born: range) -> Invented:
    male = chance.random() < 0.5
    surname = chance.choice(DOUBLE_SURNAMES) if chance.random() < 0.03 else chance.choice(SURNAMES)
    given = GIVEN_MALE if male else GIVEN_FEMALE
    birth = date(chance.choice(born), 1, 1) + timedelta(days=chance.randrange(365))
    school, city = chance.choice(SCHOOLS)
    return Invented(
        name=surname + "".join(chance.sample(given, chance.choice((1, 2, 2)))),
        id_no=_id_no(chance, birth, male),
        sex="1" if male else "2",
        birth=birth.isoformat(),
        school=school,
        school_city=city,
        major=chance.choice(MAJORS),
        graduation=f"{birth.year + 22}-06",
        mobile=f"1{chance.choice('3589')}{chance.randrange(10**9):09d}",
        party_member=chance.random() < 0.12,
    )


def _id_no(chance: random.Random, birth: date, male: bool) -> str:
    order = chance.randrange(1, 499) * 2 + (1 if male else 0)
    body = f"{chance.choice(AREAS)}{birth:%Y%m%d}{order:03d}"
    return body + id_numbers.check_digit(body)
