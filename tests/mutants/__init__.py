"""Mutation testing: small mistakes put into the modules that guard, compare, read and send; each must be noticed.

The runner is our own. mutmut 3.8 runs with this layout, but it mutates only what stands inside plain functions,
while many rules here stand in tables of a module and in decorated functions; and it names a mutant by a number
that changes with every edit, so that a sentence on a survivor could not be kept.
"""
