"""What is true about persons, their accounts and their roles."""
