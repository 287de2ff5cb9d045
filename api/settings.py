"""What the api is told by its environment; nothing is read at import."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = "127.0.0.1"
_PORT = 8000
TOKEN_KEY_LENGTH_MIN = 32  # bytes; HS256 asks for a key as long as its hash (RFC 7518, 3.2)


class NotConfigured(ValueError):
    """The environment lacks something or says something impossible; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the api needs to know of where it runs. `repr` shows no secret."""

    database_url: str
    casework_database_url: str
    token_key: str
    public_url: str
    host: str = _HOST
    port: int = _PORT

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r}, host={self.host!r}, port={self.port})"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the api."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings in these variables; README.md lists them. Raises NotConfigured."""
    host = environ.get("HOMEWELL_API_HOST", _HOST)
    port = _port(environ.get("HOMEWELL_API_PORT", str(_PORT)))
    settings = Settings(
        database_url=_needed(environ, "DATABASE_URL"),
        casework_database_url=_needed(environ, "CASEWORK_DATABASE_URL"),
        token_key=_needed(environ, "HOMEWELL_TOKEN_KEY"),
        public_url=environ.get("HOMEWELL_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        host=host,
        port=port,
    )
    if len(settings.token_key.encode()) < TOKEN_KEY_LENGTH_MIN:
        raise NotConfigured(
            f"HOMEWELL_TOKEN_KEY is shorter than {TOKEN_KEY_LENGTH_MIN} bytes: use a random one"
        )
    if urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise NotConfigured(f"HOMEWELL_PUBLIC_URL {settings.public_url!r} is no web address")
    if not settings.on_loopback:
        raise NotConfigured(
            f"HOMEWELL_API_HOST is {host!r}, but sign-in is by development tokens, which are for "
            "this machine alone: leave it at 127.0.0.1"
        )
    return settings


def _needed(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise NotConfigured(f"{name} is not set; see api/README.md")
    return value


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise NotConfigured(f"HOMEWELL_API_PORT is {text!r}; it must be 1 to 65535")
    return int(text)
