"""How a figure of an indicator is said: with what it was made of, and never a rate of a few."""

from config.language import hours
from report.asked import Asked
from report.rows import IndicatorRow
from rules.indicators.figures import FEWEST

RATES = frozenset({"on_time", "risk_response"})


def name(asked: Asked, indicator: str) -> str:
    """What it is called."""
    return asked.t(f"indicators.{indicator}")


def is_sure(row: IndicatorRow) -> bool:
    """Whether enough was counted to say something; a count says what it says, and a survey of ours what it shows."""
    return row.counted >= FEWEST or row.indicator in ("throughput", "communication")


def told(asked: Asked, indicator: str, row: IndicatorRow | None) -> str:
    """The figure: a fraction where fewer than five were counted; that there is none, where nothing was."""
    if row is None or not row.counted:
        return asked.t("indicators.not_measured")
    if row.value is None:
        return asked.t("indicators.too_few" if indicator == "communication" else "indicators.by_client")
    if indicator in RATES and not is_sure(row):
        return asked.t("indicators.of", met=row.met, counted=row.counted)
    said = amount(asked, indicator, row.value)
    return f"> {said}" if row.details.get("or_more") else said


def amount(asked: Asked, indicator: str, value: float) -> str:
    """A value in what its name says it is counted in."""
    match indicator:
        case "on_time" | "risk_response":
            return asked.speech.percent(value)
        case "first_response" | "slip" | "throughput":
            return asked.speech.number(value)
    return f"{value:.1f}"


def counted(asked: Asked, row: IndicatorRow | None) -> str:
    """What it was made of; "" for nothing, and for what is a count itself."""
    if row is None or not row.counted or row.indicator == "throughput":
        return ""
    if row.indicator in RATES:
        return asked.t("indicators.of", met=row.met, counted=row.counted)
    said = asked.t(f"indicators.counted.{row.indicator}", count=row.counted)
    if row.details.get("p90") is None or row.counted < FEWEST:
        return said
    key = "indicators.nine_of_ten" + (".or_more" if row.details.get("p90_or_more") else "")
    return asked.t(key, counted=said, most=hours(asked.language, row.details["p90"]))


def goal_of(asked: Asked, indicator: str, goal: float) -> str:
    """A target without needless decimals."""
    said = asked.speech.number(goal)
    return asked.t("percent", rate=said) if indicator in RATES else said


def target(asked: Asked, indicator: str, goal: float | None) -> str:
    """What it should be; "" where nobody set that."""
    return "" if goal is None else asked.t("indicators.target", goal=goal_of(asked, indicator, goal))
