"""The report: the links of a build as one HTML file that needs no network, reads well and prints well."""

from __future__ import annotations

from crosstie.report.page import write_report

__all__ = ["write_report"]
