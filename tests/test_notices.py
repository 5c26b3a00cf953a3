"""What several scheduled jobs, running at the same moment, tell people: it once.

Real connections and real commits. What was committed is taken away afterwards.
"""

import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

RUNS = 4
VISITS = 6


@tagged("standard", "post_install", "-at_install")
class TestNoticesConcurrently(RaceCase):
    @classmethod
    def _prepare(cls, env):
        currency = env.ref("base.USD")
        currency.active = True
        company = env["res.company"].create(
            {"name": f"Notices {cls.mark}", "currency_id": currency.id}
        )
        env.user.company_ids = [Command.link(company.id)]
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        company.action_propose_service_accounts()
        env = env["base"].with_company(company).env
        users = env["res.users"].create(
            [
                {
                    "name": f"{name} {cls.mark}",
                    "login": f"{name}_{cls.mark}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.link(env.ref(group).id)],
                    "notification_type": "inbox",
                }
                for name, group in (
                    ("tina", "field_service.group_technician"),
                    ("dora", "field_service.group_dispatcher"),
                )
            ]
        )
        technician = env["hr.employee"].create(
            {"name": "Tina", "company_id": company.id, "user_id": users[0].id}
        )
        team = env["field.service.team"].create(
            {"name": "North", "company_id": company.id, "leader_id": users[1].id}
        )
        job_type = env["field.service.job.type"].create({"name": f"Job {cls.mark}"})
        partner = env["res.partner"].create({"name": f"Customer {cls.mark}"})
        # Dispatched twenty minutes ago, and not acknowledged since.
        now = fields.Datetime.now()
        visits = env["field.service.visit"]
        for index in range(VISITS):
            order = env["field.service.order"].create(
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "job_type_id": job_type.id,
                    "team_id": team.id,
                    "state": "released",
                }
            )
            visits |= visits.create(
                {
                    "order_id": order.id,
                    "technician_id": technician.id,
                    "start": now + timedelta(hours=24 + 2 * index),
                    "duration": 1.0,
                }
            )
        visits.action_dispatch()
        visits.dispatched_on = now - timedelta(minutes=20)
        return {
            "company": company.id,
            "users": users.ids,
            "employee": technician.id,
            "visits": visits.ids,
            "job_type": job_type.id,
        }

    @classmethod
    def _clean(cls, env):
        """Take away what was committed, below the rules that forbid it."""
        visits = env["field.service.visit"].browse(cls.ids["visits"])
        visits.activity_ids.unlink()
        visits.message_ids.unlink()
        for table in (
            "field_service_notice",
            "field_service_booking",
            "field_service_event",
            "field_service_visit",
            "field_service_order",
        ):
            # Names of our own tables, no input of anybody.
            env.cr.execute(
                f"DELETE FROM {table} WHERE company_id = %s", [cls.ids["company"]]
            )
        env["field.service.job.type"].browse(cls.ids["job_type"]).unlink()
        env["hr.employee"].browse(cls.ids["employee"]).unlink()
        env["res.users"].browse(cls.ids["users"]).active = False
        env["res.company"].browse(cls.ids["company"]).active = False

    @mute_logger("odoo.addons.field_service.models.field_service_notice")
    def test_each_is_told_once(self):
        barrier = threading.Barrier(RUNS)
        errors = []

        def run():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env.cr.execute("SELECT 1")  # the snapshot is taken before the start
                barrier.wait(timeout=60)
                try:
                    env["field.service.notice"]._cron_notify()
                except Exception as error:
                    errors.append(error)

        threads = [threading.Thread(target=run) for __ in range(RUNS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=300)
        self.assertFalse(errors)
        # A run that was in the way of another one leaves the rest to the next.
        self._commit(lambda env: env["field.service.notice"]._cron_notify())
        self._commit(self._check)

    def _check(self, env):
        visits = env["field.service.visit"].browse(self.ids["visits"])
        notices = env["field.service.notice"].search([("visit_id", "in", visits.ids)])
        rule = env.ref("field_service.notice_rule_dispatcher_not_acknowledged")
        for visit in visits:
            told = notices.filtered(
                lambda notice, visit=visit: notice.visit_id == visit
            )
            self.assertEqual(
                sorted(told.mapped("trigger")), ["dispatched", "not_acknowledged"]
            )
            self.assertEqual(set(told.mapped("state")), {"sent"})
            self.assertIn(rule, told.rule_id)
            self.assertEqual(len(visit.activity_ids), 1)
        technician = env["res.users"].browse(self.ids["users"][0]).partner_id
        received = env["mail.notification"].search(
            [("res_partner_id", "=", technician.id)]
        )
        self.assertEqual(len(received), 1, "six visits, one message")
