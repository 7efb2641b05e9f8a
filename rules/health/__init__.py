"""How projects and clients are doing: red, amber, grey or green, with the reasons (docs/health.md).

`decide` is pure and knows no table, `values` are what it takes and gives; `reading` asks the views, for all projects at
once; `keeping` writes one row a day of each, `turns` compares them; `words` says the reasons to people.
"""
