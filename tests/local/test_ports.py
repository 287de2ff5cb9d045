import socket
from pathlib import Path

from local.ports import keep_port, read_port


def test_a_server_keeps_its_port_from_start_to_start(tmp_path: Path) -> None:
    assert keep_port(tmp_path / "port") == keep_port(tmp_path / "port")


def test_a_port_that_somebody_took_in_the_meantime_is_replaced(tmp_path: Path) -> None:
    taken = keep_port(tmp_path / "port")
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", taken))
        stranger.listen()
        replacement = keep_port(tmp_path / "port")

    assert replacement != taken
    assert read_port(tmp_path / "port") == replacement


def test_a_spoilt_port_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("not a number")
    assert read_port(tmp_path / "port") is None
    assert keep_port(tmp_path / "port") == read_port(tmp_path / "port")
