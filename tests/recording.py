"""Write answers as they are recorded: one a row of `NAME.csv.gz`, with the board they were asked of."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]


def record(
    folder: Path,
    name: str,
    answers: Sequence[Json],
    *,
    board: str | int = 1,
    about: Json | None = None,
) -> None:
    """`about`: what the answers hang on, where they do not say so themselves. An earlier file of the name is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv.gz"
    is_new = not path.exists()
    with gzip.open(path, "at", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, ["params", "data", "input"])
        if is_new:
            rows.writeheader()
        for answer in answers:
            params = {"ConnectionId": 1, "BoardId": board}
            rows.writerow({"params": json.dumps(params), "data": json.dumps(answer), "input": json.dumps(about)})
