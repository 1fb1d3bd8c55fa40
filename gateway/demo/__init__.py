"""The demonstration: two operators and a customer on this machine, real processes, real bytes."""
