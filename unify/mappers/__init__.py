"""The mappers, in one explicit list: nothing is found by scanning folders."""

from unify.mappers import asana, hubspot, jira, trello
from unify.mapping import Mapper

MAPPERS: dict[str, Mapper] = {
    "asana": asana,
    "hubspot": hubspot,
    "jira": jira,
    "trello": trello,
}
