"""The report as a file: one writer for each form, all of the same documents. docs/exports.md says what each holds."""
