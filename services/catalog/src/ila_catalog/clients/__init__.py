"""What lies outside and is no database: the files of calls in `parameters/`. Neighbours come here too."""
