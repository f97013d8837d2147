"""Who is who: claims, names, candidate keys, features, scores, clusters and the entities that come of them."""

import crosstie.kernels  # noqa: F401  before any kernel: it says when one on disk is still good
