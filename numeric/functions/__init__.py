"""The functions of tensors, in PyTorch's names; tensor methods are these same functions."""
