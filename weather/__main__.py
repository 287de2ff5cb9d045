"""`python -m weather CONFIG.toml`: asks for the weather of areas until it is told to stop."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.endpoint import Endpoint, EndpointWrong, parse_endpoint
from gateway.spool_file import SpoolInUse
from weather.run import run
from weather.settings import Settings, SettingsWrong, load


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the weather process; returns the exit status, 0 after an orderly stop."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every question
    try:
        settings = load(arguments.config)
        asyncio.run(_run(settings, arguments.config.resolve().parent, _central()))
    except (SettingsWrong, EndpointWrong, SpoolInUse) as error:
        if arguments.verbose:
            logging.getLogger(__name__).exception("the weather process cannot start")
        print(f"weather: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weather",
        description="Asks a public forecast service for the weather of areas, and tells Homewell.",
        epilog="Environment: MQTT_URL (Homewell's broker).",
    )
    parser.add_argument("config", type=Path, help="configuration file; see weather/example.toml")
    parser.add_argument("--verbose", action="store_true", help="log everything")
    return parser


def _central() -> Endpoint:
    url = os.environ.get("MQTT_URL")
    if not url:
        raise SettingsWrong("set MQTT_URL to Homewell's broker: mqtt://user:password@host:port")
    try:
        return parse_endpoint(url)
    except EndpointWrong as error:
        raise EndpointWrong(f"MQTT_URL: {error}") from None


async def _run(settings: Settings, folder: Path, central: Endpoint) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, folder, central=central, stop=stop)


if __name__ == "__main__":
    sys.exit(main())
