"""The back-test: which alerts a rule would have raised, when and for how long, told from what is stored now.

`known` says whether it can be told at all; `past` walks each row back through its changes, `versions` fetches what that
takes; `ticks` folds the rule's times at every hour and finds the hours at which an answer can change; `replay` asks
those of the database in memory that holds the versions; `episodes` makes alerts of the answers; `budget` stops what
takes too long. ADR 0008.
"""

from rules.backtest.budget import Budget
from rules.backtest.doubts import Doubt
from rules.backtest.episodes import TOLD_BY, Raised, Stage
from rules.backtest.known import CannotReplay
from rules.backtest.replay import Backtest, backtest
from rules.backtest.ticks import hourly

__all__ = ["TOLD_BY", "Backtest", "Budget", "CannotReplay", "Doubt", "Raised", "Stage", "backtest", "hourly"]
