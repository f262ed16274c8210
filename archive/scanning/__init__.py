"""Digitising a batch of dossiers (domain §10.4): what happens to the paper; the images are in archive.images.

models       the batch and its dossiers
batches      C1, C8, C10: planned, checked as a whole, delivered, accepted
desk         C2, C3, C9: out of the store and back, counted, scanned, signed
"""
