"""What all tests share."""

import os

from hypothesis import HealthCheck, settings

# The first call of a compiled rule loads or compiles it: no single example has a deadline.
# A CI run draws the same examples each time: what it says of a commit does not depend on luck.
settings.register_profile(
    "detente",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("detente")
