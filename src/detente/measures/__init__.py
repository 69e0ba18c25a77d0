"""From results to numbers: what a variant changed, and how far countries agree."""
