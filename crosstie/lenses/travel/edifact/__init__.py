"""Passenger messages in UN/EDIFACT: as lenient as traffic is careless, and exact about where something is wrong.

lexer      segments, whatever characters part them
envelope   interchanges, groups and messages, and whether their counts are right
moments    dates and times as messages write them
legs       flights and travellers of a passenger list
paxlst     advance passenger information
pnrgov     passenger name records
"""
