"""Messages leave, and things happen when they are due.

`outbox` is the loop that sends what the rooms have put in the outbox, `scheduler` the one that runs their chores. Both
are started by `app.py`, which passes in the registry of kinds: nothing here knows a feature.
"""
