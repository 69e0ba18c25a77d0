"""The model against the record: what it expected of each government, and how good that was.

From a scenario's record (`observed`) and its runs (`prediction`) to scores (`rules`) against what
simpler guesses would score (`baselines`), with intervals (`intervals`), put together in `score`.
"""
