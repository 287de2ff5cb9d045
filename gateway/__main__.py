"""`python -m gateway CONFIG.toml`: runs one gateway until it is told to stop."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.endpoint import Endpoint, EndpointWrong, parse_endpoint
from gateway.run import run
from gateway.settings import Settings, SettingsWrong, load
from gateway.spool_file import SpoolInUse


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the gateway; returns the exit status, 0 after an orderly stop."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        settings = load(arguments.config)
        central = _endpoint("MQTT_URL")
        if central is None:
            raise SettingsWrong("set MQTT_URL to Homewell's broker: mqtt://user:password@host:port")
        folder = arguments.config.resolve().parent
        asyncio.run(_run(settings, folder, central, _endpoint("BLOCK_MQTT_URL")))
    except (SettingsWrong, EndpointWrong, SpoolInUse) as error:
        if arguments.verbose:
            logging.getLogger(__name__).exception("the gateway cannot start")
        print(f"gateway: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="Takes what sensors and boilers say, keeps it, and sends it to Homewell.",
        epilog="Environment: MQTT_URL (Homewell's broker), BLOCK_MQTT_URL (the devices' broker).",
    )
    parser.add_argument("config", type=Path, help="configuration file; see gateway/example.toml")
    parser.add_argument("--verbose", action="store_true", help="log everything")
    return parser


def _endpoint(variable: str) -> Endpoint | None:
    url = os.environ.get(variable)
    if not url:
        return None
    try:
        return parse_endpoint(url)
    except EndpointWrong as error:
        raise EndpointWrong(f"{variable}: {error}") from None


async def _run(settings: Settings, folder: Path, central: Endpoint, block: Endpoint | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, folder, central=central, block=block, stop=stop)


if __name__ == "__main__":
    sys.exit(main())
