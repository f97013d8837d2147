"""The machine-readable zone of travel documents (ICAO Doc 9303).

layout    where the fields and check digits of each format stand
checks    check digits
reading   a zone taken apart, with what is wrong with it
letters   names into the characters of the zone, and back into scripts
likely    how likely a name, a number, a code is: what a correction is measured by
repair    what a misread character probably was
"""
