"""A library of problems: real physics in SI, each with a reference it must meet."""

from pinnln.problems.convection import natural_convection
from pinnln.problems.heat import copper_bar
from pinnln.problems.joule import joule_heating

CATALOG = {maker.__name__: maker for maker in (copper_bar, joule_heating, natural_convection)}
"""Every problem by name; each is a function that returns a Benchmark."""

__all__ = ["CATALOG", "copper_bar", "joule_heating", "natural_convection"]
