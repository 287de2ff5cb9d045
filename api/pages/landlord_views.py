"""What an officer sees of homes and alerts, in words, from what was disclosed to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.disclosed import SeenHome
from api.pages.local_time import day_words, moment_words
from api.pages.views import (
    BandTable,
    Count,
    DayRow,
    GroupLine,
    HomeRow,
    HomesView,
    OfficerAlert,
)
from api.pages.words import BANDS, CLEARED_WHY, alert_title, home_words, room_words, severity_band
from core.alerts import Alert, Decision
from core.bands import DayBand
from core.evidence import NONE, Evidence
from core.home_risk import HEARD_WITHIN, RANK, Risk
from core.quantities import Kind

NOTHING_FOUND = "No alert is open."
_UNKNOWN = "how it is there is unknown."
_PARTS = {Kind.ROOM: "rooms", Kind.BOILER: "boiler"}
NOT_SHARED = "Not shared: your tenant has not agreed to share readings."
_GOES_WITH_ANOTHER = (
    "None of its own: it goes with another alert of this home, and whoever comes for the one looks "
    "into both."
)
_WAITS_FOR_OFFICER = (
    "It waits for you: many homes in the area have the same alert, so one cause is likely, and no "
    "repair is raised for each of them by itself."
)
_UNNAMED = "An alert"  # its kind would tell what the tenant does not share
SHARING = {
    "none": "nothing but that there is an alert",
    "band": "low, medium or high only",
    "daily": "one average a day",
    "half_hourly": "an average every half hour",
    "raw": "everything measured",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHome:
    """A home with what a list says about it."""

    home_id: str
    address: str
    risk: Risk
    words: str
    open_alerts: int
    heard_at: datetime | None
    repair: str


def homes_view(
    homes: Sequence[ListedHome],
    *,
    landlord: str,
    now: datetime,
    asked: str | None,
    groups: tuple[GroupLine, ...] = (),
    said: str = "",
) -> HomesView:
    """The list of homes ordered by risk; `asked` narrows it to one band, if there is such a one."""
    chosen = next((risk for risk in Risk if risk.value == asked), None)
    shown = [home for home in homes if chosen is None or home.risk is chosen]
    shown.sort(key=lambda home: (RANK[home.risk], _natural(home.home_id)))
    title = "Homes" if chosen is None else f"Homes: {BANDS[chosen].words.lower()}"
    risks = [home.risk for home in homes]
    return HomesView(
        said=said,
        title=title,
        landlord=landlord,
        now=now,
        counts=(
            Count("/landlord", "All homes", len(homes), chosen is None),
            *(
                Count(
                    f"/landlord?band={risk.value}",
                    band.words,
                    risks.count(risk),
                    chosen is risk,
                )
                for risk, band in BANDS.items()
            ),
        ),
        groups=groups,
        caption=f"{title}, {len(shown)} of {len(homes)}",
        rows=tuple(_row(home) for home in shown),
        nothing="No home is registered yet." if not homes else "No home stands here now.",
    )


def _row(home: ListedHome) -> HomeRow:
    more = home.open_alerts - 1
    return HomeRow(
        home_id=home.home_id,
        name=home_words(home.home_id),
        address=home.address,
        band=BANDS[home.risk],
        sentence=home.words,
        more=f"And {more} more." if more > 0 else "",
        heard_at=home.heard_at,
        repair=home.repair,
    )


def standing_words(home: SeenHome, sentence: str, *, now: datetime) -> str:
    """What is wrong in a home in a sentence or two, or that nothing is, or that nobody knows.

    `sentence` is that of its worst alert, empty without one; `now` is the landlord's own time.
    """
    if not home.lived_in:
        silence = f"Nobody is registered as living here, so nothing is read: {_UNKNOWN}"
    elif home.standing.unknown_because:
        silence = _silence_words(home, now)
    else:
        silence, sentence = "", sentence or NOTHING_FOUND
    return " ".join(words for words in (sentence, silence, _unwatched_words(home)) if words)


def _silence_words(home: SeenHome, now: datetime) -> str:
    watched = {kind: at for kind, at in home.heard.items() if kind not in home.unwatched}
    silent = {kind: at for kind, at in watched.items() if at is None or now - at > HEARD_WITHIN}
    if not silent:
        return f"Nothing is measured here: {_UNKNOWN}"
    last = max((at for at in silent.values() if at is not None), default=None)
    # Where a part of the home is heard, only the other part is unknown.
    part = f" from its {_both(silent)}" if len(silent) < len(watched) else ""
    if last is None:
        return f"Never heard{part or ' from'}: {_UNKNOWN}"
    return f"Not heard{part} since {moment_words(last)}: {_UNKNOWN}"


def _unwatched_words(home: SeenHome) -> str:
    if not home.unwatched:
        return ""
    return f"Its tenant has chosen that its {_both(home.unwatched)} not be read."


def _both(kinds: Iterable[Kind]) -> str:
    return " and ".join(_PARTS[kind] for kind in sorted(kinds, reverse=True))


def officer_alert(
    alert: Alert,
    evidence: Evidence,
    *,
    repair_href: str,
    can_raise: bool,
    goes_with_another: bool = False,
) -> OfficerAlert:
    """An alert with as much of its evidence as was disclosed.

    `goes_with_another` says that the repair for another alert of the home looks into this one too.
    """
    return OfficerAlert(
        alert_id=str(alert.alert_id),
        title=officer_title(alert, evidence),
        band=severity_band(alert.severity),
        sentence=evidence.sentence,
        began_at=alert.began_at,
        raised_at=alert.raised_at,
        cleared_at=alert.cleared_at,
        cleared_why=CLEARED_WHY.get(alert.cleared_why or "", ""),
        decision=_GOES_WITH_ANOTHER
        if goes_with_another
        else decision_words(alert, agreed_since=can_raise),
        repair_href=repair_href,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by or "",
        can_acknowledge=alert.acknowledged_at is None,
        can_raise=can_raise,
        comes_and_goes=alert.flapping and alert.cleared_at is None and evidence.shared != NONE,
    )


def officer_title(alert: Alert, evidence: Evidence) -> str:
    """What an alert is about, as far as the tenant shares it."""
    return _UNNAMED if evidence.shared == NONE else alert_title(alert, evidence.place)


def decision_words(alert: Alert, *, agreed_since: bool) -> str:
    """What was decided about a repair, and why; a withheld one says plainly for want of what."""
    match alert.decision:
        case Decision.UNDECIDED:
            return "Not decided yet."
        case Decision.NOT_NEEDED if alert.decided_group and alert.cleared_at is None:
            return _WAITS_FOR_OFFICER
        case Decision.NOT_NEEDED:
            return "None is needed for this alert."
        case Decision.RAISED:
            when = f" on {day_words(alert.decided_at)}" if alert.decided_at else ""
            return f"Raised{when}."
        case Decision.WITHHELD if agreed_since:
            return "Withheld for want of consent when it was found; the tenant has agreed since."
        case Decision.WITHHELD:
            return (
                "Withheld for want of consent: the tenant has not agreed that a repair is raised "
                "for this. They have been told what was found, and can ask for the repair "
                "themselves. You can speak with them about it, or arrange an inspection as you "
                "otherwise would."
            )


def band_table(days: Sequence[DayBand]) -> BandTable | None:
    """The bands by day, newest first; a dash where a room was not heard."""
    if not days:
        return None
    rooms = sorted({one.room for one in days})
    bands: Mapping[tuple[object, str], str] = {(one.day, one.room): one.band for one in days}
    return BandTable(
        rooms=tuple(room_words(room) for room in rooms),
        rows=tuple(
            DayRow(
                f"{day.day} {day:%B %Y}",
                tuple(bands.get((day, room), "not heard").capitalize() for room in rooms),
            )
            for day in sorted({one.day for one in days}, reverse=True)
        ),
    )


def _natural(home_id: str) -> tuple[str, int]:
    """So that home-2 stands before home-10."""
    name = home_id.rstrip("0123456789")
    number = home_id[len(name) :]
    return name, int(number) if number else -1
