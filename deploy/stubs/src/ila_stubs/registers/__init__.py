"""Stand-ins for state registers: population, education institutions, licences, legal persons."""
