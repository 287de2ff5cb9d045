"""The unpacked PostgreSQL with TimescaleDB, and Mosquitto: where each program is."""

import json
from dataclasses import dataclass
from pathlib import Path

POSTGRES_MAJOR = 17
# Raised when what fetching leaves behind changes, so that older trees are fetched afresh.
_FORM = 1


@dataclass(frozen=True, slots=True)
class Programs:
    """A tree of unpacked Debian packages whose few programs run in place."""

    tree: Path

    def postgres(self, name: str) -> Path:
        """A program of PostgreSQL: `postgres`, `initdb`."""
        return self.tree / "usr/lib/postgresql" / str(POSTGRES_MAJOR) / "bin" / name

    @property
    def mosquitto(self) -> Path:
        """The broker."""
        return self.tree / "usr/sbin/mosquitto"

    def mosquitto_client(self, name: str) -> Path:
        """A client of the broker: `mosquitto_sub`, `mosquitto_pub`, `mosquitto_rr`."""
        return self.tree / "usr/bin" / name

    def runnable(self) -> list[Path]:
        """Every program that is made to run from here; the rest of the tree is libraries."""
        postgres = [self.postgres(name) for name in ("postgres", "initdb", "pg_controldata")]
        clients = [self.mosquitto_client(name) for name in ("mosquitto_sub", "mosquitto_pub")]
        return [*postgres, self.mosquitto, *clients]

    def versions(self) -> dict[str, str] | None:
        """Package versions, once fetching has finished here; None before.

        A tree that has been moved counts as unfinished: its programs name their loader by its
        full path.
        """
        try:
            marker = json.loads(self._marker.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        if marker.get("form") != _FORM or marker.get("tree") != str(self.tree):
            return None
        return {str(name): str(version) for name, version in marker["versions"].items()}

    def finish(self, versions: dict[str, str]) -> None:
        """Mark the tree as complete."""
        draft = self._marker.with_suffix(".new")
        marker = {"form": _FORM, "tree": str(self.tree), "versions": versions}
        draft.write_text(json.dumps(marker, indent=1) + "\n", "utf-8")
        draft.replace(self._marker)

    @property
    def _marker(self) -> Path:
        return self.tree / "homewell.json"
