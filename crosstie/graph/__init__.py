"""The graph of resolved entities: compiled edges, paths between sets of actors, and pictures of them."""
