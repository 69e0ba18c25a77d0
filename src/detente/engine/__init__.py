"""What runs any theory: from a scenario to arrays, one run in Mesa, many runs compiled."""
