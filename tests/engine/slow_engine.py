"""An engine that takes a while, and leaves nothing."""

import time


def simulate(*_given, **_options):
    time.sleep(0.3)
