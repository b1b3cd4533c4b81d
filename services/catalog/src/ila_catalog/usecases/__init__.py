"""What the catalogue can do: one file per aggregate, one transaction per function, opened by the door."""
