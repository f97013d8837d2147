"""Screening: one name, or a million, looked up among the names of all entities of a build, in any script, with reasons.

index    the names as arrays in one file that is mapped, not read
grams    which tokens of the index are like a token: pieces of letters and consonants, rare ones first
search   which names hold tokens like those of a query
queries  what is asked: names, and what else is known
hits     what is found, compared, ranked and explained
"""
