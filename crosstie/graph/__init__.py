"""The graph of resolved entities: compiled edges, paths between sets of actors, and pictures of them."""

import crosstie.kernels  # noqa: F401  before any kernel: it says when one on disk is still good
