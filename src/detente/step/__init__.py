"""The phases of a step, as loops over countries, issues, events and lanes around the rules.

Both engines call these functions: Mesa with one lane and a country at a time, the compiled
engine with many lanes. The rules themselves stand in `detente.theory`, the order of the phases in
`detente.model.RegionModel.step`.
"""
