"""What to say, and with which code to end, when something failed that a person can mend."""

import logging

from cli.exit_codes import FAILED, WRONG
from cli.talk import talk

log = logging.getLogger(__name__)


def explain(error: Exception) -> int:
    """Say what is wrong on standard error; return the exit code. A mistake of ours is logged with its traceback."""
    from alerts.channels.base import DeliveryError
    from config.loading import ConfigError
    from connectors.base import ConnectorError
    from rules.rule import RuleErrors
    from sync.lease import LeaseHeld
    from unify.decisions import Refused
    from unify.engine import StoreError
    from unify.lookup import NotOne

    match error:
        case ConfigError() | RuleErrors() | Refused() | NotOne():
            talk.print(str(error))
            return WRONG
        case StoreError() | ConnectorError() | DeliveryError() | LeaseHeld():
            talk.print(str(error))
            return FAILED
        case OSError(filename=str() as name):
            talk.print(f"{name}: {error.strerror}")
            return FAILED
        case _:
            log.exception("a mistake of ours", exc_info=error)
            return FAILED
