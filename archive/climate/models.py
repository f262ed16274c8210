"""The tables of the climate: instruments, gateways, readings, alarms."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.storage import Room
from workflow.db import Base
from workflow.models import Case

OPEN = text("ended_at IS NULL")


class Measure(StrEnum):
    """What an instrument measures. Water and fire are read as 1 (there is some) or 0."""

    TEMPERATURE = "temperature"  # °C
    HUMIDITY = "humidity"  # %RH
    WATER = "water"
    FIRE = "fire"


class Outcome(StrEnum):
    """How an alarm ended."""

    NORMAL = "normal"
    FALSE = "false"
    EMERGENCY = "emergency"
    STOPPED = "stopped"  # its case ended before its time


MEASURES = {  # Chinese, English, unit
    Measure.TEMPERATURE: ("温度", "Temperature", "℃"),
    Measure.HUMIDITY: ("湿度", "Humidity", "%"),
    Measure.WATER: ("水浸", "Water", ""),
    Measure.FIRE: ("火警", "Fire", ""),
}
OUTCOMES = {
    Outcome.NORMAL: ("已恢复正常", "Normal again"),
    Outcome.FALSE: ("误报", "False alarm"),
    Outcome.EMERGENCY: ("已启动应急预案", "Emergency plan carried out"),
    Outcome.STOPPED: ("已终止", "Stopped"),
}
URGENT = frozenset({Measure.WATER, Measure.FIRE})


class Gateway(Base):
    """A program that posts what instruments read. Its messages are signed with its secret (sealed here); withdrawn, it
    is not listened to."""

    __tablename__ = "climate_gateways"
    name: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Sensor(Base):
    """An instrument in a room."""

    __tablename__ = "climate_sensors"
    code: Mapped[str] = mapped_column(columns.code(40), primary_key=True)
    room_code: Mapped[str] = mapped_column(ForeignKey("rooms.code"), index=True)
    measure: Mapped[Measure] = columns.choice(Measure, nullable=False)

    room: Mapped[Room] = relationship()


class ClimateAlarm(Base):
    """An alarm of one instrument, in a case of its own; one at a time. `tenths`: the value that raised it,
    `minutes` for how long it lay outside, `last_tenths` the latest one."""

    __tablename__ = "climate_alarms"
    __table_args__ = (
        Index("uq_climate_alarms_open", "sensor_code", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="over_with_an_outcome"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    sensor_code: Mapped[str] = mapped_column(ForeignKey("climate_sensors.code"), index=True)
    tenths: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=0)
    last_tenths: Mapped[int]
    raised_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    normal_since: Mapped[datetime | None]
    action: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[Outcome | None] = columns.choice(Outcome, nullable=True)
    ended_at: Mapped[datetime | None]

    sensor: Mapped[Sensor] = relationship()
    case: Mapped[Case] = relationship()


class ClimateReading(Base):
    """One reading in tenths of its unit. `minutes`: for how long it has been so (a gateway's word, 0: a moment).
    `source`: "hand", or a gateway and its message, which is taken once."""

    __tablename__ = "climate_readings"
    __table_args__ = (
        UniqueConstraint("source", "message_id"),
        Index("ix_climate_readings_sensor", "sensor_code", "at"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sensor_code: Mapped[str] = mapped_column(ForeignKey("climate_sensors.code"))
    tenths: Mapped[int]
    minutes: Mapped[int] = mapped_column(default=0)
    outside: Mapped[bool]  # of its limits, as they were then
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(columns.code(40))
    message_id: Mapped[str | None] = mapped_column(columns.code(80))
    by: Mapped[str] = mapped_column(String(60), default="")
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("climate_alarms.case_id"), index=True)

    sensor: Mapped[Sensor] = relationship()
