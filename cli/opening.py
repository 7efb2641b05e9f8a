"""From a settings file to a hub: read it, check it, keep its secrets out of every line that is printed."""

import gc
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from alerts.channels.kinds import CHANNEL_KINDS
from alerts.refusals import in_words
from cli.hub import Hub
from cli.talk import warn
from config.clock import Clock, system_clock
from config.loading import load
from config.secrets import Redactor, install
from config.settings import Settings
from connectors.governor import PATIENCE
from connectors.kinds import KINDS
from rules.load import RuleFiles
from rules.rule import Rule
from unify.decisions import Refused
from unify.engine import LOCK_WAIT_S

_OBJECTS = 5_000
"""So many objects more than at the last look are looked through for what is no longer needed: about once for a page of
records, where Python's own 700 is a dozen of them. With many more, answers of httpx, which refer to themselves, would
lie about for many pages."""


@dataclass(frozen=True, slots=True)
class Config:
    """A settings file that was read and is right, with the rules as it wants them."""

    path: Path
    settings: Settings
    rules: Sequence[Rule]
    redactor: Redactor


def read_config(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read `path` and the rules, say what it warns of, and hide its secrets from now on; the database stays closed.

    Raises ConfigError with all mistakes of the settings and of the rules.
    """
    sources = {name: kind.settings for name, kind in KINDS.items()}
    files = cache(RuleFiles)  # read once: reading them is most of what a start costs
    loaded = load(path, environ, source_kinds=sources, channel_kinds=CHANNEL_KINDS, rules=files)
    redactor = Redactor()
    for secret in loaded.secrets:
        redactor.register(secret.reveal())
    rules = files(loaded.settings.folder / loaded.settings.rules_dir).enabled(loaded.settings.rules)
    install(redactor)
    for warning in loaded.warnings:
        warn(warning)
    return Config(path, loaded.settings, rules, redactor)


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
    """The hub of the settings in `path`, with what else Hub takes; what it refuses is said in its language.

    Raises ConfigError, RuleErrors, StoreError.
    """
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
        gc.set_threshold(_OBJECTS)
        try:
            yield hub
        except Refused as refused:
            raise Refused(in_words(refused, config.settings.language)) from None
