"""Settings: read from the environment, refused with a sentence, documented in one table."""

import ast
import re
import stat
from pathlib import Path

import pytest

from workflow import settings
from workflow.settings import SettingsRefused, from_environment

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def read(tmp_path):
    def read(**environment: str):
        return from_environment({"JUANLIU_DATA": str(tmp_path / "data"), **environment})

    return read


def documented() -> dict[str, str]:
    """Variable → default, from the table."""
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \|", (CHECKOUT / "docs/settings.md").read_text(), re.MULTILINE)
    return {name: default.strip("`") for name, default in rows}


def read_by_the_code() -> set[str]:
    """Every variable workflow/settings.py asks for."""
    tree = ast.parse(Path(settings.__file__).read_text())
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    name = r"(JUANLIU_(S3_)?)?[A-Z]+(_URL|_KEY|_MB|_HOURS)?|JUANLIU_S3"
    return {text for text in texts if re.fullmatch(name, text)}


def test_the_table_names_every_setting_and_no_other():
    assert set(documented()) == read_by_the_code()


def test_no_other_module_reads_the_environment():
    for folder in ("workflow", "archive", "forms", "web"):
        for module in (CHECKOUT / folder).rglob("*.py"):
            if module.name != "settings.py":
                assert not re.search(r"os\.environ|getenv", module.read_text()), module


@pytest.mark.parametrize(
    ("variable", "field", "shown"),
    [
        ("HOST", "host", str),
        ("PORT", "port", str),
        ("JUANLIU_ZONE", "zone", str),
        ("JUANLIU_UPLOAD_MB", "upload_limit", lambda limit: str(limit // 1024**2)),
        ("JUANLIU_IDLE_HOURS", "idle", lambda idle: str(int(idle.total_seconds() // 3600))),
        ("JUANLIU_OFFICE", "office_name", str),
        ("JUANLIU_HTTPS", "secure_cookies", lambda flag: str(int(flag))),
        ("JUANLIU_DEMO", "demo", lambda flag: str(int(flag))),
    ],
)
def test_the_table_tells_the_true_default(read, variable, field, shown):
    assert shown(getattr(read(), field)) == documented()[variable]


def test_an_empty_value_means_the_default(read, tmp_path):
    empty = {name: "" for name in documented() if name != "JUANLIU_DATA"}
    assert read(**empty) == read()


def test_everything_lies_in_the_data_folder(read, tmp_path):
    found = read()
    assert found.database_url == f"sqlite:///{tmp_path}/data/juanliu.db"
    assert found.queue_url == f"unix://{tmp_path}/data/valkey/valkey.sock"


@pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_is_reached_through_psycopg(read, given):
    assert read(DATABASE_URL=given).database_url == "postgresql+psycopg://u@h/d"


def test_an_outside_valkey_is_used_when_named(read):
    assert read(REDIS_URL="redis://queue:6379/1").queue_url == "redis://queue:6379/1"


def test_hosts_are_a_list(read):
    assert read(JUANLIU_HOSTS="a.example, b.example,").hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PORT", "80a", "PORT=80a: must be a whole number from 1 to 65535"),
        ("PORT", "0", "PORT=0: must be a whole number"),
        ("PORT", "65536", "PORT=65536: must be"),
        ("PORT", "-1", "PORT=-1: must be"),
        ("JUANLIU_UPLOAD_MB", "0", "JUANLIU_UPLOAD_MB=0: must be a whole number from 1 to 2000"),
        ("JUANLIU_ZONE", "Asia/Beijing", "JUANLIU_ZONE=Asia/Beijing: no such time zone"),
        ("JUANLIU_ZONE", "../etc/passwd", "no such time zone"),
        ("JUANLIU_ZONE", "Asia", "JUANLIU_ZONE=Asia: no such time zone"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must begin with sqlite:/// or postgresql://"),
        ("REDIS_URL", "http://x", "REDIS_URL must begin with redis://"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short: at least 32 characters"),
        ("JUANLIU_SEALS", f"{'x' * 40},short", "JUANLIU_SEALS: each secret needs at least 32 characters"),
        ("JUANLIU_HTTPS", "yes", "JUANLIU_HTTPS=yes: must be 0 or 1"),
        ("JUANLIU_DEMO", "no", "JUANLIU_DEMO=no: must be 0 or 1"),
    ],
)
def test_a_wrong_value_is_refused_by_name(read, variable, value, says):
    with pytest.raises(SettingsRefused, match=re.escape(says)):
        read(**{variable: value})


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsRefused, match="JUANLIU_DATA=.*the folder cannot be made"):
        from_environment({"JUANLIU_DATA": str(tmp_path / "file" / "data")})


def test_the_secret_key_is_made_once_and_only_we_can_read_it(read, tmp_path):
    first, again = read().secret_key, read().secret_key

    assert first == again
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600


def test_two_installations_have_different_keys(tmp_path):
    keys = {from_environment({"JUANLIU_DATA": str(tmp_path / name)}).secret_key for name in ("a", "b")}
    assert len(keys) == 2


def test_a_data_folder_that_is_made_is_its_owners_only(tmp_path):
    made = from_environment({"JUANLIU_DATA": str(tmp_path / "fresh")}).data

    assert made.stat().st_mode & 0o077 == 0


def test_a_process_gets_no_more_of_the_environment_than_is_named(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x" * 40)
    monkeypatch.setenv("TZ", "UTC")

    assert settings.environment_of(["TZ", "NOT_THERE_AT_ALL"]) == {"TZ": "UTC"}
