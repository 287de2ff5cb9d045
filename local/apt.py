"""Debian packages by the machine's own apt, in folders of ours, with nothing installed.

apt checks the archive's signature and every package's digest, as it does for the system.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.archive import RELEASE, Archive

# What the servers' packages ask for and running them in place never needs: compilers for
# just-in-time queries, and the scripts that look after a system-wide installation.
# Time zones are the machine's own (PostgreSQL looks in /usr/share/zoneinfo, wherever it lives).
_TAKEN_AS_THERE = (
    "adduser",
    "debconf",
    "init-system-helpers",
    "libllvm19",
    "locales",
    "perl",
    "postgresql-client-common",
    "postgresql-common",
    "ssl-cert",
    "sysvinit-utils",
    "tzdata",
)
_URI_LINE = re.compile(r"^'[^']+' (?P<file>\S+\.deb) (?P<size>\d+)", re.MULTILINE)
_TIMEOUT_S = 1800  # a slow line may take this long for 45 MB; a hanging one must not last for ever


class AptFailed(RuntimeError):
    """apt could not do it; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The package files to fetch, and their size together."""

    versions: dict[str, str]
    size_bytes: int


class Apt:
    """apt with all its state in one folder, which may be thrown away afterwards."""

    def __init__(self, folder: Path, archive: Archive) -> None:
        self._folder = folder
        self._archive = archive
        self._prepare()

    def update(self) -> None:
        """Fetch the package lists and check their signature. Raises AptFailed."""
        self._run("update")

    def plan(self, packages: Sequence[str]) -> Plan:
        """What `fetch` would download for these packages. Raises AptFailed."""
        listing = self._run(*_INSTALL, "--print-uris", *packages)
        files = [(match["file"], int(match["size"])) for match in _URI_LINE.finditer(listing)]
        versions = {name.split("_")[0]: _version(name) for name, _ in files}
        return Plan(versions=versions, size_bytes=sum(size for _, size in files))

    def fetch(self, packages: Sequence[str]) -> list[Path]:
        """Download the packages with all they need; the files. Raises AptFailed."""
        self._run(*_INSTALL, *packages)
        return sorted((self._folder / "cache/archives").glob("*.deb"))

    def _prepare(self) -> None:
        for name in ("state/lists/partial", "cache/archives/partial", "state/preferences.d"):
            (self._folder / name).mkdir(parents=True)
        (self._folder / "debian.sources").write_text(self._archive.source(), "utf-8")
        there = (_STATUS.format(name=name, arch=_architecture()) for name in _TAKEN_AS_THERE)
        (self._folder / "status").write_text("\n".join(there), "utf-8")
        (self._folder / "apt.conf").write_text(_CONFIGURATION.format(folder=self._folder), "utf-8")

    def _run(self, *arguments: str) -> str:
        command = ["apt-get", "-c", str(self._folder / "apt.conf"), "-q", *arguments]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise AptFailed(
                f"{self._archive.uri} did not deliver within {_TIMEOUT_S // 60} minutes"
            ) from error
        if done.returncode != 0:
            raise AptFailed(
                f"{_advice(done.stderr, self._archive)}. apt says: {_gist(done.stderr)}"
            )
        return done.stdout


_INSTALL = ("install", "--yes", "--no-install-recommends", "--download-only")

_STATUS = """\
Package: {name}
Status: install ok installed
Architecture: {arch}
Multi-Arch: foreign
Version: 99:0
Maintainer: none
Description: not needed to run the servers in place
"""

# Given with -c, so that it is read after the machine's own configuration, whose proxies and
# certificates it keeps. Hooks, pins and other sources of the machine are left out.
_CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "archives";
Dir::Log "{folder}/log";
Dir::Etc::sourcelist "{folder}/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{folder}/state/preferences.d";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear APT::Default-Release;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::Contents-deb;
#clear APT::Architectures;
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
APT::Get::Assume-Yes "true";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
"""


def require_tools() -> None:
    """Raises AptFailed where the machine has no apt."""
    for tool in ("apt-get", "dpkg", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise AptFailed(f"this machine has no {tool}; Debian and Ubuntu have it")


def unpack(package: Path, tree: Path) -> None:
    """Unpack a package file into the tree. Raises AptFailed."""
    done = subprocess.run(
        ["dpkg-deb", "--extract", str(package), str(tree)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AptFailed(f"{package.name} cannot be unpacked: {done.stderr.strip()}")


def _architecture() -> str:
    done = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _version(file_name: str) -> str:
    """`2.0.21` from `mosquitto_2.0.21-1_amd64.deb`: the upstream version, for people."""
    return file_name.split("_")[1].split("%3a")[-1].split("-")[0].split("+")[0]


def _gist(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    return " / ".join(lines[-3:]) or errors.strip()[-300:] or "nothing"


def _advice(errors: str, archive: Archive) -> str:
    for signs, advice in _ADVICE:
        if any(sign in errors for sign in signs):
            return advice.format(uri=archive.uri, release=RELEASE)
    return f"apt could not fetch from {archive.uri}"


_ADVICE = (
    (
        ("NO_PUBKEY", "is not signed", "Missing key", "keyring"),
        "the signature of {uri} cannot be checked with this machine's keys: bring the package "
        "debian-archive-keyring up to date (it must know the keys of {release})",
    ),
    (
        ("Could not resolve", "Could not connect", "Connection failed", "Unable to connect",
         "Temporary failure", "timed out", "Cannot initiate the connection"),
        "{uri} cannot be reached: check the network, or the proxy in apt's configuration",
    ),
    (
        ("does not have a Release file", "404  Not Found"),
        "{uri} does not carry {release}: set HOMEWELL_DEBIAN_MIRROR to a Debian mirror that does",
    ),
    (("No space left",), "the disk is full"),
)  # fmt: skip
