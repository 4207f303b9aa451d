"""Campaigns: the real bot under faults, for as long as one likes, and a checker that trusts nobody.

Run them with `python -m tests.campaign`; the suite plays a slice of each.
"""
