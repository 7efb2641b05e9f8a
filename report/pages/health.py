"""How a colour and its reason stand on a page."""

from collections.abc import Mapping

from report.asked import Asked
from report.document import Cell, Tone
from rules.health.values import Colour, Health
from rules.health.words import because, colour_name

TONES: Mapping[Colour, Tone] = {"red": "red", "amber": "amber", "grey": "grey", "green": "green"}


def health_cell(asked: Asked, health: Health) -> Cell:
    """The colour, and below it why; what the tool itself says stands apart."""
    word = health.native.replace("_", " ") if health.native else ""  # Asana's word is "on_track"
    native = asked.t("health.native", word=word) if word else ""
    why = because(asked.language, health, asked.moment.today)
    return Cell(
        health.colour, colour_name(asked.language, health.colour), tone=TONES[health.colour], notes=[why, native]
    )
