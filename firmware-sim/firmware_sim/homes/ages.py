"""When homes were built, and what that says about their walls, windows and cold corners.

The shares are about those of English social housing (English Housing Survey); the U-values those
that RdSAP assumes for each age, with most cavities filled since; the temperature factors follow the
U-values, with corners and reveals below the plane wall (BRE IP 1/06); the air changes about those
that pressure tests imply (Stephen 2000: 11.5 m³/(h m²) at 50 Pa, a twentieth of it in use).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """One age band; pairs are the lowest and the highest of an even spread."""

    name: str
    share: float
    wall_w_m2_k: tuple[float, float]
    window_w_m2_k: tuple[float, float]
    roof_w_m2_k: tuple[float, float]
    floor_w_m2_k: tuple[float, float]
    bridges_w_m2_k: float
    """Thermal bridges, for each m² of exposed surface."""
    mass_j_m2_k: tuple[float, float]
    """Thermal mass for each m² of floor, as SAP counts it."""
    leaks_1_h: tuple[float, float]
    f_rsi: tuple[float, float]


AGES = (
    Age(
        name="before 1919, solid brick",
        share=0.08,
        wall_w_m2_k=(1.4, 2.1),
        window_w_m2_k=(2.4, 3.1),
        roof_w_m2_k=(0.25, 0.5),
        floor_w_m2_k=(0.5, 0.8),
        bridges_w_m2_k=0.15,
        mass_j_m2_k=(300e3, 450e3),
        leaks_1_h=(0.45, 1.2),
        f_rsi=(0.57, 0.80),
    ),
    Age(
        name="1919 to 1944",
        share=0.13,
        wall_w_m2_k=(0.6, 1.6),
        window_w_m2_k=(2.2, 3.0),
        roof_w_m2_k=(0.2, 0.5),
        floor_w_m2_k=(0.5, 0.7),
        bridges_w_m2_k=0.15,
        mass_j_m2_k=(250e3, 420e3),
        leaks_1_h=(0.40, 0.9),
        f_rsi=(0.62, 0.83),
    ),
    Age(
        name="1945 to 1964",
        share=0.27,
        wall_w_m2_k=(0.5, 1.5),
        window_w_m2_k=(2.0, 2.9),
        roof_w_m2_k=(0.18, 0.45),
        floor_w_m2_k=(0.5, 0.7),
        bridges_w_m2_k=0.15,
        mass_j_m2_k=(220e3, 400e3),
        leaks_1_h=(0.35, 0.8),
        f_rsi=(0.66, 0.85),
    ),
    Age(
        name="1965 to 1980",
        share=0.27,
        wall_w_m2_k=(0.45, 1.0),
        window_w_m2_k=(2.0, 2.9),
        roof_w_m2_k=(0.18, 0.4),
        floor_w_m2_k=(0.45, 0.7),
        bridges_w_m2_k=0.12,
        mass_j_m2_k=(180e3, 350e3),
        leaks_1_h=(0.32, 0.7),
        f_rsi=(0.69, 0.87),
    ),
    Age(
        name="1981 to 2002",
        share=0.15,
        wall_w_m2_k=(0.40, 0.6),
        window_w_m2_k=(1.8, 2.7),
        roof_w_m2_k=(0.16, 0.3),
        floor_w_m2_k=(0.3, 0.5),
        bridges_w_m2_k=0.10,
        mass_j_m2_k=(160e3, 300e3),
        leaks_1_h=(0.30, 0.6),
        f_rsi=(0.75, 0.90),
    ),
    Age(
        name="2003 and after",
        share=0.10,
        wall_w_m2_k=(0.18, 0.35),
        window_w_m2_k=(1.2, 2.0),
        roof_w_m2_k=(0.11, 0.2),
        floor_w_m2_k=(0.15, 0.25),
        bridges_w_m2_k=0.08,
        mass_j_m2_k=(140e3, 280e3),
        leaks_1_h=(0.30, 0.45),
        f_rsi=(0.82, 0.95),
    ),
)
