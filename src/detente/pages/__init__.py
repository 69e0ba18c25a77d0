"""The page: the model in one HTML file."""
