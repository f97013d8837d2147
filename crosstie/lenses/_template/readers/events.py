"""Dealings as the office of the field hands them over: a table, read by the mapping beside this file.

Formats that are no tables need a class of their own: see crosstie/ingest/reader.py for what it must offer.
"""

from __future__ import annotations

from pathlib import Path

from crosstie.ingest.mapping import table_reader

READER = table_reader(Path(__file__).with_name("events.mapping.yaml"), "newfield-events")
