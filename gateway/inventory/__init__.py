"""Services, resources and who depends on what; what a state of one means for the others."""
