"""What follows a milestone that is done: whether the client accepted it, and whether it is paid for.

The words are the config's: labels, types, statuses, lists or sections, or one custom field that holds a tick or a day.
Where the config names none, nobody can tell whether a milestone was accepted, and none is waited for.
"""

from collections.abc import Collection, Mapping

from config.words import normal, normals
from unify.mappers.latest import Latest
from unify.mappers.told import Told
from unify.mapping import MappingContext, Row
from unify.parsing import Reader

NOT_ASKED: Row = {"accepted": None, "accepted_on": None, "payment": False}
"""Of what carries neither labels nor fields: a version, a project's own date."""

_ANSWERS: Mapping[str, bool] = {
    normal(word): is_so
    for is_so, words in {
        True: "approved|passed|signed off|通過|通过|已通過|已通过|簽收|签收|已簽收|已签收|確認|确认|已確認|已确认",
        False: "pending|rejected|待驗收|待验收|待確認|待确认|未確認|未确认|不通過|不通过|未通過|未通过",
    }.items()
    for word in words.split("|")
}
"""How a field says whether it was accepted, beside yes and no. Of another question they would say something else: a
response to a risk that was approved is not yet carried out."""


class Acceptance:
    """What the settings say of acceptance and payment."""

    def __init__(self, context: MappingContext) -> None:
        settings = context.settings
        self._zone = context.zone
        self._labels = normals(settings.accepted_labels)
        self._payment = normals(settings.payment_labels)
        self._field = normal(settings.accepted_field)
        self.names = frozenset({self._field} if self._field else ())
        """Of the fields that are asked, in the form in which words are compared."""

    def of(self, marks: Collection[str], fields: Mapping[str, str], reader: Reader) -> Row:
        """The columns of a milestone with these words (in the normal form), and these fields: name -> what it says.

        `accepted` is None where the config names neither word nor field. A day that is still to come is kept as it is
        told: no mapper knows today. Problems go to `reader`.
        """
        told = next((Told(name, text.strip()) for name, text in fields.items() if normal(name) == self._field), None)
        happened, day = told.happened(self._zone, reader, _ANSWERS) if told else (False, None)
        is_marked = not self._labels.isdisjoint(marks)
        is_asked = bool(self._labels or self._field)
        return {
            "accepted": (happened or is_marked) if is_asked else None,
            "accepted_on": day,
            "payment": not self._payment.isdisjoint(marks),
        }


acceptance_of = Latest(Acceptance).of
