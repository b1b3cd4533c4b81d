"""What is true about learner applications, places and eligibility."""
