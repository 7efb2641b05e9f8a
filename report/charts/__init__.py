"""The drawings: frozen values in, SVG out. What they say in words comes from the page, in its reader's language."""
