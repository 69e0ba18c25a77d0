"""Many runs: shares of the work, the engines that do them, and results in memory or on disk."""
