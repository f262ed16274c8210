"""Names as people look for them: by any character, by pinyin, by initials; surnames read as surnames.

pypinyin knows the commonest reading of a character, which for many surnames is the wrong one (单 is Shan, not dan).
The table below corrects the surname; every other reading is indexed as well, so that whoever types it finds the person.
"""

from itertools import islice, product

from pypinyin import Style, pinyin

from archive.scans import halved

# Characters that are read in another way when they are a surname; the surname's reading first.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "解": "xie",
    "任": "ren",
    "盖": "ge",
    "朴": "piao",
    "尹": "yin",
    "翟": "zhai",
    "华": "hua",
    "乐": "yue",
    "员": "yun",
    "秘": "bi",
    "冼": "xian",
    "覃": "qin",
    "缪": "miao",
    "纪": "ji",
    "燕": "yan",
    "应": "ying",
    "宁": "ning",
    "召": "shao",
    "折": "she",
    "种": "chong",
    "重": "chong",
    "黑": "he",
    "祭": "zhai",
    "佴": "nai",
    "洗": "xian",
    "葛": "ge",
    "谌": "chen",
    "么": "yao",
    "都": "du",
    "逄": "pang",
    "卜": "bu",
    "柏": "bai",
    "薄": "bo",
    "鲍": "bao",
    "车": "che",
    "晁": "chao",
    "繁": "po",
    "费": "fei",
    "干": "gan",
    "过": "guo",
    "哈": "ha",
    "句": "gou",
    "勾": "gou",
    "角": "jue",
    "瞿": "qu",
    "阚": "kan",
    "隗": "kui",
    "乜": "nie",
    "宓": "mi",
    "那": "na",
    "能": "nai",
    "钭": "tou",
    "撒": "sa",
    "莘": "shen",
    "盛": "sheng",
    "石": "shi",
    "沈": "shen",
    "尉": "wei",
    "洪": "hong",
    "冯": "feng",
    "危": "wei",
    "於": "yu",
    "于": "yu",
    "相": "xiang",
    "幸": "xing",
    "郇": "xun",
    "叶": "ye",
    "弋": "yi",
    "殷": "yin",
    "俞": "yu",
    "郁": "yu",
    "恽": "yun",
    "臧": "zang",
    "占": "zhan",
    "长": "zhang",
    "中": "zhong",
    "祝": "zhu",
    "卓": "zhuo",
    "訾": "zi",
    "宗": "zong",
    "曲": "qu",
    "娄": "lou",
    "蕃": "bo",
    "贾": "jia",
    "强": "qiang",
    "牟": "mou",
    "褚": "chu",
    "谷": "gu",
    "藏": "zang",
    "万": "wan",
    "郗": "xi",
}
COMPOUNDS = {
    "欧阳": "ou yang",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "单于": "chan yu",
    "澹台": "tan tai",
    "长孙": "zhang sun",
    "令狐": "ling hu",
    "司马": "si ma",
    "诸葛": "zhu ge",
    "上官": "shang guan",
    "夏侯": "xia hou",
    "皇甫": "huang fu",
    "宇文": "yu wen",
    "鲜于": "xian yu",
    "闾丘": "lü qiu",
    "慕容": "mu rong",
    "公孙": "gong sun",
    "司徒": "si tu",
    "司空": "si kong",
    "亓官": "qi guan",
    "钟离": "zhong li",
    "东方": "dong fang",
    "独孤": "du gu",
    "南宫": "nan gong",
    "轩辕": "xuan yuan",
    "申屠": "shen tu",
    "濮阳": "pu yang",
    "赫连": "he lian",
    "端木": "duan mu",
    "呼延": "hu yan",
    "百里": "bai li",
    "西门": "xi men",
    "乐正": "yue zheng",
    "太史": "tai shi",
    "宗政": "zong zheng",
    "公冶": "gong ye",
}
MOST_READINGS = 48  # of one whole name; the likelier ones come first


_PLANES = (("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"), ("〇", "〇"))


def is_chinese(character: str) -> bool:
    """Whether this is a Chinese character (any Unicode plane)."""
    return any(first <= character <= last for first, last in _PLANES)


def reading(name: str) -> str:
    """The likeliest pinyin of a name, syllables apart: `单雄信` → "shan xiong xin". For sorting and sounding out."""
    return " ".join(options[0] for options in _options(name))


def initials(name: str) -> str:
    """The first letters of the likeliest reading: `单雄信` → "sxx"."""
    return "".join(options[0][0] for options in _options(name))


def readings(name: str) -> list[tuple[str, ...]]:
    """Every way to read a name, as tuples of syllables, likeliest first, at most MOST_READINGS."""
    options = _options(name)
    ways = islice(product(*options), 4096)
    order = {way: sum(place.index(part) for part, place in zip(way, options, strict=True)) for way in ways}
    return sorted(order, key=order.__getitem__)[:MOST_READINGS]


def _options(name: str) -> list[list[str]]:
    """For each character its readings, likeliest first; what is not Chinese stands for itself."""
    text = "".join(character for character in halved(name).lower() if character.isalnum())
    head = next((known for known in COMPOUNDS if text.startswith(known)), "")
    found = [[part] for part in COMPOUNDS[head].split()] if head else []
    if not head and text[:1] in SURNAMES:
        head = text[0]
        found = [[SURNAMES[head]]]
    found = [_unique(first + _of_character(character)) for first, character in zip(found, head, strict=True)]
    rest = text[len(head) :]
    for character, likely in zip(rest, _likely(rest), strict=True):
        found.append(_unique([likely, *_of_character(character)]))
    return found


def _likely(text: str) -> list[str]:
    """The reading of each character as pypinyin takes it in its context."""
    return [syllable[0] for syllable in pinyin(text, style=Style.NORMAL, errors=list, v_to_u=True)]


def _of_character(character: str) -> list[str]:
    if not is_chinese(character):
        return [character]
    return pinyin(character, style=Style.NORMAL, heteronym=True, errors=list, v_to_u=True)[0]


def _unique(options: list[str]) -> list[str]:
    """Each once and in order; ü as people type it: v, u or yu."""
    typed = [option.replace("ü", letter) for option in options for letter in ("v", "u", "yu")]
    return list(dict.fromkeys(typed))
