"""What the commands of the planner share."""
