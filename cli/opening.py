"""From a settings file to a hub: read it, check it, keep its secrets out of every line that is printed."""

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from alerts.channels.kinds import CHANNEL_KINDS
from cli.hub import Hub
from cli.talk import warn
from config.clock import Clock, system_clock
from config.loading import Loaded, load
from config.secrets import Redactor, install
from connectors.governor import PATIENCE
from connectors.kinds import KINDS
from rules.load import load_rules, rule_params


def read_settings(path: Path, environ: Mapping[str, str] = os.environ) -> Loaded:
    """The settings of `path`, with their warnings said. Raises ConfigError with all mistakes."""
    loaded = load(
        path,
        environ,
        source_kinds={name: kind.settings for name, kind in KINDS.items()},
        channel_kinds=CHANNEL_KINDS,
        rules=rule_params(),
    )
    for warning in loaded.warnings:
        warn(warning)
    return loaded


@contextmanager
def open_hub(
    path: Path,
    *,
    clock: Clock = system_clock,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
    patience: timedelta = PATIENCE,
) -> Iterator[Hub]:
    """The hub of the settings in `path`; logs go to standard error, without secrets."""
    redactor = Redactor()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    install(redactor)
    loaded = read_settings(path, environ)
    for secret in loaded.secrets:
        redactor.register(secret.reveal())
    rules = load_rules(loaded.settings, config=str(path))
    with Hub(loaded.settings, rules, redactor=redactor, clock=clock, stop=stop, patience=patience) as hub:
        yield hub
