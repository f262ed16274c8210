"""A dossier is lost or damaged (遗失损毁, bpmn/loss.bpmn; domain §10.9 P-LOSS).

reporting    everything about the dossier stops; who leads is told at once; search or repair is ordered
settling     the written result, permission, what is made anew or proved, responsibility
ending       a matter that ended before its time
work         the matter a step is about
"""
