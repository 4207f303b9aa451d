"""What the house remembers, and the one door to it.

Nothing outside this folder knows which database it is. `records` are what crosses the wall; each family of tables has a
module; `database` has the engine, the writer thread and the transaction that every one of them takes.
"""
