"""How many requests are worked on at once, and how many open pages wait for news beside them: a thread for each."""

WORKERS, READERS = 8, 64
