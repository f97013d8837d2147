"""Matching what is new against what is there: a build that changes little compares little, and gives what a whole build gives.

splice   the arrays of the records that stay, with those of the records that are new or changed in between
changes  which pairs have to be compared again
reblock  the blocks of the families of keys that changed, among the others
memory   what a build leaves for the next one
advance  the whole job on one page
"""
