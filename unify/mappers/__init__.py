"""The mappers, in one explicit list: nothing is found by scanning folders."""

from unify.mappers import hubspot, jira, trello
from unify.mapping import Mapper

MAPPERS: dict[str, Mapper] = {
    "hubspot": hubspot,
    "jira": jira,
    "trello": trello,
}
