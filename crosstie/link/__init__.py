"""From evidence to links: narratives, spheres, candidates, strength, chance."""
