"""What the house does at each step of reading and lending (bpmn/reading.bpmn; domain §1.6, §10.6).

requests     B1, B2: who asks for whose dossier, for what, with which letter; readers are two and none is of the family
kin          who may never read a dossier: its person and their relatives
approval     B3 to B5: pre-check, opinion, decision, and the papers of it
moving       B6r, B6l, B9: out of the store and back to its place, counted and scanned
lending      B7l, B8l: when a loan is due, reminded of, extended, recalled, taken back page by page
copies       B8: copies and extracts, numbered and stamped
grants       B6d: what two readers may see on the screen, how long, until when
sitting      B7d: two readers before one screen, page by page, by the server's clock
register     in the vault, out, with whom, due, overdue: for every list that shows a dossier
work         the request a step is about
"""
