"""People who do things at the same moment: real connections and real commits.

Each attempt goes through the retry loop that an RPC call goes through. What was
committed is taken away afterwards.
"""

import threading
import uuid
from functools import partial

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name


class RaceCase(BaseCase):
    """A company of its own, an order for each race, and threads that start together."""

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
