"""A service small enough to read: people write notes. It uses everything the kit gives to the web door."""
