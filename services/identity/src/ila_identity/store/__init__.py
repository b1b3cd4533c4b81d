"""Identity's rows; nothing outside this folder sees one."""
