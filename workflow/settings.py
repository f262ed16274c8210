"""Settings come from the environment, are read once, and are refused at start if wrong."""

import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CHECKOUT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32  # characters


class SettingsRefused(SystemExit):
    """A setting that cannot be used; the message names it, so that the start ends with one clear sentence."""


@dataclass(frozen=True)
class Bucket:
    """Where files lie when not in the data folder."""

    address: str  # of the store, without the bucket
    name: str
    folder: str  # within the bucket; "" or ending with a slash
    key: str
    secret: str = field(repr=False)
    region: str
    near: int  # bytes of copies on this machine


@dataclass(frozen=True)
class Settings:
    """What the environment said. See the table in docs/settings.md."""

    data: Path  # JUANLIU_DATA: the one folder of everything that must survive
    database_url: str  # DATABASE_URL
    redis_url: str  # REDIS_URL; "" = the bundled Valkey (a socket in the data folder)
    host: str  # HOST
    port: int  # PORT
    zone: ZoneInfo  # JUANLIU_ZONE: the office's time zone
    secret_key: str  # SECRET_KEY, or generated on first start into data/secret-key
    secure_cookies: bool  # JUANLIU_HTTPS=1 behind a TLS proxy
    upload_limit: int  # JUANLIU_UPLOAD_MB, in bytes here
    office_name: str  # JUANLIU_OFFICE: printed on documents
    demo: bool = True  # JUANLIU_DEMO=0: the first start invents no demo office
    idle: timedelta = timedelta(hours=4)  # JUANLIU_IDLE_HOURS: signed out after so long without a page
    hosts: tuple[str, ...] = ()  # JUANLIU_HOSTS: the only host names answered, comma-separated; () = any
    seals: tuple[str, ...] = ()  # JUANLIU_SEALS: secrets the saved states are sealed with; () = the secret key
    page_texts: bool = False  # JUANLIU_OCR=1: text is read from accepted page images, where the extra is installed
    backups: tuple[Path, ...] = ()  # JUANLIU_BACKUPS: the two folders of copies of accepted page images
    s3: Bucket | None = None  # JUANLIU_S3 and what belongs to it; None = files lie in the data folder

    @property
    def queue_url(self) -> str:
        return self.redis_url or f"unix://{self.data / 'valkey' / 'valkey.sock'}"


def zone(environment: Mapping[str, str] | None = None) -> ZoneInfo:
    """The office's time zone, the only setting wanted where there is no office. Raises SettingsRefused."""
    name = (os.environ if environment is None else environment).get("JUANLIU_ZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsRefused(f"JUANLIU_ZONE={name}: no such time zone.") from None


def environment_of(names: Collection[str]) -> dict[str, str]:
    """Those variables, as far as there are any: for a process that may have nothing else."""
    return {name: os.environ[name] for name in names if name in os.environ}


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings; raises SettingsRefused naming the variable."""
    env = os.environ if environment is None else environment
    data = Path(env.get("JUANLIU_DATA") or CHECKOUT / "data").absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else reads what lies in it
    except OSError as error:
        raise SettingsRefused(f"JUANLIU_DATA={data}: the folder cannot be made ({error.strerror}).") from None
    return Settings(
        data=data,
        database_url=_database_url(env.get("DATABASE_URL", ""), data),
        redis_url=_redis_url(env.get("REDIS_URL", "")),
        host=env.get("HOST") or "127.0.0.1",
        port=_number(env, "PORT", 8000, 1, 65535),
        zone=zone(env),
        secret_key=_secret(env.get("SECRET_KEY", ""), data),
        secure_cookies=_flag(env, "JUANLIU_HTTPS", "0"),
        upload_limit=_number(env, "JUANLIU_UPLOAD_MB", 20, 1, 2000) * 1024 * 1024,
        office_name=env.get("JUANLIU_OFFICE") or "云溪区人事档案管理中心",
        demo=_flag(env, "JUANLIU_DEMO", "1"),
        idle=timedelta(hours=_number(env, "JUANLIU_IDLE_HOURS", 4, 1, 12)),
        hosts=_listed(env, "JUANLIU_HOSTS"),
        seals=_seals(env),
        page_texts=_flag(env, "JUANLIU_OCR", "0"),
        backups=_backups(env, data),
        s3=_bucket(env),
    )


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsRefused(f"{name}={text}: must be a whole number from {low} to {high}.")
    return int(text)


def _listed(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _seals(env: Mapping[str, str]) -> tuple[str, ...]:
    secrets_ = _listed(env, "JUANLIU_SEALS")
    if any(len(each) < SHORTEST_SECRET for each in secrets_):
        raise SettingsRefused(f"JUANLIU_SEALS: each secret needs at least {SHORTEST_SECRET} characters.")
    return secrets_


def _backups(env: Mapping[str, str], data: Path) -> tuple[Path, ...]:
    folders = tuple(Path(each) for each in _listed(env, "JUANLIU_BACKUPS")) or (data / "backup-1", data / "backup-2")
    absolute = all(each.is_absolute() for each in folders)
    if len(set(folders)) != 2 or not absolute or data / "files" in folders:
        raise SettingsRefused("JUANLIU_BACKUPS: two different folders, comma-separated, by their whole paths.")
    return folders


def _bucket(env: Mapping[str, str]) -> Bucket | None:
    text = env.get("JUANLIU_S3", "")
    if not text:
        return None
    parts = urlsplit(text)
    name, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not name or parts.query or parts.username:
        raise SettingsRefused("JUANLIU_S3 must be like https://host/bucket or https://host/bucket/folder.")
    key, secret = env.get("JUANLIU_S3_KEY", ""), env.get("JUANLIU_S3_SECRET", "")
    if not key or not secret:
        raise SettingsRefused("JUANLIU_S3 needs JUANLIU_S3_KEY and JUANLIU_S3_SECRET as well.")
    return Bucket(
        address=f"{parts.scheme}://{parts.netloc}",
        name=name,
        folder=f"{folder}/" if folder else "",
        key=key,
        secret=secret,
        region=env.get("JUANLIU_S3_REGION") or "us-east-1",
        near=_number(env, "JUANLIU_S3_NEAR_MB", 2000, 100, 1_000_000) * 1024 * 1024,
    )


def _flag(env: Mapping[str, str], name: str, default: str) -> bool:
    text = env.get(name, "") or default
    if text not in {"0", "1"}:
        raise SettingsRefused(f"{name}={text}: must be 0 or 1.")
    return text == "1"


def _database_url(text: str, data: Path) -> str:
    if not text:
        return f"sqlite:///{data / 'juanliu.db'}"
    for plain in ("postgres://", "postgresql://"):
        if text.startswith(plain):
            return "postgresql+psycopg://" + text.removeprefix(plain)
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise SettingsRefused("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _redis_url(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsRefused("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return text


def _secret(given: str, data: Path) -> str:
    if given:
        if len(given) < SHORTEST_SECRET:
            raise SettingsRefused(f"SECRET_KEY is too short: at least {SHORTEST_SECRET} characters.")
        return given
    kept = data / "secret-key"
    if not kept.exists():
        fresh = data / f"secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, kept)  # the first of several processes wins
        except FileExistsError:
            pass
        fresh.unlink()
    return kept.read_text().strip()
