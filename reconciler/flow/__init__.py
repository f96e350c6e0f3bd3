"""Floor 2, the story: which step follows which. Alone in knowing both `core` and `edge`."""
