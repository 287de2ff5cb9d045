"""The demonstration's own processes: gateways, the landlord's repairs system, and the simulator."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.registry import Webhook
from local import demo_estate
from local.place import REPOSITORY
from local.ports import keep_port, read_port
from local.sign_in import landlord_system_token
from local.stack import BLOCK_DEVICES_USER, Stack
from local.supervisor import Program

SIMULATOR = "firmware-sim"
SCENARIO = REPOSITORY / "firmware-sim/scenarios/demo.toml"


@dataclass(frozen=True, slots=True)
class DemoPrograms:
    """What runs beside the stack, and where each keeps its files."""

    stack: Stack

    @property
    def gateways(self) -> list[str]:
        """The demonstration's gateways."""
        return [demo_estate.gateway_id(block) for block in range(1, demo_estate.BLOCKS + 1)]

    @property
    def simulator_folder(self) -> Path:
        """The simulator's run directory, where its `break` command looks for it."""
        return self.stack.home / "firmware-sim"

    def gateway_folder(self, gateway_id: str) -> Path:
        """A gateway's configuration, spool, inbox and status."""
        return self.stack.folder("demo") / gateway_id

    def spools(self) -> dict[str, Path]:
        """Each gateway's spool file."""
        return {one: self.gateway_folder(one) / "spool.db" for one in self.gateways}

    @property
    def webhook(self) -> Webhook:
        """Where the landlord's repairs system listens, and what signs what it is sent."""
        port_file = self.stack.run_folder / "receiver-port"
        port = read_port(port_file) or keep_port(port_file)
        key = hashlib.sha256(self.stack.secrets.secret("webhook-demo").encode()).digest()
        return Webhook(
            url=f"http://127.0.0.1:{port}/repairs",
            secret="whsec_" + base64.b64encode(key).decode("ascii"),
        )

    def receiver(self) -> Program:
        """The landlord's repairs system, played."""
        webhook = self.webhook
        return self.stack.program(
            "receiver",
            ["-m", "local.receiver"],
            {
                "RECEIVER_PORT": webhook.url.rsplit(":", 1)[1].split("/")[0],
                "RECEIVER_SECRET": webhook.secret,
                "RECEIVER_FILE": str(self.stack.folder("demo") / "received.jsonl"),
                "HOMEWELL_API_URL": self.stack.api_url,
                "HOMEWELL_TOKEN": landlord_system_token(self.stack.secrets, demo_estate.LANDLORD),
            },
        )

    def gateway(self, block: int) -> Program:
        """The gateway of a block, with its configuration written."""
        gateway_id = demo_estate.gateway_id(block)
        folder = self.gateway_folder(gateway_id)
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "gateway.toml"
        configuration.write_text(demo_estate.gateway_settings(block), "utf-8")
        return self.stack.program(
            gateway_id,
            ["-m", "gateway", str(configuration)],
            {
                "MQTT_URL": self.stack.broker_url(gateway_id),
                "BLOCK_MQTT_URL": self.stack.block_broker_url(gateway_id),
            },
        )

    def simulator(self) -> Program:
        """Thirty homes that do not exist."""
        words = ["firmware-sim", "live", "--scenario", str(SCENARIO)]
        return self.stack.program(
            SIMULATOR,
            [*words, "--run-dir", str(self.simulator_folder)],
            {"FIRMWARE_SIM_URL": self.stack.block_broker_url(BLOCK_DEVICES_USER)},
        )

    def hand_over_recordings(self) -> None:
        """Lay what the simulator recorded while nobody listened into its gateways' inboxes."""
        for block in range(1, demo_estate.BLOCKS + 1):
            inbox = self.gateway_folder(demo_estate.gateway_id(block)) / "inbox"
            for recording in sorted(
                (self.simulator_folder / "history").glob(f"block-{block}-*.jsonl")
            ):
                inbox.mkdir(parents=True, exist_ok=True)
                recording.rename(inbox / recording.name)
