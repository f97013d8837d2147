"""Passengers against a workspace: the names of its entities, and its lists of documents.

passengers  who is asked about, read from messages, scans and ledgers
handling    what may be used: purpose and end of retention
names       names, the index of the workspace, a first look at all and a closer one at few
papers      documents, in one join
report      the hits, with reasons
"""
