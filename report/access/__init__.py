"""Who may read the report: accounts, their passwords, and the log of what became of them."""
