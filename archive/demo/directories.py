"""The directories of the demo office: the units of an invented town as a tree, one of them closed, and the offices that
keep dossiers elsewhere."""

from datetime import date

from sqlalchemy.orm import Session

from archive import units
from archive.transfer import keepers

BY = "chenjing"
TOWN = (  # code, name, kind, superior
    ("YX", "云溪市人民政府", "机关", ""),
    ("YX-RSJ", "云溪市人力资源和社会保障局", "机关", "YX"),
    ("YX-RCZX", "云溪市人才服务中心", "事业单位", "YX-RSJ"),
    ("YX-JYJ", "云溪市教育局", "机关", "YX"),
    ("YX-YZ", "云溪市第一中学", "事业单位", "YX-JYJ"),
    ("YX-EZ", "云溪市第二中学", "事业单位", "YX-JYJ"),
    ("YX-WJJ", "云溪市卫生健康局", "机关", "YX"),
    ("YX-RMYY", "云溪市人民医院", "事业单位", "YX-WJJ"),
    ("YX-FZC", "云溪市纺织厂", "国有企业", "YX"),
    ("CL", "创联科技有限公司", "民营企业", ""),
)
CLOSED = "YX-FZC"
KEEPERS = (  # code, name, address, post code, telephone
    ("NL0001", "南岭区流动人员人事档案中心", "南岭区滨河路 18 号", "400021", "020-5550 1801"),
    ("BH0002", "北湖区人才服务中心", "北湖区文昌街 7 号", "400032", "020-5550 0702"),
    ("DS0003", "东山县人力资源服务中心", "东山县解放路 101 号", "400107", "020-5550 1013"),
    ("XH0004", "西河市人才交流中心", "西河市建设大道 66 号", "410004", "021-5550 6604"),
    ("SZ0005", "省直机关干部档案室", "省府路 2 号", "400001", "020-5550 0205"),
)


def fill(session: Session) -> None:
    """Units and keepers, by the registry; the textile works was closed."""
    for code, name, kind, parent in TOWN:
        units.save(session, {"code": code, "name": name, "kind": kind, "parent_code": parent}, BY, "建库")
    units.close(session, units.named(session, CLOSED), date(2024, 12, 31), BY, "云国资〔2024〕31号 破产终结")
    for code, name, address, post_code, phone in KEEPERS:
        told = {"code": code, "name": name, "address": address, "post_code": post_code, "phone": phone}
        keepers.save(session, told, BY, "省级名录 2026 版")
