"""What is paid and earned for a kWh and for peaks: the tariff, its files, and the bill."""
