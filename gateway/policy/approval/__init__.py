"""Who may decide about policies, and what two officers have signed."""
