"""Invented identities for tests: numbers that pass the check and belong to nobody."""

from archive import id_numbers


def id_no(serial: int = 1, birth: str = "20040512", region: str = "110105") -> str:
    """A valid 18-character number; `serial` 1–999, odd for men."""
    body = f"{region}{birth}{serial:03d}"
    return body + id_numbers.check_digit(body)


def facts(serial: int = 1, name: str = "单雄信", **more: object) -> dict[str, object]:
    return {"name": name, "id_no": id_no(serial), **more}
