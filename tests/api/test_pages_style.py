"""The style sheet: readable colours, a focus that can be seen, nothing fetched from elsewhere."""

import re
from importlib.resources import files

import pytest

SHEET = files("api.pages").joinpath("static/homewell.css").read_text("utf-8")
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", SHEET))
TEXT = 4.5  # WCAG 2.2, success criterion 1.4.3
DRAWING = 3.0  # WCAG 2.2, success criterion 1.4.11


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "paper", TEXT),
        ("ink", "card", TEXT),
        ("ink", "note", TEXT),
        ("quiet", "paper", TEXT),
        ("quiet", "card", TEXT),
        ("accent", "paper", TEXT),
        ("accent", "card", TEXT),
        ("accent-ink", "accent", TEXT),
        ("accent-ink", "accent-dark", TEXT),
        ("emergency-ink", "emergency", TEXT),
        ("high-ink", "high", TEXT),
        ("medium-ink", "medium", TEXT),
        ("low-ink", "low", TEXT),
        ("ok-ink", "ok", TEXT),
        ("edge", "card", DRAWING),
        ("edge", "paper", DRAWING),
        ("high", "paper", DRAWING),
        ("ink", "focus", DRAWING),
        ("focus", "accent", DRAWING),
    ],
)
def test_what_is_written_can_be_read(ink: str, ground: str, least: float) -> None:
    assert contrast(COLOURS[ink], COLOURS[ground]) >= least


def test_where_the_keyboard_is_can_always_be_seen() -> None:
    assert ":focus-visible" in SHEET
    assert "outline: none" not in SHEET
    assert "outline: 0" not in SHEET


def test_the_style_sheet_fetches_nothing() -> None:
    assert re.findall(r"url\(|@import|https?:", SHEET) == []
