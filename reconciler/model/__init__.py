"""Floor 0, the nouns: frozen values, the field table, the errors. Imports nothing of the floors above."""
