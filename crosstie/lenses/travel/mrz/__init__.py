"""The machine-readable zone of travel documents (ICAO Doc 9303).

layout    where the fields and check digits of each format stand
checks    check digits
reading   a zone taken apart, with what is wrong with it
letters   names into the characters of the zone, and back into scripts
likely    what is taken for what, and which codes States have
spelling  how likely names are
numbering how likely numbers are
repair    what a misread character probably was
"""
