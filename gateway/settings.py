"""The gateway's configuration file; `example.toml` explains it to a person."""

import tomllib
from pathlib import Path

import msgspec

from core.wire import NAME
from gateway.adapters.ems_esp import EmsEsp, load_faults
from gateway.adapters.zigbee2mqtt import Zigbee2Mqtt
from gateway.sources import Adapter, Sources


class SettingsWrong(ValueError):
    """The configuration cannot be used; the text says where and what is expected."""


class Zigbee2MqttTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[zigbee2mqtt]]` table."""

    base_topic: str = "zigbee2mqtt"
    weather_devices: list[str] = []
    rename: dict[str, str] = {}


class EmsEspTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[ems_esp]]` table: one boiler."""

    device: str
    base_topic: str = "ems-esp"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Paths are relative to its folder."""

    gateway_id: str
    spool: str = "spool.db"
    inbox: str = "inbox"
    status: str = "status.json"
    keep_settled: bool = False
    zigbee2mqtt: list[Zigbee2MqttTable] = []
    ems_esp: list[EmsEspTable] = []

    def sources(self) -> Sources:
        """The adapters that the file names."""
        faults = load_faults()
        adapters: list[Adapter] = [
            Zigbee2Mqtt(table.base_topic, frozenset(table.weather_devices), table.rename)
            for table in self.zigbee2mqtt
        ]
        adapters += [EmsEsp(table.base_topic, table.device, faults) for table in self.ems_esp]
        return Sources(adapters)


def load(path: Path) -> Settings:
    """The settings in a file; raises SettingsWrong."""
    try:
        members = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(members, Settings)
    except OSError as error:
        raise SettingsWrong(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsWrong(f"{path}: {error}") from None
    _check(settings, path)
    return settings


def _check(settings: Settings, path: Path) -> None:
    renamed = [name for table in settings.zigbee2mqtt for name in table.rename.values()]
    boilers = [table.device for table in settings.ems_esp]
    for name in (settings.gateway_id, *renamed, *boilers):
        if not NAME.fullmatch(name):
            raise SettingsWrong(f"{path}: {name!r} is no name (a-z, 0-9, _ and -, at most 63)")
    for name in (*renamed, *boilers):
        if [*renamed, *boilers].count(name) > 1:
            raise SettingsWrong(f"{path}: two devices are called {name!r}")
    bases = [table.base_topic for table in settings.zigbee2mqtt]
    bases += [table.base_topic for table in settings.ems_esp]
    if not bases:
        raise SettingsWrong(f"{path} names no source: add a [[zigbee2mqtt]] or [[ems_esp]] table")
    for base in bases:
        if not base or base.strip("/") != base or set(base) & set("+#\x00"):
            raise SettingsWrong(
                f"{path}: base_topic {base!r} is no topic (no + or #, no / at an end)"
            )
        if bases.count(base) > 1:
            raise SettingsWrong(f"{path}: two sources have the base_topic {base!r}")
