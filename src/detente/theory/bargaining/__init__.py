"""Expected-utility spatial bargaining."""
