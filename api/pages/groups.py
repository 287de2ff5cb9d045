"""Mass events in an officer's list: one line for what many homes of an area report at once."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from api.disclosed import SeenAlert, SeenHome
from api.pages.local_time import moment_words
from api.pages.views import GroupLine, Link
from api.pages.words import alert_title, home_words
from core.together import likely_cause
from store.mass_events import MassEvent

MEMBERS_MIN = 2
"""Of which this officer may see that they are: below, a group would say more of others than they
share, and there is nothing to put together."""


def groups_of(homes: Iterable[SeenHome]) -> dict[str, list[SeenAlert]]:
    """The open alerts of each mass event, as far as this officer may see that they are of one."""
    found: dict[str, list[SeenAlert]] = {}
    for home in homes:
        for seen in home.alerts:
            if seen.group is not None:
                found.setdefault(seen.group, []).append(seen)
    return found


def group_lines(
    members: Mapping[str, list[SeenAlert]],
    events: Iterable[MassEvent],
    area_names: Mapping[str, str],
) -> tuple[GroupLine, ...]:
    """A line for each event in the order given, with the homes that have an open alert of it.

    Homes that share nothing are not counted: their number would tell what they do not.
    """
    lines = []
    for event in events:
        alerts = members.get(event.group_id, [])
        homes = sorted({seen.alert.home_id for seen in alerts})
        if len(homes) < MEMBERS_MIN:
            continue
        since = min(seen.alert.raised_at for seen in alerts)
        what = alert_title(alerts[0].alert, None)
        lines.append(
            GroupLine(
                words=f"{len(homes)} of {event.homes_there} homes in "
                f"{area_names.get(event.area_id, event.area_id)}: {what[:1].lower()}{what[1:]} "
                f"since {moment_words(since)}. "
                f"One cause is likely: {likely_cause(event.detector)}.",
                homes=tuple(
                    Link(f"/landlord/homes/{home_id}#alerts", home_words(home_id), current=False)
                    for home_id in homes
                ),
                query=urlencode({"group": event.group_id}),
                can_acknowledge=any(seen.alert.acknowledged_at is None for seen in alerts),
                can_raise=any(seen.alert.decided_group is not None for seen in alerts),
            )
        )
    return tuple(lines)
