"""Acceptance (domain §10.5): of a scanning batch by a sample, of equipment article by article, of a service.

models     what is accepted, its rounds, its sample, its articles
sampling   A4, A6: how many, which, and whether they pass; no process in it
machine    A3, A4, A6, A9: what the machine does with a batch
group      A1, A2, A8: who applies, who forms the group, who signs
looking    who opens the page images of a batch, and as whom
checking   A5, A7, A8: the two checkers, the notice, what is mended
goods      equipment and services
ending     the case is over before its time
papers     their papers, all of the series 验字
"""
