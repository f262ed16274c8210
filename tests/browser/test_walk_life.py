"""One dossier's life at the windows of two offices: received, sorted, scanned from real pages, accepted, read on the
screen by two, lent and brought back late, sent to the second office and its receipt back. Every paper is opened and
read, and the chain of custody is printed without a gap."""

from pathlib import Path

import pytest

from tests.browser.laps import Lap, laps
from tests.browser.life import Life, Shared, furnish
from tests.browser.life_outside import away, lent_and_late, read_on_the_screen
from tests.browser.life_person import NAME, UNIT
from tests.browser.life_within import accepted, received, scanned, sorted_
from tests.browser.walking import Walk

BROUGHT = (  # words of people and papers, the same in both languages
    *("EMS", "YX", "YXGB", "KB", "YYYY-MM-DD", "Powered by bpmn.io", "Insert", "HT", "JPEG", "dpi", "zip", "JY", "PDF"),
    *(
        NAME,
        "本科",
        "云溪大学",
        "云溪",
        "邮政投递员",
        "汉族",
        "干部履历表",
        "2018年度考核登记表",
        "高等学校毕业生登记表",
    ),
    *("云溪档案服务公司", "方远", "全部完成", "无补扫", UNIT, "任前考察", "钱局长", "局长", "干部科科员", "手续齐全"),
    *("sealed.png", "云溪区人才中心", "云溪区干部档案室", "干部调动", "云组干", "云教函", "号", "全卷", "否"),
    *("整理批次", "数字化批次", "档案数字化", "数字化", "查借阅", "档案调入", "调入", "档案转出", "转出"),
)


@pytest.fixture
def life(walk: Walk, clock, tmp_path: Path) -> Life:
    furnish(walk.site.office)
    return Life(walk, Shared(), tmp_path, data=BROUGHT)


@laps("zh-desk")
def test_one_dossiers_life_from_receipt_to_a_second_office_and_its_receipt_back(life: Life, lap: Lap):
    life.walk.begin(lap)
    number = received(life)
    sorted_(life, number)
    scanned(life, number)
    accepted(life)
    read_on_the_screen(life, number)
    lent_and_late(life, number)
    away(life, number)
