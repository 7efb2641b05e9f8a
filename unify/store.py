"""The store's front door: what other folders open, bring up to date and write with."""

from unify.engine import StoreError, open_engine, writing
from unify.migrate import migrate

__all__ = ["StoreError", "migrate", "open_engine", "writing"]
