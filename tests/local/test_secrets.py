from pathlib import Path

import pytest

from local.secrets import Secrets


def test_a_secret_is_made_once_and_then_kept(tmp_path: Path) -> None:
    first = Secrets(tmp_path / "secrets").secret("ingest")
    assert len(first) == 43  # 32 random bytes in base64
    assert Secrets(tmp_path / "secrets").secret("ingest") == first


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    assert secrets.secret("gw-1") != secrets.secret("gw-2")


def test_only_the_owner_can_read_a_secret(tmp_path: Path) -> None:
    Secrets(tmp_path / "secrets").secret("ingest")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets/ingest").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["ingest"]


@pytest.mark.parametrize("name", ["", "../ingest", "/etc/passwd", ".hidden", "Gw 1"])
def test_a_secret_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        Secrets(tmp_path / "secrets").secret(name)
