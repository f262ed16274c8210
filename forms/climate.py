"""The instruments of the storerooms."""

from collections.abc import Iterator

from archive.climate import sensors
from archive.climate.models import MEASURES
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("climate-sensors")
def climate_sensors(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Every instrument with its room and what it measures."""
    for sensor in sensors.all_(context.session):
        zh, en, _ = MEASURES[sensor.measure]
        yield Choice(sensor.code, f"{sensor.code} {sensor.room.name} {zh}", f"{sensor.code} {sensor.room.name} {en}")
