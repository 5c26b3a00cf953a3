from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from ..models.field_service_share import share_amount
from .common_accrual import APRIL, MARCH, AccrualCommon


@tagged("post_install", "-at_install")
class TestRevenueShare(AccrualCommon):
    """A fee of 100.00 a month, and three visits of 2.0 h, 1.0 h and 1.0 h."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()
        cls.orders = [
            cls._create_worked_order(hours, start=MONDAY + timedelta(days=day))
            for day, hours in enumerate((2.0, 1.0, 1.0))
        ]
        for order in cls.orders:
            assert order.coverage == "contract", order.coverage_reason

    @classmethod
    def _post_fee(cls, amount=100.0, day=date(2026, 3, 1), kind="out_invoice"):
        """Invoice the fee, distributed on the agreement by the accountant."""
        line = {
            "name": "Fee",
            "price_unit": amount,
            "account_id": cls._get_account("income").id,
            "analytic_distribution": cls.agreement._get_analytic_distribution(),
            "tax_ids": [Command.clear()],
        }
        invoice = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": cls.partner.id,
                "invoice_date": day,
                "date": day,
                "company_id": cls.company.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        return invoice

    def _share(self, method="value", post=True, **values):
        accrual = self._create_accrual(kind="agreement", share_method=method, **values)
        if post:
            accrual.action_post()
        return accrual

    def _assert_shared(self, *expected, rest=0.0):
        found = [self._get_revenue(order, MARCH) for order in self.orders]
        self.assertEqual(found, list(expected))
        self.assertEqual(self._get_revenue(self.agreement, MARCH), rest)

    def test_by_value(self):
        """160.00, 80.00 and 80.00 of covered work: a half and two quarters."""
        fee = self._post_fee()
        income = self._get_account("income")
        accrual = self._share()
        self._assert_shared(50.0, 25.0, 25.0)
        entry = accrual.move_ids
        self.assertEqual((len(entry), entry.date), (1, MARCH))
        self.assertEqual(entry.line_ids.account_id, income)
        self.assertEqual(sum(entry.line_ids.mapped("balance")), 0.0)
        self.assertFalse(entry.line_ids & fee.line_ids)

    def test_equally_to_the_cent(self):
        """100.00 in three: 33.34, 33.33 and 33.33; nothing stays, nothing is lost."""
        self._post_fee()
        self._share("equal")
        self._assert_shared(33.34, 33.33, 33.33)

    def test_by_hours_of_the_agreement(self):
        """The agreement's own method goes before the company's."""
        self._post_fee(0.05)
        self.agreement.share_method = "hours"
        self._share("equal")
        # 0.05 by 2:1:1: 0.025, 0.0125, 0.0125: the largest remainder goes first.
        self._assert_shared(0.03, 0.01, 0.01)

    def test_not_shared(self):
        self._post_fee()
        accrual = self._share(None, post=False)
        self.assertFalse(accrual.line_ids)
        self.assertEqual(
            self._get_reasons(accrual), ["The agreement's revenue is not shared."]
        )
        with self.assertRaisesRegex(UserError, "nothing to accrue"):
            accrual.action_post()

    def test_a_month_without_work_stays_on_the_agreement(self):
        self._post_fee(day=date(2026, 4, 1))
        accrual = self._share(post=False, day=APRIL)
        self.assertFalse(accrual.line_ids)
        self.assertEqual(accrual.left_out_ids.value, 100.0)
        self.assertIn("all stays with it", accrual.left_out_ids.reason)

    def test_again_posts_the_difference(self):
        """A credit note over 20.00 afterwards: 40.00, 20.00 and 20.00."""
        self._post_fee()
        self._share()
        with self.assertRaisesRegex(UserError, "nothing to accrue"):
            self._share()
        self._post_fee(20.0, date(2026, 3, 20), "out_refund")
        self._share()
        self._assert_shared(40.0, 20.0, 20.0)
        # Shared by something else: what is too much goes back.
        self._share("equal")
        self._assert_shared(26.67, 26.67, 26.66)

    def test_overlapping_period(self):
        self._post_fee()
        self._share()
        self._post_fee(day=date(2026, 4, 1))
        with self.assertRaisesRegex(UserError, "shares the revenue from 03/01/2026"):
            self._share(day=APRIL, date_from=date(2026, 3, 15))

    def test_cancelled(self):
        self._post_fee()
        accrual = self._share()
        accrual.action_cancel()
        self._assert_shared(0.0, 0.0, 0.0, rest=100.0)
        self._assert_reversed(accrual)
        self._share()
        self._assert_shared(50.0, 25.0, 25.0)

    def test_another_company_is_left_alone(self):
        self._post_fee()
        accrual = self._share(post=False, company=self.company_b)
        self.assertFalse(accrual.line_ids | accrual.left_out_ids)

    def test_shares_are_the_amount(self):
        """By hand: 1.00 by 1:1:1, -0.02 by 1:1:1, 10 yen by 1:2, nothing to nobody."""
        usd, yen = self.env.ref("base.USD"), self.env.ref("base.JPY")
        self.assertEqual(share_amount(usd, 1.0, [1, 1, 1]), [0.34, 0.33, 0.33])
        self.assertEqual(share_amount(usd, -0.02, [1, 1, 1]), [-0.01, -0.01, 0.0])
        self.assertEqual(share_amount(yen, 10, [1, 2]), [3, 7])
        self.assertEqual(share_amount(usd, 5.0, [0, 0]), [0.0, 0.0])
        self.assertEqual(share_amount(usd, 5.0, []), [])
