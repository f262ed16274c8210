"""Every status of the archive: an enum stored by value, its label, and what may follow it."""

from enum import StrEnum


class DossierStatus(StrEnum):
    """Where a dossier stands physically (domain rule: Annex B). A person's state is another thing."""

    EXPECTED = "expected"  # 在途
    TO_REGISTER = "to_register"  # 待登记
    TO_SHELVE = "to_shelve"  # 待入库
    IN_STORE = "in_store"  # 在库
    SORTING = "sorting"  # 整理中
    SCANNING = "scanning"  # 扫描中
    LENT = "lent"  # 借出
    STOCKTAKING = "stocktaking"  # 盘点中
    LEAVING = "leaving"  # 待转出
    ON_THE_WAY = "on_the_way"  # 转出在途
    TRANSFERRED = "transferred"  # 已转出
    SEALED = "sealed"  # 封存
    MISSING = "missing"  # 缺失
    DAMAGED = "damaged"  # 损毁
    RETURNED = "returned"  # 退回
    ARCHIVED = "archived"  # 已移交档案馆
    CANCELLED = "cancelled"  # 注销


AT_WORK = (DossierStatus.SORTING, DossierStatus.SCANNING, DossierStatus.LENT, DossierStatus.STOCKTAKING)
_S = DossierStatus
MOVES: dict[DossierStatus, frozenset[DossierStatus]] = {
    _S.EXPECTED: frozenset({_S.TO_REGISTER, _S.RETURNED}),
    _S.TO_REGISTER: frozenset({_S.TO_SHELVE, _S.RETURNED, _S.CANCELLED}),
    _S.TO_SHELVE: frozenset({_S.IN_STORE}),
    _S.IN_STORE: frozenset({*AT_WORK, _S.LEAVING, _S.SEALED, _S.MISSING, _S.DAMAGED}),
    **{status: frozenset({_S.IN_STORE, _S.MISSING, _S.DAMAGED}) for status in AT_WORK},
    _S.LEAVING: frozenset({_S.IN_STORE, _S.ON_THE_WAY}),
    _S.ON_THE_WAY: frozenset({_S.TRANSFERRED, _S.IN_STORE, _S.MISSING}),
    _S.SEALED: frozenset({_S.IN_STORE}),
    _S.MISSING: frozenset({_S.IN_STORE}),  # found, or made anew
    _S.DAMAGED: frozenset(),
    _S.TRANSFERRED: frozenset(),  # coming back is a new receipt, linked to the old record
    _S.RETURNED: frozenset(),
    _S.ARCHIVED: frozenset(),
    _S.CANCELLED: frozenset(),
}

# no longer a dossier of this keeper: keeps no place on a shelf; on its way it does, until the receipt is here
ENDED = frozenset({_S.TRANSFERRED, _S.RETURNED, _S.ARCHIVED, _S.CANCELLED})
ACCOUNTED_FOR = ENDED | {_S.ON_THE_WAY, _S.MISSING, _S.DAMAGED}  # no wonder that it is not on its shelf


class DossierKind(StrEnum):
    CADRE = "cadre"  # 干部档案
    FLOW = "flow"  # 流动人员档案
    RETIRED = "retired"  # 离退休人员档案


class DossierVersion(StrEnum):
    ORIGINAL = "original"  # 正本
    DUPLICATE = "duplicate"  # 副本


class Channel(StrEnum):
    """How a pack or dossier travels."""

    CONFIDENTIAL = "confidential"  # 机要通信
    EMS = "ems"  # EMS 标准快递
    BY_HAND = "by_hand"  # 专人送取
    OTHER = "other"  # any other courier; refused at receipt


class EntrustKind(StrEnum):
    PERSON = "person"  # 个人存档
    UNIT = "unit"  # 单位委托存档
    GRADUATE = "graduate"  # 应届毕业生


class SortStatus(StrEnum):
    NONE = "none"
    QUEUED = "queued"
    SORTING = "sorting"
    SORTED = "sorted"


class DigitStatus(StrEnum):
    NONE = "none"
    QUEUED = "queued"
    SCANNING = "scanning"
    CHECKING = "checking"
    ACCEPTED = "accepted"


class AuditStatus(StrEnum):
    NONE = "none"
    QUEUED = "queued"
    AUDITING = "auditing"
    AUDITED = "audited"


class Completeness(StrEnum):
    COMPLETE = "complete"
    MISSING = "missing"  # 材料不全: the dossier's list says what


class SecretLevel(StrEnum):
    NONE = "none"
    CONFIDENTIAL = "confidential"  # 秘密
    SECRET = "secret"  # 机密
    TOP_SECRET = "top_secret"  # 绝密


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    DossierStatus: {
        DossierStatus.EXPECTED: "Expected to arrive",
        DossierStatus.TO_REGISTER: "To be registered",
        DossierStatus.TO_SHELVE: "To be shelved",
        DossierStatus.IN_STORE: "In store",
        DossierStatus.SORTING: "Being sorted",
        DossierStatus.SCANNING: "Being scanned",
        DossierStatus.LENT: "Lent",
        DossierStatus.STOCKTAKING: "Being counted",
        DossierStatus.LEAVING: "To be transferred",
        DossierStatus.ON_THE_WAY: "On the way out",
        DossierStatus.TRANSFERRED: "Transferred away",
        DossierStatus.SEALED: "Sealed by authority",
        DossierStatus.MISSING: "Cannot be found",
        DossierStatus.DAMAGED: "Damaged",
        DossierStatus.RETURNED: "Sent back",
        DossierStatus.ARCHIVED: "Handed to the archives",
        DossierStatus.CANCELLED: "Struck off",
    },
    DossierKind: {
        DossierKind.CADRE: "Cadre dossier",
        DossierKind.FLOW: "Dossier of mobile personnel",
        DossierKind.RETIRED: "Dossier of a retired person",
    },
    DossierVersion: {DossierVersion.ORIGINAL: "Original copy", DossierVersion.DUPLICATE: "Duplicate copy"},
    Channel: {
        Channel.CONFIDENTIAL: "Confidential post",
        Channel.EMS: "EMS standard",
        Channel.BY_HAND: "By an officer",
        Channel.OTHER: "Another courier",
    },
    EntrustKind: {
        EntrustKind.PERSON: "Kept for a person",
        EntrustKind.UNIT: "Kept for a unit",
        EntrustKind.GRADUATE: "Graduate of this year",
    },
    SortStatus: {
        SortStatus.NONE: "Not sorted",
        SortStatus.QUEUED: "Waiting to be sorted",
        SortStatus.SORTING: "Being sorted",
        SortStatus.SORTED: "Sorted",
    },
    DigitStatus: {
        DigitStatus.NONE: "Not digitised",
        DigitStatus.QUEUED: "Waiting to be scanned",
        DigitStatus.SCANNING: "Being scanned",
        DigitStatus.CHECKING: "Scans being checked",
        DigitStatus.ACCEPTED: "Scans accepted",
    },
    AuditStatus: {
        AuditStatus.NONE: "Not audited",
        AuditStatus.QUEUED: "Waiting to be audited",
        AuditStatus.AUDITING: "Being audited",
        AuditStatus.AUDITED: "Audited",
    },
    Completeness: {Completeness.COMPLETE: "No material missing", Completeness.MISSING: "Materials missing"},
    SecretLevel: {
        SecretLevel.NONE: "Not secret",
        SecretLevel.CONFIDENTIAL: "Confidential level",
        SecretLevel.SECRET: "Secret level",
        SecretLevel.TOP_SECRET: "Top secret level",
    },
}


def label(status: StrEnum) -> str:
    """The English label of any value above; a msgid of the catalogue."""
    return LABELS[type(status)][status]
