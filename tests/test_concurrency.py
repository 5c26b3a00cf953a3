"""What happens when several people do the same thing at the same moment.

Real connections and real commits; each attempt goes through the retry loop that an RPC
call goes through. What was committed is taken away afterwards.
"""

import threading
import uuid
from datetime import datetime, timedelta
from functools import partial

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

MONDAY = datetime(2026, 3, 2, 8, 0)


@tagged("standard", "post_install", "-at_install")
class TestConcurrency(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.mark = uuid.uuid4().hex[:8]
        cls.ids = cls._commit(cls._prepare)

    @classmethod
    def tearDownClass(cls):
        cls._commit(cls._clean)
        super().tearDownClass()

    # ------------------------------------------------------------------ fixture
    @classmethod
    def _commit(cls, function):
        with cls.registry.cursor() as cr:
            result = function(api.Environment(cr, SUPERUSER_ID, {}))
            cr.commit()
        return result

    @classmethod
    def _prepare(cls, env):
        currency = env.ref("base.USD")
        currency.active = True
        company = env["res.company"].create(
            {"name": f"Race {cls.mark}", "currency_id": currency.id}
        )
        env.user.company_ids = [Command.link(company.id)]
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        company.action_propose_service_accounts()
        env = env["base"].with_company(company).env
        partner = env["res.partner"].create({"name": f"Customer {cls.mark}"})
        job_type = env["field.service.job.type"].create({"name": f"Race {cls.mark}"})
        technician = env["hr.employee"].create(
            {"name": f"Tina {cls.mark}", "company_id": company.id}
        )
        return {
            "company": company.id,
            "partner": partner.id,
            "job_type": job_type.id,
            "technician": technician.id,
        }

    @classmethod
    def _clean(cls, env):
        """Take away what was committed, below the rules that forbid it."""
        company = cls.ids["company"]
        for table, column in (
            ("account_analytic_line", "company_id"),
            ("account_move_line", "company_id"),
            ("account_move", "company_id"),
            ("field_service_charge", "company_id"),
            ("field_service_booking", "company_id"),
            ("field_service_event", "company_id"),
            ("field_service_visit", "company_id"),
            ("field_service_order", "company_id"),
        ):
            # Names of our own tables, no input of anybody.
            env.cr.execute(f"DELETE FROM {table} WHERE {column} = %s", [company])
        env["account.analytic.account"].with_context(active_test=False).search(
            [("company_id", "=", company)]
        ).unlink()
        env["field.service.job.type"].browse(cls.ids["job_type"]).unlink()
        env["hr.employee"].browse(cls.ids["technician"]).unlink()
        env["res.company"].browse(company).active = False

    @classmethod
    def _create_order(cls, env, **values):
        return env["field.service.order"].create(
            {
                "company_id": cls.ids["company"],
                "partner_id": cls.ids["partner"],
                "job_type_id": cls.ids["job_type"],
                "state": "released",
                **values,
            }
        )

    def _race(self, number, attempt):
        """Run ``attempt(env, index)`` in parallel; return the results and errors."""
        barrier = threading.Barrier(number)
        outcomes = [None] * number

        def run(index):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env.cr.execute("SELECT 1")  # the snapshot is taken before the start
                barrier.wait(timeout=60)
                try:
                    outcomes[index] = retrying(partial(attempt, env, index), env)
                    cr.commit()
                except ValidationError as error:
                    outcomes[index] = error
                    cr.rollback()

        threads = [threading.Thread(target=run, args=(i,)) for i in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=300)
        return outcomes

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
