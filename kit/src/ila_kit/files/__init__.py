"""Files that people give: scanned, kept outside the database by what they are, handed out as they came."""
