"""Applications' rows; nothing outside this folder sees one."""
