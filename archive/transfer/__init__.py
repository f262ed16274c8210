"""What the house does at each step of transfer out and in (bpmn/transfer-out.bpmn, bpmn/transfer-in.bpmn; domain §1.7,
§2.2, §2.3, §10.2, §10.7).

keepers      who may ask for a dossier or be sent one: the list of keepers with authority
asking       O1, O2: the letter that asks, its papers, the clock
holds        O3: what keeps a dossier from leaving, each named with its reason
preparing    O4 to O6: pulled, counted against its catalogue, audit problems listed, approved
sending      O7 to O9: notice, seal, channel, courier
answering    O10 to O12: receipt, chase, possible loss, returned packs, recall, supplement
batches      bulk transfer: one list, counted by both sides
letters      I3 to I6: our own letters that ask for a dossier
coming       I1, I2, J1 to J7: who applies, what arrives, what differs, the receipt back
chain        the way of a dossier through several keepers of this house, without a gap
deadlines    calendar months and working days, and pauses of the clock
stopping     the case is over before its time
invariants   what must hold of transfers, asked by fsck
work         the transfer a step is about
"""
