"""Who is who: claims, names, candidate keys, features, scores, clusters and the entities that come of them."""
