"""What the pages show, as values: read-only SQL under the scope of the reader, nothing in a language."""
