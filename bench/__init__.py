"""Figures side by side with peers, and runs at scale. Each module runs alone: `python -m bench.NAME`; all of them: `make bench`."""
