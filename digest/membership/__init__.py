"""A person's wishes in, their membership changed out: join, move, choose, pause, leave, come back, be told.

Nothing here sends: what is to be mailed waits as a note, and `posting` hands it over. Nobody learns from an
answer, or from how long it took, whether an address is known.
"""
