"""What somebody writes who takes dlt: Jira's issues with comments and history, by its REST source, into DuckDB.

Run by `bench.peers` with dlt's own Python: `dlt_pipeline.py URL FOLDER`. dlt unfolds what is nested into child tables.
"""

import sys

import dlt
from dlt.sources.rest_api import rest_api_source


def main(url: str, folder: str) -> None:
    """Load it all once, and print how many rows each table got."""
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/rest/api/3/",
                "auth": {"type": "http_basic", "username": "hub@acme.example", "password": "bench"},
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "nextPageToken",
                    "cursor_param": "nextPageToken",
                },
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [
                {
                    "name": "issues",
                    "endpoint": {
                        "path": "search/jql",
                        "data_selector": "issues",
                        "params": {
                            "jql": 'project in ("BENCH") ORDER BY updated ASC, key ASC',
                            "fields": "*all",
                            "expand": "changelog",
                            "maxResults": 100,
                        },
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "peers", pipelines_dir=folder, destination=dlt.destinations.duckdb(f"{folder}/peers.duckdb")
    )
    pipeline.run(source)
    for table, rows in pipeline.last_trace.last_normalize_info.row_counts.items():
        if not table.startswith("_dlt"):
            print(f"{table}\t{rows}")


if __name__ == "__main__":
    main(*sys.argv[1:])
