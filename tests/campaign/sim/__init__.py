"""The simulator: the whole bot in one thread, with a time, a Slack and crashes that one seed decides.

`python -m tests.campaign simulate` runs it; `run.py` plays one seed. The real program runs here, wired by `bot.app`;
what stands in for the machine (the loop, the writer's thread, the socket and the wire) is in this package.
"""
