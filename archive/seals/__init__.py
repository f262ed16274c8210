"""A dossier is sealed by an authority that may order it (封存, bpmn/seal.bpmn; domain §10.7 O3, Annex B).

placing      asked for with the authority's document, agreed to by another, placed by the store
lifting      the document that lifts it, agreed to by another, back on its shelf
work         the seal a step is about, and what must be done before its case is ended
invariants   what must always hold
"""
