"""The pages of a customer: its services, what is wrong with them and what is planned."""
