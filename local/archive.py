"""Which Debian archive this machine trusts: read from its own apt sources."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

RELEASE = "trixie"  # the first Debian release that carries TimescaleDB, and Mosquitto 2.0.21
_DEBIAN_SUITES = frozenset(
    {"bookworm", "trixie", "forky", "duke", "sid", "unstable", "testing", "stable", "oldstable"}
)
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_ONE_LINE = re.compile(
    r"deb\s+(?:\[(?P<options>[^]]*)]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)"
)


class NoArchive(RuntimeError):
    """This machine's apt sources name no Debian archive; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An address of the Debian archive, and the keys its signature is checked with.

    `signed_by` is apt's own field, a file or a whole key; empty: the keys apt trusts anyway.
    """

    uri: str
    signed_by: str

    def source(self) -> str:
        """The apt source (deb822) for the release we fetch from."""
        signed_by = f"Signed-By: {self.signed_by}\n" if self.signed_by else ""
        return f"Types: deb\nURIs: {self.uri}\nSuites: {RELEASE}\nComponents: main\n{signed_by}"


def archives(apt: Path, environ: Mapping[str, str]) -> list[Archive]:
    """The archives to try, likeliest first, from the apt configuration folder (`/etc/apt`).

    HOMEWELL_DEBIAN_MIRROR, if set, is the only one. Raises NoArchive when there is none.
    """
    mirror = environ.get("HOMEWELL_DEBIAN_MIRROR")
    if mirror:
        return [Archive(mirror, _installed_keyring())]
    found = list(dict.fromkeys(_read_sources(apt)))
    if not found:
        raise NoArchive(
            f"the apt sources under {apt} name no Debian archive. On another distribution, install "
            "the package debian-archive-keyring and set HOMEWELL_DEBIAN_MIRROR to the address of a "
            "Debian mirror"
        )
    # Other publishers use Debian's suite names too; the archive itself nearly always ends so.
    return sorted(found, key=lambda archive: not archive.uri.rstrip("/").endswith("/debian"))


def _installed_keyring() -> str:
    if not _KEYRING.exists():
        raise NoArchive(
            f"{_KEYRING} is missing, so that the packages' signatures cannot be checked: install "
            "the package debian-archive-keyring"
        )
    return str(_KEYRING)


def _read_sources(apt: Path) -> Iterable[Archive]:
    folder = apt / "sources.list.d"
    for path in sorted(folder.glob("*.sources")):
        yield from parse_deb822(path.read_text("utf-8"))
    for path in (apt / "sources.list", *sorted(folder.glob("*.list"))):
        if path.exists():
            yield from parse_one_line(path.read_text("utf-8"))


def parse_deb822(text: str) -> Iterable[Archive]:
    """The Debian archives in a `.sources` file."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = {
            name.lower(): value.strip()
            for name, value in re.findall(r"^([\w-]+):(.*(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        }
        if fields.get("enabled", "yes").lower() in {"no", "false", "off", "0"}:
            continue
        suites, components = fields.get("suites", "").split(), fields.get("components", "").split()
        if "deb" in fields.get("types", "").split() and _is_debian(suites, components):
            for uri in fields.get("uris", "").split():
                yield Archive(uri, fields.get("signed-by", ""))


def parse_one_line(text: str) -> Iterable[Archive]:
    """The Debian archives in a `.list` file."""
    for line in text.splitlines():
        match = _ONE_LINE.fullmatch(line.split("#")[0].strip())
        if match and _is_debian([match["suite"]], match["components"].split()):
            options = dict(
                option.split("=", 1) for option in (match["options"] or "").split() if "=" in option
            )
            yield Archive(match["uri"], options.get("signed-by", ""))


def _is_debian(suites: Iterable[str], components: Iterable[str]) -> bool:
    return "main" in components and any(suite in _DEBIAN_SUITES for suite in suites)
