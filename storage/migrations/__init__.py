"""How a database came to have its tables, one step a file. Run by `storage.schema`, never by Alembic's own command.

A step that has been released is never edited: what changes later is a further file in `versions/`.
"""
