"""Loose materials (零散材料) and what is lacking (bpmn/loose-materials.bpmn, bpmn/loose-chase.bpmn; domain §1.3, §10.9
P-MAT).

sending      a unit sends papers with a list; how late they are
checking     the eight points; refused with the reason, or accepted and registered
filing       into the folder, out of the store, into the catalogue, back; what was lacking is obtained
chasing      once a quarter every unit is asked for what is lacking
ending       the case is over before its time
work         the list a step is about
"""
