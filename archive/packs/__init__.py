"""Packs: from the courier's list to the shelf or a named exception.

models      the tables            lists       a file → a preview (`lists.parse`)
exceptions  E01–E16               imports     a preview → packs and processes, in portions (`imports.begin`)
desk        a pack opens its case, with a list or without one (`desk.receive_unlisted`)
"""
