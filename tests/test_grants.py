"""Permissions that are new with a version, in an office that was there before."""

import pytest
from sqlalchemy import delete, select

from archive import founding
from workflow.identity import Group, Membership
from workflow.migrations import grants
from workflow.people import PERMISSIONS

BY_HAND = ["instances.suspend", "instances.cancel", "instances.move", "instances.change"]
NEW = [*BY_HAND, "tasks.supervise", "cases.reopen"]


@pytest.fixture
def groups(session):
    """Give the office just these groups, offer, and tell what all hold then."""

    def offered(
        step=grants.of_human_tasks, **permissions: list[str]
    ) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        for group in session.scalars(select(Group)):
            group.permissions = []
        for key, held in permissions.items():
            session.merge(Group(key=key, name=key, permissions=held))
        session.flush()
        given = step(session.connection())
        session.expire_all()
        return given, {group.key: group.permissions for group in session.scalars(select(Group).order_by(Group.key))}

    return offered


def test_the_director_gets_what_nobody_holds_and_a_security_group_is_made_empty(groups, session):
    given, held = groups(director=["tasks.assign"])
    assert given == {"director": NEW, "security": ["policies.manage"]}
    assert (held["director"], held["security"]) == (["tasks.assign", *NEW], ["policies.manage"])
    assert session.get_one(Group, "security").name_en == "Security"
    assert set(NEW) | {"policies.manage"} <= set(PERMISSIONS)


def test_what_some_group_holds_already_is_nobody_elses(groups):
    given, held = groups(director=["instances.move"], registry=["tasks.supervise"], admin=["policies.manage"])
    assert given == {"director": ["instances.suspend", "instances.cancel", "instances.change", "cases.reopen"]}
    assert "security" not in held and held["registry"] == ["tasks.supervise"]


def test_a_group_called_security_is_left_as_it_is(groups):
    given, held = groups(director=NEW, security=["dossiers.read"])
    assert given == {} and held["security"] == ["dossiers.read"]


def test_without_a_director_nobody_gets_anything_but_the_security_group_is_there(session):
    session.execute(delete(Membership).where(Membership.group_key == "director"))
    session.execute(delete(Group).where(Group.key == "director"))
    assert grants.of_human_tasks(session.connection()) == {"security": ["policies.manage"]}


def test_asked_twice_it_gives_nothing_more(groups, session):
    groups(director=[])
    assert grants.of_human_tasks(session.connection()) == {}


def test_a_new_office_gets_them_when_it_is_founded(session):
    held = {group.key: set(group.permissions) for group in founding.GROUPS}
    assert set(NEW) <= held["director"] and "policies.manage" in held["security"]


def test_catalogues_and_page_images_come_to_registry_and_review(groups, session):
    groups(registry=["dossiers.read"], review=[])
    given = grants.of_dossier_life(session.connection())
    assert given == {"registry": ["dossiers.catalogue"], "review": ["images.check"]}
    assert {"dossiers.catalogue", "images.check"} <= set(PERMISSIONS)
    assert grants.of_dossier_life(session.connection()) == {}


def test_the_processes_of_dossiers_come_with_a_group_that_scans(groups, session):
    session.execute(delete(Group).where(Group.key == "scanning"))
    given, held = groups(grants.of_dossier_processes, director=[], review=["images.check"], store=["comments"])
    assert given["store"] == ["scanning.desk", "scanning.read", "dossiers.shelve"]
    assert given["scanning"] == held["scanning"] == ["images.deliver", "scanning.read", "images.check", "comments"]
    founded = {group.key: set(group.permissions) for group in founding.GROUPS}
    assert all(set(permissions) <= founded[key] for key, permissions in given.items())
    assert grants.of_dossier_processes(session.connection()) == {}


def test_upkeep_comes_to_those_who_kept_these_by_hand(groups, session):
    given, _ = groups(grants.of_upkeep, director=["dossiers.read"], registry=[], store=[])
    founded = {group.key: set(group.permissions) for group in founding.GROUPS}
    assert set(given) == {"director", "registry", "store"} and given["store"] == ["storage.keep"]
    assert all(set(permissions) <= founded[key] & set(PERMISSIONS) for key, permissions in given.items())
    assert grants.of_upkeep(session.connection()) == {}
