"""The values of the pages for programs: read only, with the same filters and for the same readers. docs/api.md."""
