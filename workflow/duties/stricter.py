"""Whether one rule plainly asks for more than another of its kind."""

from workflow.duties.language import Kind, Rule


def is_stricter(new: Rule, old: Rule) -> bool:
    """Whether whoever keeps `new` keeps `old`. In doubt it is not: then a second person looks at it."""
    if (new.kind, new.at) != (old.kind, old.at):
        return False
    if new.kind in (Kind.DIFFERENT_FROM, Kind.SAME_PERSON_AS):
        return set(new.others) >= set(old.others)
    if new.kind is Kind.DISTINCT_PEOPLE:
        return set(new.members) == set(old.members) and new.number >= old.number
    if new.kind is Kind.APPROVALS:
        return set(new.others) <= set(old.others) and new.number >= old.number
    if new.kind is Kind.HOLDS_ROLE:
        return set(new.groups) <= set(old.groups)
    if new.kind is Kind.NOT_RELATED:
        return bool(new.others) == bool(old.others) and set(new.others) >= set(old.others)
    return True
