"""Matrix and tensor expressions, for every size: formula, derivative, normal form, proof."""
