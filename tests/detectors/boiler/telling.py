"""What a person would be told for a detector's verdicts, by its own rules."""

from core.findings import Episode
from detectors.episodes import episodes
from detectors.judgement import Judgement, Rules


def told(judgement: Judgement, rules: Rules) -> list[tuple[int, Episode]]:
    """The episodes, each with its row."""
    return episodes(
        judgement,
        dwell_steps=rules.dwell_steps(judgement.step_s),
        clear_steps=rules.clear_steps(judgement.step_s),
        raise_from=rules.raise_from,
    )


def alerts_of(judgement: Judgement, rules: Rules) -> list[Episode]:
    """The episodes alone."""
    return [episode for _, episode in told(judgement, rules)]
