"""Two people of the security role."""

from workflow import separation
from workflow.clock import now
from workflow.identity import Group, User


def guards(session):
    """gao and lin, who may nothing but keep policies and read cases."""
    group = Group(key="security", name="安全保密管理", name_en="Security", permissions=[separation.MANAGE])
    made = [
        User(name=name, display_name=shown, created_at=now(), groups=[group])
        for name, shown in (("gao", "高"), ("lin", "林"))
    ]
    session.add_all(made)
    session.flush()
    return made
