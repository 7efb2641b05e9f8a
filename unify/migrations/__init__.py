"""The database's revisions, one file each in `versions`; `unify.migrate` runs them. Never edited after release."""
