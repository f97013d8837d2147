"""The search for links, measured: what simple rankers reach on the same regions, and how like life the regions are. `python -m bench.links`."""
