"""What the keeper's commands look at: Slack's answers about the settings, and the state of this computer's files.

`bot/facts.py`, `bot/doctor.py` and `bot/cli.py` are the ways in; nothing else imports this room.
"""
