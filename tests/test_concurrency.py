"""What happens when several people do the same thing at the same moment."""

from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

MONDAY = datetime(2026, 3, 2, 8, 0)


@tagged("standard", "post_install", "-at_install")
class TestConcurrency(RaceCase):
    # -------------------------------------------------------------------- races
    @mute_logger("odoo.sql_db")
    def test_twenty_bookings_of_one_hour(self):
        """Peer 4: one booking is made, nineteen are refused with a sentence."""
        orders = self._commit(
            lambda env: [self._create_order(env).id for __ in range(20)]
        )

        def book(env, index):
            visit = env["field.service.visit"].create(
                {
                    "order_id": orders[index],
                    "technician_id": self.ids["technician"],
                    "start": MONDAY + timedelta(minutes=index),
                    "duration": 2.0,
                }
            )
            return visit.id

        outcomes = self._race(20, book)
        made = [outcome for outcome in outcomes if isinstance(outcome, int)]
        self.assertEqual(len(made), 1, outcomes)
        refused = [str(outcome) for outcome in outcomes if outcome not in made]
        for message in refused:
            self.assertIn(f"Tina {self.mark}", message)
            self.assertRegex(message, "(already|just).*booked from .* to ")
        bookings = self._commit(
            lambda env: env["field.service.booking"].search_count(
                [("visit_id.order_id", "in", orders)]
            )
        )
        self.assertEqual(bookings, 1)

    def test_one_completion_sent_twice(self):
        """A phone that sends again what it has sent counts once."""

        def prepare(env):
            visit = env["field.service.visit"].create(
                {
                    "order_id": self._create_order(env).id,
                    "technician_id": self.ids["technician"],
                    "start": MONDAY + timedelta(days=1),
                }
            )
            visit.register_event("work_start", visit.start)
            return visit.id

        visit_id = self._commit(prepare)

        def finish(env, index):
            visit = env["field.service.visit"].browse(visit_id)
            end = visit.start + timedelta(hours=1)
            return visit.register_event("work_end", end, key="tap", result="solved").id

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(4, finish)
        self.assertEqual(len(set(outcomes)), 1, outcomes)

        def check(env):
            visit = env["field.service.visit"].browse(visit_id)
            return visit.state, visit.work_hours, len(visit.event_ids)

        self.assertEqual(self._commit(check), ("completed", 1.0, 2))

    def test_one_cost_posted_by_two(self):
        """Two runs of the same posting post it once."""

        def prepare(env):
            order = self._create_order(
                env, is_historic=True, completed_on=MONDAY, state="closed"
            )
            # As after a change by another system: the cost is there, its entry not.
            env.cr.execute(
                "UPDATE field_service_order SET historic_cost = 100 WHERE id = %s",
                [order.id],
            )
            return order.id

        order_id = self._commit(prepare)

        def post(env, index):
            order = env["field.service.order"].browse(order_id)
            return len(order._sync_posting())

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(3, post)
        self.assertEqual(sorted(outcomes), [0, 0, 1])
        posted = self._commit(
            lambda env: (
                env["account.move.line"]
                .search([("service_order_id", "=", order_id)])
                .mapped("balance")
            )
        )
        self.assertEqual(posted, [100.0])
