"""Telling the provincial system what we keep (domain §9.4): one record for each keeper and dossier number, sent anew
when it changed.

`Connector` is what a real line to the province must offer; `FileDrop` writes one JSON file for each record into the
data folder (`province-outbox`), from where another system or a person carries it on. The full ID number is read when
the record is sent and stands in no row, job or log of ours.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import orjson
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, dossiers, outbox, persons
from archive.dossier_tables import Dossier
from workflow import office
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Unavailable
from workflow.registry import Work, fsck_check, service_task

Record = Mapping[str, Any]
_OF_PERSON = {
    "姓名": "name",
    "曾用名": "former_name",
    "证件类型": "id_kind",
    "性别": "sex",
    "出生日期": "birth",
    "民族": "nation",
    "政治面貌": "political",
    "学历": "education",
    "学位": "degree",
    "毕业院校": "school",
    "专业": "major",
    "毕业时间": "grad_date",
    "参加工作时间": "work_start",
    "户籍地": "household",
    "组织关系": "party_relation",
}
_OF_DOSSIER = {
    "档案编号": "dossier_no",
    "存档机构": "keeper_code",
    "存档日期": "receive_date",
    "存档类型": "entrust_kind",
    "委托单位": "entrust_unit",
    "来档单位": "source_unit",
    "来档方式": "channel",
    "机要/邮件号": "track_no",
    "档案状态": "status",
    "材料页数": "page_count",
    "是否数字化": "digit_status",
    "材料完整性": "completeness",
    "备注": "remark",
    "经办人": "registered_by",
}


class Connector(Protocol):
    """A line to the province. Sending the same record twice must be the same as once."""

    def send(self, record: Record) -> str:
        """Hand the record over; returns the province's own number for it. Raises Unavailable to be tried again."""


@dataclass(frozen=True)
class FileDrop:
    """Leaves each record as a file named by keeper and dossier number."""

    folder: Path

    def send(self, record: Record) -> str:
        name = quote(f"{record['存档机构']}_{record['档案编号']}", safe="") + ".json"
        try:
            outbox.drop(self.folder, name, record)
        except OSError as error:
            raise Unavailable("The province's record cannot be written: {reason}.", reason=error.strerror) from None
        return name


class ProvincePush(Base):
    """What the province was told last about a dossier."""

    __tablename__ = "province_pushes"
    keeper_code: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    dossier_no: Mapped[str] = mapped_column(columns.code(60), primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), unique=True)
    province_id: Mapped[str] = mapped_column(String(200))
    content_sha256: Mapped[str] = mapped_column(String(64))  # of the record as sent
    sent_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)


def connector(session: Session) -> Connector:
    """The line this office has."""
    return FileDrop(office.of(session).settings.data / "province-outbox")


def record_of(session: Session, dossier: Dossier) -> dict[str, Any]:
    """The record as the province wants it (columns of domain §9.4); holds the full ID number and telephone."""
    person = dossier.person
    told = {title: getattr(person, field) for title, field in _OF_PERSON.items()}
    told |= {title: getattr(dossier, field) for title, field in _OF_DOSSIER.items()}
    told["存档日期"] = dossier.receive_date.isoformat() if dossier.receive_date else ""
    told |= {"证件号码": persons.id_no(session, person), "联系电话": persons.phone(session, person) or ""}
    return told


def push(session: Session, dossier: Dossier) -> ProvincePush:
    """Tell the province about the dossier, unless it knows just this already. Raises Unavailable to be tried again."""
    record = record_of(session, dossier)
    digest = hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).hexdigest()
    row = session.get(ProvincePush, (dossier.keeper_code, dossier.dossier_no), with_for_update=True)
    if row and row.content_sha256 == digest:
        return row
    number = connector(session).send({**record, "更新时间": now().isoformat()})
    if row is None:
        row = ProvincePush(
            keeper_code=dossier.keeper_code, dossier_no=dossier.dossier_no, dossier_id=dossier.id, times=0
        )
        session.add(row)
    row.province_id, row.content_sha256, row.sent_at, row.times = number, digest, now(), row.times + 1
    session.flush()
    return row


@service_task("province.push")
def push_task(session: Session, work: Work) -> dict[str, Any]:
    """Variables: dossier_no. Returns province_id. Safe to repeat."""
    return {"province_id": push(session, dossiers.by_no(session, work.variables["dossier_no"])).province_id}


@fsck_check("province_knows_our_numbers")
def _strangers(session: Session) -> Iterator[str]:
    """What was pushed is a dossier of ours, under its own number."""
    other = (
        select(ProvincePush.dossier_no, Dossier.dossier_no)
        .join(Dossier, Dossier.id == ProvincePush.dossier_id)
        .where(ProvincePush.dossier_no != Dossier.dossier_no)
    )
    for pushed, number in session.execute(other):
        yield f"Dossier {number} was pushed to the province as {pushed}."
