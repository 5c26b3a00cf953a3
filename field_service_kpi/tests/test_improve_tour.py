from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestImproveTour(HttpCase, FieldServiceBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in the other tours: packages of Odoo leave this file out.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        cls.owner = new_test_user(
            cls.env,
            login="fs_owner",
            groups="field_service.group_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_bridge(self):
        self._create_worked_order(hours=3.0)
        action = self.env.ref("field_service_kpi.field_service_order_bridge_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "field_service_bridge",
            login="fs_owner",
            timeout=120,
        )

    def test_money(self):
        """37.50 of a callback lie on the table, and open what they are the sum of."""
        start = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        order = self._create_worked_order(hours=1.0, start=start - timedelta(days=14))
        self._create_worked_order(
            hours=1.0, start=start - timedelta(days=7), callback_of_id=order.id
        )
        action = self.env.ref("field_service_kpi.field_service_money_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "field_service_money_table",
            login="fs_owner",
            timeout=120,
        )

    def test_what_if(self):
        """2 h at 37.50 in the months before; a tenth more for an hour costs 7.50."""
        month = fields.Datetime.now().replace(
            day=1, hour=9, minute=0, second=0, microsecond=0
        )
        self._create_worked_order(hours=2.0, start=month - timedelta(days=45))
        action = self.env.ref("field_service_kpi.field_service_what_if_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "field_service_what_if",
            login="fs_owner",
            timeout=120,
        )
        scenario = self.env["field.service.scenario"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((scenario.name, scenario.effect), ("Wages", -7.5))
