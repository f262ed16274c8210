"""The papers in a dossier: their classes, their catalogue, and what becomes of each.

categories   the 16 leaf codes, their names by version, the order within each
models       the tables; no row is ever deleted
rows         what a catalogue says, row by row, and what is wrong with it (no database)
pasted       a catalogue from a spreadsheet
catalogue    a dossier's catalogue: read, saved, counted
states       a material's way: taken in, kept, taken out
invariants   what fsck looks at
"""
