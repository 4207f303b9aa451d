"""The only way for a test to be skipped: elsewhere it is a skip, at the gate it is a failure.

A test that needs something of its machine calls `skip_unless`. Where CI=true the machine is ours, so what is missing
there is a fault of the gate and not of the machine.
"""

import os

import pytest


def skip_unless(available: bool, reason: str) -> None:
    """Returns when what the test needs is available; otherwise skips it, or fails it where CI=true."""
    if available:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"Skipped at the gate, where nothing may be: {reason}")
    pytest.skip(reason)
