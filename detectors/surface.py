"""What is taken for a surface where nobody measured it, and what a sensor there cannot say."""

F_RSI_ASSUMED = 0.75  # BRE IP 1/06, BS 5250, Approved Document C: the least a dwelling should have
WEATHER_HOLD_H = 2  # with the hour of its last sample: without weather for 3 h there is no finding
SENSOR_RAIL_LOW_PCT = 1.0  # a humidity sensor that fails reads one of its ends: no home is so dry,
SENSOR_RAIL_HIGH_PCT = 99.5  # and room air is not saturated for hours (own)
SURFACE_BELOW_AIR_K = 20.0  # a wall sensor further from the air is broken: fRsi 0.4 at 33 K (own)
SURFACE_ABOVE_AIR_K = 10.0  # sun on a wall (own)


def assumed_words(f_rsi: float) -> str:
    """What a person is told when nobody knows how cold the surfaces get."""
    return (
        "How cold these surfaces get was not measured: a usual value is assumed (temperature "
        f"factor {f_rsi:.2f})."
    )
