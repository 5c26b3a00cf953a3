"""Two orders that want the last visit of an agreement at the same moment."""

from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

MONDAY = datetime(2026, 3, 2, 8, 0)
NUMBER = 3


@tagged("standard", "post_install", "-at_install")
class TestConcurrencyCoverage(RaceCase):
    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        agreement = env["field.service.agreement"].create(
            {
                "partner_id": ids["partner"],
                "company_id": ids["company"],
                "date_start": date(2026, 1, 1),
                "coverage_ids": [
                    Command.create(
                        {
                            "name": "One visit",
                            "labour_scope": "visits",
                            "included_visits": 1,
                        }
                    )
                ],
            }
        )
        agreement.action_activate()
        technicians = env["hr.employee"].create(
            [
                {"name": f"Technician {number}", "company_id": ids["company"]}
                for number in range(NUMBER)
            ]
        )
        for technician in technicians:
            env["field.service.labour.rate"].create(
                {
                    "employee_id": technician.id,
                    "company_id": ids["company"],
                    "date_from": date(2026, 1, 1),
                    "rate": 0.0,
                }
            )
        return {
            **ids,
            "line": agreement.coverage_ids.id,
            "technicians": technicians.ids,
        }

    @classmethod
    def _clean(cls, env):
        super()._clean(env)
        line = env["field.service.agreement.coverage"].browse(cls.ids["line"])
        agreement = line.agreement_id
        env["field.service.labour.rate"].search(
            [("employee_id", "in", cls.ids["technicians"])]
        ).unlink()
        env["hr.employee"].browse(cls.ids["technicians"]).unlink()
        agreement.action_cancel()
        agreement.unlink()

    def test_the_last_visit_is_taken_once(self):
        def prepare(env):
            visits = []
            for number, technician in enumerate(self.ids["technicians"]):
                start = MONDAY + timedelta(days=number)
                visit = env["field.service.visit"].create(
                    {
                        "order_id": self._create_order(env, promised_start=start).id,
                        "technician_id": technician,
                        "start": start,
                    }
                )
                visits.append(visit.id)
            for visit in env["field.service.visit"].browse(visits):
                visit.register_event("work_start", visit.start)
            return visits

        visits = self._commit(prepare)

        def finish(env, index):
            visit = env["field.service.visit"].browse(visits[index])
            end = visit.start + timedelta(hours=1)
            return visit.register_event("work_end", end, result="solved").id

        with mute_logger("odoo.sql_db"):
            outcomes = self._race(NUMBER, finish)
        self.assertTrue(all(isinstance(outcome, int) for outcome in outcomes), outcomes)

        def check(env):
            orders = env["field.service.visit"].browse(visits).order_id
            line = env["field.service.agreement.coverage"].browse(self.ids["line"])
            return (
                sorted(orders.charge_ids.mapped("covered_qty")),
                set(orders.mapped("coverage")),
                len(orders.filtered("coverage_pending")),
                line.used_visits,
            )

        covered, coverages, pending, used = self._commit(check)
        self.assertEqual(covered, [0.0, 0.0, 1.0])
        self.assertEqual(coverages, {"contract"}, "as decided at entry")
        self.assertEqual(pending, 2, "the others are told")
        self.assertEqual(used, 1)
