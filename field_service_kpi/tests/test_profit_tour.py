from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestProfitTour(FieldServiceKpiCommon, HttpCase):
    """200.00 less 80.00 is 60 %; 25.00 for nothing is no share at all."""

    def test_no_share_without_revenue(self):
        invoiced = self._share((self.order, 100))
        given = self._share((self.other_order, 100))
        today = fields.Date.today()
        self._create_entry([(self.income, -200.0, invoiced)], date=today)
        self._create_entry([(self.expense, 80.0, invoiced)], date=today)
        self._create_entry([(self.expense, 25.0, given)], date=today)
        user = new_test_user(
            self.env,
            login="profit_tour",
            password="profit_tour",
            groups="field_service.group_manager",
            company_id=self.company.id,
            company_ids=[self.company.id],
        )
        action = "field_service_kpi.field_service_ledger_report_action"
        self.start_tour(
            f"/odoo/action-{action}", "field_service_profit_pivot", login=user.login
        )
