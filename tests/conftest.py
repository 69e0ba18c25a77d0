"""What all tests share."""

from hypothesis import HealthCheck, settings

# the first call of a compiled rule loads or compiles it: no single example has a deadline
settings.register_profile(
    "detente",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("detente")
