"""In order; the name begins with r and the revision's number."""
