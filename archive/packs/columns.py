"""What the columns of a courier's list mean, whatever the sender calls them, and how their cells are read."""

import math
import re
from datetime import date, datetime, timedelta
from typing import Any

from archive.scans import halved, normalise
from archive.statuses import Channel
from workflow.errors import Sentence, sentence

# field → the headers senders use; compared without blanks, brackets and signs
SYNONYMS: dict[str, tuple[str, ...]] = {
    "tracking_no": (
        "运单号",
        "运单编号",
        "快递单号",
        "快递号",
        "邮件号",
        "邮件号码",
        "ems单号",
        "ems运单号",
        "ems号",
        "单号",
        "机要号",
        "机要编号",
        "机要文件号",
        "寄递单号",
        "物流单号",
        "trackingno",
        "trackingnumber",
    ),
    "name": ("姓名", "学生姓名", "毕业生姓名", "档案姓名", "人员姓名", "名字", "name"),
    "id_no": ("身份证号", "身份证号码", "身份证", "公民身份号码", "证件号码", "证件号", "idno", "idnumber"),
    "sender": (
        "寄件单位",
        "学校",
        "学校名称",
        "毕业院校",
        "毕业学校",
        "院校",
        "寄件人",
        "发件单位",
        "来档单位",
        "转出单位",
        "sender",
        "school",
    ),
    "sender_city": ("寄件城市", "寄件地", "寄出地", "发件城市", "学校所在地", "来档地", "城市", "sendercity", "city"),
    "channel": ("渠道", "寄递方式", "寄送方式", "邮寄方式", "转递方式", "来档方式", "方式", "channel"),
    "addressee": ("收件单位", "收件人", "接收单位", "转往单位", "档案接收单位", "addressee"),
    "sent_date": (
        "寄出日期",
        "寄出时间",
        "寄件日期",
        "邮寄日期",
        "寄送日期",
        "发出日期",
        "转出日期",
        "交寄日期",
        "sentdate",
    ),
    "grad_date": ("毕业时间", "毕业日期", "毕业年月", "graddate", "graduation"),
    "major": ("专业", "专业名称", "所学专业", "major"),
    "education": ("学历", "学历层次", "培养层次", "education"),
    "phone": ("手机", "手机号", "手机号码", "联系电话", "电话", "联系方式", "phone", "mobile"),
    "remark": ("备注", "说明", "remark"),
}
HEADERS = {spelling: field for field, spellings in SYNONYMS.items() for spelling in spellings}
LABELS = {
    "tracking_no": "Tracking number",
    "name": "Name",
    "id_no": "ID number",
    "sender": "Sender",
    "sender_city": "Sender's city",
    "channel": "Channel",
    "addressee": "Addressee",
    "sent_date": "Sent on",
    "grad_date": "Graduated",
    "major": "Major",
    "education": "Education",
    "phone": "Phone",
    "remark": "Remark",
}
REQUIRED = ("tracking_no", "name")
LONGEST = {"tracking_no": 60, "name": 100, "sender": 200, "sender_city": 100, "addressee": 200}

EXCEL_DAY_ZERO = date(1899, 12, 30)  # Excel's serial 1 is 1900-01-01, with its false 29 February 1900
SERIALS = range(29_221, 73_416)  # 1980 to 2100; other five digits are a slip of the finger
EXACT_DIGITS = 15  # a spreadsheet keeps 15 digits of a number; the rest are gone
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_SIGNS = re.compile(r"[\s\W_]+")
_FORMULA_TEXT = re.compile(r'^="(.*)"$')
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ]\d{1,2}:.*)?$")
_CHANNELS = (
    (Channel.CONFIDENTIAL, ("机要", "机要通信", "机要交通", "机要局", "confidential")),
    (Channel.EMS, ("ems", "邮政", "特快", "ems标准快递", "邮政特快专递", "邮政ems", "特快专递", "中国邮政")),
    (Channel.BY_HAND, ("专人", "专人送达", "专人报送", "派专人", "messenger", "byhand")),
)


class Unreadable(ValueError):
    """A cell that cannot mean what its column says; carries the sentence for the row's result."""

    def __init__(self, said: Sentence) -> None:
        super().__init__(str(said))
        self.sentence = said


def field_of(header: Any) -> str | None:
    """The field a header names, or None. `运单号（必填）`, ` 快递 单号 ` and `EMS单号` are all the tracking number."""
    bare = _SIGNS.sub("", _BRACKETS.sub("", halved(str(header or "")))).lower()
    return HEADERS.get(bare)


def text_of(cell: Any) -> str:
    """What a cell shows: whole numbers without `.0`, Excel's ="…" unwrapped, full-width signs halved."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    text = halved(str(cell))
    wrapped = _FORMULA_TEXT.match(text)
    return wrapped.group(1).strip() if wrapped else text


def number_of(cell: Any) -> str:
    """A tracking or ID number: capitals, no blanks or hyphens. Refuses one a spreadsheet has rounded."""
    if _is_rounded(cell) or re.fullmatch(r"\d(\.\d+)?E\+\d+", text_of(cell).upper()):
        raise Unreadable(
            sentence(
                "“{value}” was rounded by the spreadsheet. Format the column as text and enter it again.",
                value=text_of(cell),
            )
        )
    return normalise(text_of(cell)).replace("-", "")


def _is_rounded(cell: Any) -> bool:
    """Whether this is a number of more digits than a spreadsheet keeps, or one too large for it at all."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return not math.isfinite(cell) or len(str(int(cell))) > EXACT_DIGITS


def day_of(cell: Any) -> str:
    """A day as YYYY-MM-DD, or YYYY-MM where the list gives only a month; "" for an empty cell.

    Read are 2026-07-01, 2026/7/1, 2026.7.1, 2026年7月1日, 20260701, 202607, 2026年7月 and Excel's day serials.
    """
    text = text_of(cell)
    if not text:
        return ""
    if re.fullmatch(r"\d{5}", text) and int(text) in SERIALS:
        return (EXCEL_DAY_ZERO + timedelta(days=int(text))).isoformat()
    if re.fullmatch(r"\d{6}|\d{8}", text):
        text = "-".join(part for part in (text[:4], text[4:6], text[6:]) if part)
    found = _DAY.match(re.sub(r"\s*([-/.年月])\s*", r"\1", text))
    try:
        year, month, day = found.groups() if found else ("", "", "")
        whole = date(int(year), int(month), int(day or 1)).isoformat()
    except ValueError:
        raise Unreadable(sentence("“{value}” is not a day.", value=text)) from None
    return whole if day else whole[:7]


def channel_of(cell: Any, confidential_column: bool) -> Channel:
    """The channel as written; a silent list means EMS, or confidential post where its number column says 机要."""
    text = _SIGNS.sub("", text_of(cell)).lower()
    if not text:
        if confidential_column:
            return Channel.CONFIDENTIAL
        return Channel.EMS
    return next((channel for channel, spellings in _CHANNELS if text in spellings), Channel.OTHER)
