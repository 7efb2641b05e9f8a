"""The mappers, in one explicit list: nothing is found by scanning folders."""

from unify.mappers import jira, trello
from unify.mapping import Mapper

MAPPERS: dict[str, Mapper] = {
    "jira": jira,
    "trello": trello,
}
