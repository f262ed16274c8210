import json

import pytest

from archive import dossiers, notices, persons
from archive.notices import NoticeChannel, NoticeStatus
from tests.archive.cards import facts, id_no
from workflow.errors import Unavailable
from workflow.registry import Work, service_tasks


def person(session, **more):
    return persons.register(session, facts(1, **more), "anna")


def sent(office):
    return [json.loads(file.read_text()) for file in sorted((office.settings.data / "notice-outbox").iterdir())]


def test_a_notice_goes_out_once_by_text_message(session, office, clock):
    notice = notices.tell(session, person(session, phone="13800138000", mail="a@b.cn"), "您好")

    assert notices.send(session, notice) is NoticeStatus.SENT
    assert notices.send(session, notice) is NoticeStatus.SENT
    assert sent(office) == [{"id": notice.id, "channel": "sms", "to": "13800138000", "text": "您好"}]


def test_without_a_telephone_it_goes_by_mail(session, office, clock):
    notice = notices.tell(session, person(session, mail="a@b.cn"), "您好")
    notices.send(session, notice)

    assert notice.channel is NoticeChannel.MAIL
    assert sent(office)[0]["to"] == "a@b.cn"


def test_who_left_no_address_is_unreachable_and_nothing_is_sent(session, office, clock):
    notice = notices.tell(session, person(session), "您好")

    assert notices.send(session, notice) is NoticeStatus.UNREACHABLE
    assert not (office.settings.data / "notice-outbox").exists()


def test_the_same_thing_told_twice_is_one_notice(session, clock):
    told = person(session)

    assert notices.tell(session, told, "您好") is notices.tell(session, told, "您好")
    assert notices.tell(session, told, "您好") is not notices.tell(session, told, "再见")
    assert notices.tell(session, told, "一", key="missing:7") is notices.tell(session, told, "二", key="missing:7")


def test_a_gateway_that_is_down_leaves_the_notice_waiting(session, office, clock):
    (office.settings.data / "notice-outbox").write_text("a file where the folder should be")
    notice = notices.tell(session, person(session, phone="13800138000"), "您好")

    with pytest.raises(Unavailable, match="cannot be written"):
        notices.send(session, notice)
    assert notice.status is NoticeStatus.WAITING


def test_the_service_task_says_that_the_dossier_was_received(session, office, clock):
    dossier = dossiers.register(session, person(session, phone="13800138000"), {}, "anna")
    tell = service_tasks["notices.tell"]

    first = tell(session, Work(1, {"dossier_no": dossier.dossier_no}, {}, None, None))
    again = tell(session, Work(1, {"dossier_no": dossier.dossier_no}, {}, None, None))

    assert first == again
    assert first["notice_status"] == "sent"
    assert sent(office)[0]["text"] == "单雄信：您的人事档案已由云溪区人事档案管理中心接收入库，档案编号YX202600001。"
    assert id_no(1) not in sent(office)[0]["text"]


def test_the_process_may_say_something_else(session, office, clock):
    dossier = dossiers.register(session, person(session, phone="13800138000"), {}, "anna")
    service_tasks["notices.tell"](
        session, Work(1, {"dossier_no": dossier.dossier_no, "notice_text": "请补交成绩单"}, {}, None, None)
    )

    assert sent(office)[0]["text"] == "请补交成绩单"
