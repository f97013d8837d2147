"""The workbench: pages for people and the same as JSON for programs. It has no logic of its own: everything is asked of `crosstie.app`."""
