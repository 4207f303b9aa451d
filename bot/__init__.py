"""Altogether: a Slack bot that collects the stories an organisation learns from.

Folders are what the product does for people; `rooms.py` and `app.py` are the only wiring, `cli.py` the way in.
"""

__version__ = "1.0.0"
