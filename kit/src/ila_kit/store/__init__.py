"""The database: one transaction per write, and what is stored beside every one."""
