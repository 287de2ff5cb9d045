"""Why a simulated median may rightly lie outside the real range, and what the model assumes."""

NOT_EXPLAINED = "not explained yet."

REASONS = {
    "temperature, mean": "the simulated bedrooms are kept a kelvin cooler by their valves.",
    "temperature, swing of a day": "the night's set-back of the recorded homes is not known.",
    "temperature, correlation over 1 h": (
        "the simulated room thermostats switch a boiler on and off, so that rooms warm by a kelvin"
        " within the hour after the night and then stay level; the recorded homes seem to be"
        " heated more evenly."
    ),
    "temperature, from day to day": (
        "the simulated thermostats are set alike from day to day and hold what they are set to;"
        " how the recorded homes are regulated is not known."
    ),
    "cooling time constant, fastest tenth": (
        "the recorded homes are a low-energy house and Finnish ones, better insulated than most of"
        " the British stock, for which the simulated ones keep to 20 to 60 h."
    ),
    "humidity, highest 5 % of hours": (
        "at the same vapour, rooms that are kept cooler are more humid."
    ),
    "humidity, swing of a day": "it follows the swing of the temperature.",
    "vapour-pressure excess, correlation over 1 h": (
        "the simulated living room holds the kitchen too, and meals are its peaks; of the recorded"
        " rooms only one is a kitchen."
    ),
    "vapour-pressure excess, correlation over 24 h": (
        "simulated days differ more: windows are opened and laundry is dried on some of them. The"
        " recorded homes are ventilated by machines, alike every day."
    ),
    "moisture peak, strongest hour of a day": (
        "the simulated living room holds the kitchen too, and meals are its peaks."
    ),
}

ASSUMPTIONS = (
    "Heat: two nodes a room. The air node holds 16 times its air (furniture and the skin of walls),"
    " 14 W/K join it to the fabric for each m² of floor (admittances of plastered masonry, CIBSE"
    " A), half of all heat goes into it. Windows and air lose from the air node, walls, roof, floor"
    " and thermal bridges from the fabric.",
    "Fabric: U-values by age as RdSAP assumes them, thermal mass as SAP counts it, clipped so that"
    " an unheated home cools with a time constant of 20 to 60 h.",
    "Air: 0.3 to 1.2 changes an hour at 4 m/s of wind and 10 K, wind and stack in quadrature, and"
    " at least 5 l/s for each person, as people open trickle vents for good where there is less.",
    "Moisture: walls and furnishings take up vapour at two depths: a skin within hours (a moisture"
    " buffer value of 0.5 to 1 g/(m² %)), three to six times as much behind it in days.",
    "People: vapour by their number, hours at home, cooking, washing and drying indoors.",
)
