"""Pages as files: read without trust, judged by a profile of demands, kept in two sets (raw and optimised).

`measures` and `pictures` work in a confined child and know only Pillow and numpy; `readings` asks them.
"""
