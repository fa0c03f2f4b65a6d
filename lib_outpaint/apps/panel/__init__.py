"""What people see: the panel that script and page share."""
