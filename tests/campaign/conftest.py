"""The profiles of the tests that Hypothesis plays here: `--hypothesis-profile=long` plays thousands of long lives."""

from hypothesis import HealthCheck, settings

QUICK = settings(
    max_examples=4,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("lives", QUICK)
settings.register_profile("long", QUICK, max_examples=1_000, stateful_step_count=50, derandomize=False, print_blob=True)
