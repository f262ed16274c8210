"""主数据更正: what is written wrongly in a person's master data is corrected by two people; by three what
says who the person is.

work         the correction a step is about
facts        what can be corrected here, and which of it a leader decides
proposing    who asks; the corrections written down, each with its evidence; the ID number sealed at once
deciding     another compares with the evidence, typing the ID number a second time; a leader decides
applying     the record changes, its old values stay, open cases hear of it
invariants   what must always hold
"""
