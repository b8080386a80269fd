"""What the house will need and what the sun will give; each forecast says what it rests on."""
