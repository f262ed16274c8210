import pytest

from archive import names

POLYPHONIC = {
    "单雄信": "shan",
    "曾国藩": "zeng",
    "仇英": "qiu",
    "区志明": "ou",
    "查良镛": "zha",
    "解缙": "xie",
    "任正非": "ren",
    "盖叫天": "ge",
    "朴槿惠": "piao",
    "翟天临": "zhai",
    "华罗庚": "hua",
    "乐毅": "yue",
    "员半千": "yun",
    "秘宜": "bi",
    "冼星海": "xian",
    "覃辉": "qin",
    "缪贤": "miao",
    "纪晓岚": "ji",
    "燕青": "yan",
    "应采儿": "ying",
    "宁静": "ning",
    "召信臣": "shao",
    "折可适": "she",
    "种师道": "chong",
    "黑齿常": "he",
    "葛优": "ge",
    "么晓光": "yao",
    "都贻杰": "du",
    "逄逢": "pang",
    "卜凡": "bu",
    "柏杨": "bai",
    "薄一波": "bo",
    "车晓": "che",
    "晁错": "chao",
    "繁钦": "po",
    "费翔": "fei",
    "句践": "gou",
    "瞿秋白": "qu",
    "阚清子": "kan",
    "隗嚣": "kui",
    "乜旦": "nie",
    "那英": "na",
    "能元": "nai",
    "莘瑶": "shen",
    "尉建": "wei",
    "牟其中": "mou",
    "褚遂良": "chu",
    "谷建芬": "gu",
    "万里": "wan",
    "郗鉴": "xi",
}


@pytest.mark.parametrize(("name", "surname"), POLYPHONIC.items())
def test_a_surname_is_read_as_a_surname(name, surname):
    assert names.reading(name).split()[0] == surname


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("欧阳修", "ou yang xiu"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("单于丹", "chan yu dan"),
        ("澹台灭明", "tan tai mie ming"),
        ("长孙无忌", "zhang sun wu ji"),
        ("令狐冲", "ling hu chong"),
        ("诸葛亮", "zhu ge liang"),
    ],
)
def test_a_double_surname_is_read_as_one(name, read):
    assert names.reading(name) == read


def test_every_other_reading_is_known_as_well():
    firsts = {way[0] for way in names.readings("单雄信")}
    assert firsts == {"shan", "dan", "chan"}


def test_the_likeliest_reading_comes_first():
    assert names.readings("单雄信")[0] == ("shan", "xiong", "xin")


@pytest.mark.parametrize("typed", ["lv", "lu", "lyu"])
def test_the_vowel_no_keyboard_has_is_known_in_three_ways(typed):
    assert typed in {way[0] for way in names.readings("吕布")}


def test_initials_follow_the_surname():
    assert names.initials("曾小贤") == "zxx"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("Anna Schmidt", "a n n a s c h m i d t"),
        ("", ""),
        ("·", ""),
        ("王A", "wang a"),
    ],
)
def test_names_that_are_not_plain_han_are_read_too(name, read):
    assert names.reading(name) == read


def test_rare_characters_beyond_the_first_plane_are_chinese():
    assert names.is_chinese("𠮷")
    assert names.is_chinese("䶮")
    assert not names.is_chinese("A")
    assert names.reading("王𠮷").startswith("wang ")


def test_a_name_of_many_readings_stays_small():
    assert len(names.readings("单行重长乐朝曾盛")) <= names.MOST_READINGS


def test_the_table_of_surnames_is_large_enough():
    assert len(names.SURNAMES) >= 40
