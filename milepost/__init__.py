"""Milepost: one unified view of delivery work and client contact, and the alerts that follow from it.

Installed from a wheel, the application's folders live in `milepost/_app`, so that the wheel owns one
top-level name only; this puts them on the import path. In a checkout they stand beside this package (ADR 0001).
"""

import sys
from pathlib import Path

_app = Path(__file__).parent / "_app"
if _app.is_dir():
    sys.path.insert(0, str(_app))
