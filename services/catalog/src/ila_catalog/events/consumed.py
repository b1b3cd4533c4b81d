"""The facts this service reads of others, each as the narrow part it relies on.

None yet: approved providers and enrolled learners are read here once offers and places are.
"""
