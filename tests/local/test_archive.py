from pathlib import Path

import pytest

from local.archive import Archive, NoArchive, archives, parse_deb822, parse_one_line

DEBIAN_12 = """\
Types: deb
# a comment in the middle
URIs: http://deb.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.example.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def test_a_debian_machine_names_its_archive_and_its_keyring() -> None:
    assert list(parse_deb822(DEBIAN_12)) == [Archive("http://deb.example.org/debian", KEYRING)]


def test_the_older_one_line_form_is_read_too() -> None:
    text = (
        "# deb http://off.example.org/debian bookworm main\n"
        "deb-src http://deb.example.org/debian trixie main\n"
        f"deb [arch=amd64 signed-by={KEYRING}] http://deb.example.org/debian trixie main contrib\n"
        "deb http://deb.example.org/debian stable main # by hand\n"
    )
    assert list(parse_one_line(text)) == [
        Archive("http://deb.example.org/debian", KEYRING),
        Archive("http://deb.example.org/debian", ""),
    ]


def test_a_key_inside_the_source_goes_along_with_it() -> None:
    text = (
        "Types: deb\nURIs: http://deb.example.org/debian/\nSuites: trixie\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEZ\n"
    )
    [archive] = parse_deb822(text)
    assert archive.source() == (
        "Types: deb\nURIs: http://deb.example.org/debian/\nSuites: trixie\nComponents: main\n"
        "Signed-By: -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEZ\n"
    )


def test_a_source_that_waives_signatures_passes_nothing_of_that_on() -> None:
    text = DEBIAN_12.replace("Components", "Trusted: yes\nComponents")
    [archive] = parse_deb822(text)
    assert "rusted" not in archive.source()


@pytest.mark.parametrize(
    "text",
    [
        DEBIAN_12.replace("Types: deb\n", "Types: deb\nEnabled: no\n"),
        DEBIAN_12.replace("Types: deb\n", "Types: deb-src\n"),
        DEBIAN_12.replace("Components: main", "Components: contrib"),
        DEBIAN_12.replace("bookworm", "noble"),
    ],
    ids=["switched off", "sources only", "another component", "another distribution"],
)
def test_what_is_not_the_debian_archive_is_left_alone(text: str) -> None:
    assert list(parse_deb822(text)) == []


def test_the_archive_itself_comes_before_others_with_debians_suite_names(tmp_path: Path) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "a.list").write_text("deb https://vendor.example.org/apt bookworm main\n")
    (folder / "debian.sources").write_text(DEBIAN_12)
    (tmp_path / "sources.list").write_text("")

    assert archives(tmp_path, {}) == [
        Archive("http://deb.example.org/debian", KEYRING),
        Archive("https://vendor.example.org/apt", ""),
    ]


def test_a_machine_without_a_debian_archive_is_told_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match="set HOMEWELL_DEBIAN_MIRROR"):
        archives(tmp_path, {})
