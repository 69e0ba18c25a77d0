"""Estimating the coefficients of the theory from what governments did."""
