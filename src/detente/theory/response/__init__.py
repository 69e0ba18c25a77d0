"""The theory of responses: spatial utility, ties, peers, exposure, and slow attitudes."""
