from datetime import date

from .coverage_common import CoverageCommon

MARCH = date(2026, 3, 31)
APRIL = date(2026, 4, 30)


class AccrualCommon(CoverageCommon):
    """March is over: what was done in it, and is billed later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user("accountant", "account.group_account_manager")

    @classmethod
    def _create_accrual(cls, day=MARCH, company=None, user=None, **values):
        """Make the preview, the way the accountant does."""
        company = company or cls.company
        wizards = cls.env["field.service.accrual.wizard"].with_company(company)
        if user:
            wizards = wizards.with_user(user)
        wizard = wizards.create({"date": day, "company_id": company.id, **values})
        action = wizard.action_preview()
        return wizards.env["field.service.accrual"].browse(action["res_id"])

    @classmethod
    def _accrue(cls, day=MARCH, **values):
        """Post what is due at the end of a period."""
        accrual = cls._create_accrual(day, **values)
        accrual.action_post()
        return accrual

    @classmethod
    def _bill_on(cls, orders, day):
        """Invoice orders on a day."""
        invoices = cls._bill(orders, post=False)
        invoices.invoice_date = day
        return cls._post(invoices)

    def _get_figures(self, accrual):
        """Return {(order, kind): amount} of what is due."""
        figures = {}
        for line in accrual.line_ids:
            key = (line.order_id or line.agreement_id, line.kind)
            figures[key] = round(figures.get(key, 0.0) + line.amount, 2)
        return figures

    def _get_reasons(self, accrual):
        return accrual.left_out_ids.mapped("reason")

    def _get_revenue(self, order, until, since=None):
        """Return the posted profit and loss of an order in a period, by its account."""
        column = order._get_plan_column()
        domain = [
            (column, "=", order._get_analytic_account().id),
            ("move_line_id.parent_state", "=", "posted"),
            ("move_line_id.account_id.internal_group", "=", "income"),
            ("move_line_id.date", "<=", until),
        ]
        if since:
            domain.append(("move_line_id.date", ">=", since))
        lines = self.env["account.analytic.line"].search(domain)
        return order.currency_id.round(sum(lines.mapped("amount")))

    def _assert_reversed(self, accrual):
        """An accrual and its reversal are nothing together, on every account."""
        items = accrual.move_ids.line_ids
        self.assertEqual(set(items.mapped("parent_state")), {"posted"})
        for account in items.account_id:
            own = items.filtered(lambda item, one=account: item.account_id == one)
            self.assertAlmostEqual(sum(own.mapped("balance")), 0.0, 6)
        sums = {}
        for line in items.analytic_line_ids:
            sums[line.general_account_id] = (
                sums.get(line.general_account_id, 0.0) + line.amount
            )
        self.assertFalse([amount for amount in sums.values() if round(amount, 2)])
