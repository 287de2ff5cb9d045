"""Plays the landlord's repairs system: takes signed repairs, keeps them, and answers after a while.

`python -m local.receiver`, told by its environment: RECEIVER_PORT, RECEIVER_SECRET, RECEIVER_FILE,
HOMEWELL_API_URL, HOMEWELL_TOKEN (a landlord system's), and RECEIVER_ANSWER_AFTER_S if need be.
It shows what a real one has to do: check the signature over the bytes as they came, take the same
`webhook-id` once, answer 2xx only when the repair is kept.
"""

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

log = logging.getLogger("receiver")

BODY_BYTES_MAX = 256 * 1024
ANSWER_AFTER_S = 5.0  # long enough to see each step on the pages
ANSWERS = (("accepted", "Thank you, we have it."), ("scheduled", "We will be in touch with a day."))
_TRIES = 20  # of telling a status, a pause of ANSWER_AFTER_S apart: the api may be restarting
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a repair that has been taken."""

    repair_id: str
    reference: str


@dataclass(slots=True)
class Book:
    """The repairs taken so far, one JSON line each; an id is taken once, restarts included."""

    file: Path
    _kept: dict[str, Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> None:
        """Take up what earlier runs have kept."""
        if not self.file.exists():
            return
        for line in self.file.read_text("utf-8").splitlines():
            entry = json.loads(line)
            self._kept[entry["webhook_id"]] = Kept(
                repair_id=entry["event"]["data"]["repairId"], reference=entry["reference"]
            )

    def keep(self, webhook_id: str, event: Mapping[str, Any]) -> tuple[Kept, bool]:
        """The repair as kept, and whether it is new."""
        with self._lock:
            known = self._kept.get(webhook_id)
            if known is not None:
                return known, False
            kept = Kept(
                repair_id=str(event["data"]["repairId"]),
                reference=f"R-{1001 + len(self._kept)}",
            )
            entry = {"webhook_id": webhook_id, "reference": kept.reference, "event": event}
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._kept[webhook_id] = kept
            return kept, True


def receiver(
    port: int, secret: str, book: Book, to_answer: SimpleQueue[Kept]
) -> ThreadingHTTPServer:
    """The server, bound to loopback and not yet serving; what is new is put into `to_answer`."""
    signed = Webhook(secret)

    class Handler(BaseHTTPRequestHandler):
        """Takes POSTs to any path."""

        timeout = _TIMEOUT_S

        def do_POST(self) -> None:
            """Check the signature, keep the repair, answer with our reference."""
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > BODY_BYTES_MAX:
                self._answer(413, {"error": "too large, or of no stated length"})
                return
            body = self.rfile.read(int(length))
            try:
                event = signed.verify(body, dict(self.headers.items()))
            except (WebhookVerificationError, ValueError) as error:
                self._answer(401, {"error": f"not signed by Homewell: {error}"})
                return
            kept, is_new = book.keep(self.headers["webhook-id"], event)
            if is_new:
                to_answer.put(kept)
            log.info("%s %s", "took" if is_new else "already had", kept.reference)
            self._answer(200, {"reference": kept.reference})

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing by itself: what matters is logged above."""

        def _answer(self, status: int, body: Mapping[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def answer_repairs(to_answer: SimpleQueue[Kept], client: httpx.Client, *, pause_s: float) -> None:
    """Tell Homewell of each repair that it is accepted and then scheduled. For ever."""
    while True:
        kept = to_answer.get()
        for status, note in ANSWERS:
            time.sleep(pause_s)
            _tell(client, kept, status, note, pause_s)


def _tell(client: httpx.Client, kept: Kept, status: str, note: str, pause_s: float) -> None:
    for _ in range(_TRIES):
        try:
            answer = client.patch(
                f"/api/v1/repairs/{kept.repair_id}",
                json={"status": status, "note": note, "reference": kept.reference},
            )
        except httpx.HTTPError as error:
            log.warning("%s: %s could not be told: %s", kept.reference, status, error)
        else:
            if not answer.is_server_error:
                log.info("%s is %s: answered %s", kept.reference, status, answer.status_code)
                return
        time.sleep(pause_s)
    log.error("%s: %s was never told", kept.reference, status)


def main(environ: Mapping[str, str]) -> int:
    """Take repairs until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    book = Book(Path(environ["RECEIVER_FILE"]))
    book.read()
    to_answer: SimpleQueue[Kept] = SimpleQueue()
    server = receiver(int(environ["RECEIVER_PORT"]), environ["RECEIVER_SECRET"], book, to_answer)
    client = httpx.Client(
        base_url=environ["HOMEWELL_API_URL"],
        headers={"Authorization": f"Bearer {environ['HOMEWELL_TOKEN']}"},
        timeout=_TIMEOUT_S,
        trust_env=False,
    )
    pause_s = float(environ.get("RECEIVER_ANSWER_AFTER_S", ANSWER_AFTER_S))
    threading.Thread(
        target=answer_repairs, args=(to_answer, client), kwargs={"pause_s": pause_s}, daemon=True
    ).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        # `shutdown` waits for the serving loop, which this very thread runs.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
