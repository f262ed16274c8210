"""Rows no verb of the product would write."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from archive import dossiers
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.materials.models import Material
from archive.packs.models import PackStatus
from archive.persons import Person
from archive.reading.models import Reader, Relative
from archive.relations import SUBJECT
from archive.statuses import Channel
from archive.transfer.models import Dispatch, TransferPause
from tests.archive.annex_c import world
from workflow.clock import now
from workflow.models import DefinitionResource, LegalHold, ProcessDefinition, Relation, ResourceContent
from workflow.statuses import RelationKind


def copied(session: Session, table: Any, key: int, **more: Any) -> None:
    """The same row once more, with a key of its own."""
    row = session.get_one(table, key)
    values = {column.key: getattr(row, column.key) for column in table.__mapper__.column_attrs}
    del values["id"]
    session.add(table(**{**values, **more}))


def second_dossier(session: Session) -> None:
    copied(session, dossiers.Dossier, 1, dossier_no="YX0")


def second_person(session: Session) -> None:
    copied(session, Person, 1, name="单二")


def later_pack(session: Session) -> None:
    signed = {"received_at": now(), "received_by": "anna", "delivery_day": world.DAY, "status": PackStatus.SIGNED}
    session.add(world.pack("EB2", **signed))


def difference(session: Session) -> None:
    session.execute(text('UPDATE delivery_days SET figures = \'{"delivered": 1, "exceptions": 0}\''))


def second_image(session: Session) -> None:
    session.add(world.image(session, 1, 1, ImageKind.RAW))


def another_hash(session: Session) -> None:
    session.get_one(ImageFile, 1).sha256 = "f" * 64


def not_granted(session: Session) -> None:
    session.add(world.view(material_id=999, at=now()))


def read_late(session: Session) -> None:
    session.add(world.view(at=now() + timedelta(days=9)))


def read_by_another(session: Session) -> None:
    session.add(world.view(at=now(), second="carl"))


def own_reader(session: Session) -> None:
    session.get_one(Reader, 1).id_fingerprint = session.get_one(Person, 1).id_fingerprint


def noted_relative(session: Session) -> None:
    mark = session.get_one(Reader, 1).id_fingerprint
    session.add(Relative(person_id=1, id_fingerprint=mark, name="单大", noted_at=now(), noted_by="anna"))


def declared_relative(session: Session) -> None:
    subject = SUBJECT + session.get_one(Person, 1).id_fingerprint
    told = {"subject_name": "单雄信", "kind": RelationKind.BLOOD, "declared_at": now(), "declared_by": "anna"}
    session.add(Relation(user_name="anna", subject=subject, **told))


def dispatch(session: Session, **more: Any) -> None:
    """The pack of the transfer goes by EMS."""
    way = {"channel": Channel.EMS, "track_no": "EB1", "place": "transit:EMS EB1", "sent_at": now(), "sent_by": "anna"}
    case_id = session.scalar(text("SELECT case_id FROM transfers"))
    session.add(Dispatch(case_id=case_id, seq=1, notice_no="转1号", **{"guarded": False, **way, **more}))


def sent_unguarded(session: Session) -> None:
    dispatch(session)
    session.execute(text("UPDATE dossiers SET ex_cadre = true WHERE id = 1"))


def pause(session: Session, why: str) -> None:
    case_id = session.scalar(text("SELECT case_id FROM transfers"))
    session.add(TransferPause(case_id=case_id, since=now(), why=why))


def legal_hold(session: Session, **more: Any) -> None:
    case_id = session.scalar(text("SELECT case_id FROM transfers"))
    document = {"issuer": "区纪委", "number": "7号", "dated": date(2026, 6, 30), "began_at": now()}
    session.add(LegalHold(case_id=case_id, **{**document, "recorded_by": "anna", "agreed_by": "bob", **more}))


def due_on_a_holiday(session: Session) -> None:
    session.execute(text("UPDATE transfers SET due_at = :at, first_due_at = :at"), {"at": world.HOLIDAY.isoformat(" ")})


def form_with_a_fee(session: Session) -> None:
    form = '{"components": [{"components": [{"key": "sum", "label": "查阅费用"}]}]}'
    session.add(ResourceContent(sha256="0" * 64, content=form.encode()))
    told = {"name": "查借阅", "xml": b"", "sha256": "0" * 64, "activities": {}}
    session.add(ProcessDefinition(id=1, key="reading", version=1, deployed_at=now(), deployed_by="eve", **told))
    session.flush()
    session.add(DefinitionResource(definition_id=1, name="reading-fee.form", sha256="0" * 64))


def same_number(session: Session) -> None:
    first = session.get_one(Material, 1)
    copied(session, Material, 1, name="另一份", seq=first.seq)
