"""What a device reports about itself beside its readings: typed views, and how to fetch them."""
