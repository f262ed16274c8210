"""The papers of digitising: hand-over slips in two copies, the report of the work and of its quality."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import documents
from archive.documents import Document
from archive.dossier_tables import Dossier
from archive.images.defect_tables import ImageCheck, ImageDefect, Stage
from archive.images.models import ImageFile
from archive.materials.models import Material
from archive.scanning.batches import Quantity
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus, Unit
from workflow import office
from workflow.identity import User

UNITS = {Unit.PAGE: "面", Unit.VOLUME: "卷"}  # as the papers say it
DEFECTS = {  # as the report says it; the codes are those of archive.images.defect_tables
    "wrong_person": "他人页面",
    "missing_page": "缺页",
    "missing_material": "缺材料",
    "wrong_order": "顺序错误",
    "unreadable": "无法辨认",
    "catalogue": "目录与实体不符",
    "original": "原件损坏或丢失",
    "altered": "原始图像被改动",
    "format": "格式不符",
    "dpi": "分辨率不足",
    "depth": "色彩不足",
    "size": "文件过大",
    "turned": "方向不正",
    "skew": "偏斜",
    "blur": "模糊",
    "blank": "空白",
    "border": "黑边",
    "remark": "著录笔误",
}


def line(dossier: Dossier) -> dict[str, Any]:
    """A dossier in a list on paper."""
    return {
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "volumes": dossier.volumes or 1,
        "pages": dossier.page_count or 0,
    }


def yuan(fen: int) -> str:
    """12,345.67 of an amount in fen."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def unit_said(unit: Unit) -> str:
    return UNITS[Unit(unit)]


def hand_over(session: Session, batch: ScanBatch, act: str, moved: Sequence[ScanDossier], user: User, note: str) -> Any:
    """The hand-over slip (交接单, Annex D: under the batch's number, two copies) of these dossiers; None for none."""
    if not moved:
        return None
    facts = {
        "act": act,
        "batch_no": batch.number,
        "firm": batch.firm,
        "dossiers": [_moved(session, each) for each in moved],
        "count": len(moved),
        "pages": sum(each.pages_out or 0 for each in moved),
        "receiver": "、".join(dict.fromkeys(each.out_to or "" for each in moved)),
        "keeper": user.display_name,
        "note": note,
    }
    return documents.issue(session, batch.case, "scanning_slip", facts, user.name)


def report(session: Session, batch: ScanBatch, came: Quantity, user: User, said: Mapping[str, str]) -> Document:
    """The report of the work and of its quality (完工报告、质检报告)."""
    found = _defects(session, batch)
    facts = {
        "batch_no": batch.number,
        "firm": batch.firm,
        "contract_no": batch.contract_no,
        "volumes": came.volumes,
        "pages": came.pages,
        "images": _images(session, batch),
        "looked": _looked(session, batch),
        "defects": [{"said": DEFECTS[code], "count": count} for code, count in found.most_common()],
        "defect_count": found.total(),
        **said,
    }
    return documents.issue(session, batch.case, "scanning_report", facts, user.name)


def _moved(session: Session, entry: ScanDossier) -> dict[str, Any]:
    back = entry.status is ScanStatus.BACK
    moment = entry.back_at if back else entry.out_at
    return {
        **line(entry.dossier),
        "volumes": entry.volumes_out,
        "pages": entry.pages_back if back else entry.pages_out,
        "at": _clock(session, moment),
    }


def _clock(session: Session, moment: datetime | None) -> str:
    return office.of(session).local(moment).strftime("%m-%d %H:%M") if moment else ""


def _defects(session: Session, batch: ScanBatch) -> Counter[str]:
    """How often each defect was found in the batch's case, mended or not."""
    asked = select(ImageDefect.code, func.count()).where(ImageDefect.case_id == batch.case_id)
    return Counter({str(code): count for code, count in session.execute(asked.group_by(ImageDefect.code))})


def _images(session: Session, batch: ScanBatch) -> int:
    """How many images stand now beside the pages of its dossiers."""
    asked = select(func.count(ImageFile.id)).join(Material, Material.id == ImageFile.material_id)
    asked = asked.join(ScanDossier, ScanDossier.dossier_id == Material.dossier_id)
    return session.scalar(asked.where(ScanDossier.batch_id == batch.id, ImageFile.superseded_at.is_(None))) or 0


def _looked(session: Session, batch: ScanBatch) -> int:
    """How many images the firm's quality control has looked at in this case."""
    asked = select(func.count(ImageCheck.image_id.distinct())).where(ImageCheck.stage == Stage.FIRM)
    return session.scalar(asked.where(ImageCheck.case_id == batch.case_id)) or 0
