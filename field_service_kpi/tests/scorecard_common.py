from datetime import datetime, timedelta

from odoo import Command

from .operations_common import OperationsCommon

TODAY = "2026-06-15"
# Hours of five repairs each: 10, 20 and 15 in all, 3 on average.
HOURS = {"Tina": (1, 1, 2, 3, 3), "Tom": (3, 3, 4, 5, 5), "Ann": (2, 2, 3, 4, 4)}
CALLBACKS = {"Tina": 0, "Tom": 2, "Ann": 1}


class ScorecardCommon(OperationsCommon):
    """Three technicians with five repairs each, and one of another company.

    Hours: everybody's expectation is 15, raw 2/3, 4/3, 1. Within people: 3 times
    4 x 3 x 1/9 by 12 degrees of freedom is 1/3; between: (2 x 15 / 9 - 2/3) / 30 is
    4/45; the constant is 15/4 and the credibility 15 / 18.75 = 0.8.

    Fixed the first time: 5, 3 and 4 of 5, expectation 4, raw 1.25, 0.75, 1. Within
    (0 + 1.5 + 1) / 12; between (0.5 - 2 x 2.5 / 12) / 8 = 1/96; the constant is 20 and
    the credibility 4 / 24.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls._create_technician("Ann")
        cls.people = {"Tina": cls.technician, "Tom": cls.tom, "Ann": cls.ann}
        cls.north.member_ids = [Command.link(cls.ann.id)]
        cls.orders = {}
        for number, (name, hours) in enumerate(HOURS.items()):
            cls.orders[name] = cls.env["field.service.order"]
            for day, one in enumerate(hours):
                order = cls._do(cls.people[name], float(one), number * 6 + day)
                cls.orders[name] |= order
            for order in cls.orders[name][: CALLBACKS[name]]:
                cls._create_order(
                    release=False,
                    callback_of_id=order.id,
                    received_on=order.completed_on + timedelta(days=10),
                )
        cls._do(cls.technician_b, 9.0, 1, company_id=cls.company_b.id)

    @classmethod
    def _do(cls, person, hours, day, **values):
        """Create an order and complete it in March, on the given day after the 2nd."""
        order = cls._create_order(**values)
        start = datetime(2026, 3, 2, 8) + timedelta(days=day)
        cls._work(cls._create_visit(order, start, technician_id=person.id), hours)
        return cls._complete(order, start)

    def _card(self, level="technician", record=None, user=None, **options):
        model = self.env["field.service.scorecard"]
        if user:
            # As in a request of that user: no more companies than his own.
            model = model.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
        return model.get_scorecard(level, record and record.id, options)

    def _list(self, level="technician", user=None, **options):
        model = self.env["field.service.scorecard"]
        if user:
            model = model.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
        return model.get_list(level, options)

    def _parts(self, card):
        return {part["key"]: part for part in card["index"]["parts"]}
