from datetime import date, datetime

from odoo import fields

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

from ..measure import Scope

FIRST = date(2026, 3, 1)


class FieldServiceMoneyCommon(FieldServiceBillingCommon):
    """A month of work with every kind of money, in two companies.

    Company A, USD. An hour costs 37.50 and is sold for 80.00, on the road 20.00 and
    50.00; a filter costs 10.00 and is sold for 25.00.

    ========  ==============================  =======  =====================  ======
    order     what                            revenue  cost                   margin
    ========  ==============================  =======  =====================  ======
    repair    2 h, 0.5 h travel, 2 filters     235.00  75 + 10 + 20 = 105.00  130.00
    loss      fixed 100.00, 2 visits of 2 h    100.00  150.00                 -50.00
    warranty  1 h                                0.00  37.50                  -37.50
    callback  goodwill, 1 h, of the repair       0.00  37.50                  -37.50
    ========  ==============================  =======  =====================  ======
    Sum                                        335.00  330.00                   5.00

    Company B, EUR: Boris, 30.00 an hour. ``foreign``: 3 h, revenue 240.00 - cost 90.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in cls.company, cls.company_b:
            company.resource_calendar_id.tz = "UTC"
        cls.repair = cls._do("repair", 2.0, 0.5, parts=2.0)
        cls.loss = cls._do(
            "loss", 2.0, day=6, again=5, pricing_method="fixed", fixed_price=100.0
        )
        cls.warranty = cls._do("warranty", 1.0, day=4, coverage="warranty")
        again = {"coverage": "goodwill", "callback_of_id": cls.repair.id}
        cls.callback = cls._do("callback", 1.0, day=12, **again)
        cls.orders = cls.repair | cls.loss | cls.warranty | cls.callback
        cls.foreign = cls._do("foreign", 3.0, company_id=cls.company_b.id)

    @classmethod
    def _do(cls, origin, hours, travel=0.0, parts=0.0, day=2, again=None, **values):
        """Create an order, do it in one visit and complete it on that day of March.

        :param again: day of a visit of as many hours before, that solves nothing
        :param values: of the order; ``technician`` is who does it
        """
        who = values.pop("technician", None)
        who = {"technician_id": who.id} if who else {}
        order = cls._create_order(origin=origin, **values)
        if parts:
            cls._use_part(order, quantity=parts)
        if again:
            visit = cls._create_visit(order, start=MONDAY.replace(day=again), **who)
            reason = cls.env.ref("field_service.field_service_reason_return_more_time")
            cls._work(visit, hours, result="return_needed", return_reason_id=reason.id)
        start = MONDAY.replace(day=day)
        cls._work(cls._create_visit(order, start=start, **who), hours, travel)
        if order.state != "done":
            order.action_done()
        order.completed_on = start
        return order

    @classmethod
    def _invoice(cls, orders, day="2026-03-10"):
        """Bill orders on a day, all on one sales order per customer."""
        sale_orders = orders._create_sale_orders(grouped=True)
        invoices = sale_orders._create_invoices(final=True)
        invoices.invoice_date = day
        for company, moves in invoices.grouped("company_id").items():
            moves.with_company(company).action_post()
        return invoices

    def _value(self, code, company=None, currency=None, **scope):
        """Value of a KPI by code: the one of the company, or None without any."""
        company = company or self.company
        # Parts are posted on the day on which the test runs.
        today = fields.Date.today()
        question = {"date_from": FIRST, "date_to": today, **scope}
        kpi = self.env["field.service.kpi"].search([("code", "=", code)])
        values = kpi._get_values(Scope(company, **question), currency)[kpi]
        if scope.get("level") or scope.get("interval"):
            return values
        return values.get((False if currency else company.id, False, None))

    def assertKpi(self, code, value, cases=None, company=None, places=6, **scope):
        """Check a KPI, and of how many cases it is."""
        found = self._value(code, company, **scope)
        self.assertIsNotNone(found, code)
        if value is None:
            self.assertIsNone(found.value, code)
        else:
            self.assertAlmostEqual(found.value, value, places, code)
        if cases is not None:
            self.assertEqual(found.cases, cases, code)

    @classmethod
    def _cost_entry(cls, order, amount, day, account=None):
        """Post a cost on an order by hand."""
        account = account or cls._get_account("expense_direct_cost")
        share = order and order._get_analytic_distribution()
        contra = cls._get_account("liability_current")
        return cls._create_entry(
            [(account, amount, share), (contra, -amount, False)],
            datetime.combine(day, datetime.min.time()),
        )
