"""Other systems that differentiate matrix formulas, put to the same list as ``derive``."""
