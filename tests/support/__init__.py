"""What tests share: servers, devices, clocks and payloads."""
