"""The demo office's people; each belongs to one of the standard groups (archive.founding)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoPerson:
    login: str
    display_name: str
    group: str


PEOPLE = (
    DemoPerson("wangmin", "王敏", "window"),
    DemoPerson("liqiang", "李强", "window"),
    DemoPerson("chenjing", "陈静", "registry"),
    DemoPerson("zhaolei", "赵磊", "registry"),
    DemoPerson("sunli", "孙丽", "review"),
    DemoPerson("zhouping", "周平", "review"),
    DemoPerson("wugang", "吴刚", "store"),
    DemoPerson("zhengyun", "郑云", "store"),
    DemoPerson("fangyuan", "方远", "scanning"),
    DemoPerson("hebin", "贺斌", "scanning"),
    DemoPerson("linlan", "林岚", "director"),
    DemoPerson("tangyi", "唐毅", "director"),
    DemoPerson("heguan", "何冠", "admin"),
    DemoPerson("gaoan", "高安", "security"),
    DemoPerson("linmi", "林密", "security"),
)
