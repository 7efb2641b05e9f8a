"""The indicators: what a firm is measured by, reckoned from rows in one way for rules and report.

Pure functions over rows: the same rows and window, the same figure, whoever asks. Each counts what its docstring says
and lists what it left out with the reason; none invents a figure where nothing was counted.
"""
