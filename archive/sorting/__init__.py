"""What the house does at each step of sorting (bpmn/sorting-batch.bpmn, bpmn/sorting.bpmn; domain §10.3).

planning     S1: a batch for one officer, each dossier a case of its own
handing      S2, S11: out of the store and back, counted, scanned, signed
appraisal    S3, S3b: what does not stay, who agreed, who saw it destroyed
compiling    S4 to S6: classes, numbers, catalogue
checking     S9, S10: the second person's eyes, defects, what is lacking
work         the dossier a step is about
"""
