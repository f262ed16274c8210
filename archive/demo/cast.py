"""The demo office's groups and people."""

from dataclasses import dataclass

READ = ["dossiers.read", "comments"]


@dataclass(frozen=True)
class DemoGroup:
    key: str
    name: str
    name_en: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class DemoPerson:
    login: str
    display_name: str
    group: str


GROUPS = (
    DemoGroup("window", "窗口收件", "Window", ("packs.import", "packs.receive", *READ)),
    DemoGroup("registry", "登记", "Registry", tuple(READ)),
    DemoGroup("review", "复核", "Review", tuple(READ)),
    DemoGroup("store", "库房", "Storeroom", tuple(READ)),
    DemoGroup(
        "director",
        "中心主任",
        "Director",
        ("packs.import", "packs.receive", "days.close", "cases.read_all", "incidents.retry", *READ),
    ),
    DemoGroup("admin", "系统管理", "Administration", ("users.manage", "definitions.deploy", "incidents.retry")),
)

PEOPLE = (
    DemoPerson("wangmin", "王敏", "window"),
    DemoPerson("liqiang", "李强", "window"),
    DemoPerson("chenjing", "陈静", "registry"),
    DemoPerson("zhaolei", "赵磊", "registry"),
    DemoPerson("sunli", "孙丽", "review"),
    DemoPerson("zhouping", "周平", "review"),
    DemoPerson("wugang", "吴刚", "store"),
    DemoPerson("zhengyun", "郑云", "store"),
    DemoPerson("linlan", "林岚", "director"),
    DemoPerson("tangyi", "唐毅", "director"),
    DemoPerson("heguan", "何冠", "admin"),
)
