"""Resources, measured: the targeting list on generated traffic with truth, and mirror trade beside plain SQL."""
