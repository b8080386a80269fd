"""What things cost, each against a floor measured in the same run."""
