"""The rooms of the arena, one module a kind of mistake or difficulty."""
