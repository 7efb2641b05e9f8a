"""From a settings file to a hub: read it, check it, keep its secrets out of every line that is printed."""

import gc
import logging
import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alerts.channels.kinds import CHANNEL_KINDS
from cli.hub import Hub
from cli.talk import warn
from config.clock import Clock, system_clock
from config.loading import ConfigError, Loaded, load
from config.secrets import Redactor, install
from config.settings import Settings
from connectors.governor import PATIENCE
from connectors.kinds import KINDS
from rules.load import load_rules, rule_params
from rules.rule import Rule
from unify.engine import LOCK_WAIT_S


@dataclass(frozen=True, slots=True)
class Config:
    """A settings file that was read and is right, with the rules as it wants them."""

    path: Path
    settings: Settings
    rules: Sequence[Rule]
    redactor: Redactor


def read_config(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read `path` and the rules, say what it warns of, and hide its secrets from now on; the database stays closed.

    Raises ConfigError or RuleErrors, each with all mistakes.
    """
    loaded = _load(path, environ, rule_params(_rules_dir(path, environ)))
    redactor = Redactor()
    for secret in loaded.secrets:
        redactor.register(secret.reveal())
    rules = load_rules(loaded.settings, config=str(path))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    install(redactor)
    for warning in loaded.warnings:
        warn(warning)
    return Config(path, loaded.settings, rules, redactor)


def _load(path: Path, environ: Mapping[str, str], rules: Mapping[str, Collection[str]] | None) -> Loaded:
    sources = {name: kind.settings for name, kind in KINDS.items()}
    return load(path, environ, source_kinds=sources, channel_kinds=CHANNEL_KINDS, rules=rules)


def _rules_dir(path: Path, environ: Mapping[str, str]) -> Path | None:
    """Where own rules stand: the config says so, and may not name a rule that is neither ours nor theirs."""
    try:
        settings = _load(path, environ, None).settings
    except ConfigError:  # told by the reading that follows, with all the other mistakes
        return None
    return settings.folder / settings.rules_dir


@contextmanager
def open_hub(
    path: Path,
    *,
    clock: Clock = system_clock,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
    patience: timedelta = PATIENCE,
    lock_wait_s: float = LOCK_WAIT_S,
) -> Iterator[Hub]:
    """The hub of the settings in `path`, with what else Hub takes. Raises ConfigError, RuleErrors, StoreError."""
    config = read_config(path, environ)
    with Hub(
        config.settings,
        config.rules,
        redactor=config.redactor,
        clock=clock,
        stop=stop,
        patience=patience,
        lock_wait_s=lock_wait_s,
    ) as hub:
        # What start-up made stays to the end; looking through it again and again costs a long sync a tenth of its time.
        gc.collect()
        gc.freeze()
        yield hub
