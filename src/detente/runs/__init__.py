"""Many runs: shares of the work, who does them, and results in memory or on disk."""
