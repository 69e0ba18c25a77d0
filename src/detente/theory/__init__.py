"""The theory: rules as pure functions of numbers, one concept a file, each with its source."""
