from datetime import timedelta

from odoo import Command, fields

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon


class PaymentCommon(FieldServiceBillingCommon):
    """Tina may make invoices on site and has a cash journal; 2 h sell at 80.00.

    A tax of 20 % comes on top: an order of 2 h is 192.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.company.service_onsite_invoice = "post"
        cls.company_b.service_onsite_invoice = "post"
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "VAT 20",
                "amount": 20.0,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
                "tax_group_id": cls.env["account.tax.group"]
                .create(
                    {
                        "name": "VAT",
                        "company_id": cls.company.id,
                        "country_id": cls.company.account_fiscal_country_id.id,
                    }
                )
                .id,
            }
        )
        cls.tax.invoice_repartition_line_ids.account_id = cls._get_account(
            "liability_current"
        )
        cls.labour_product.taxes_id = [Command.set(cls.tax.ids)]
        cls.technician.action_create_cash_journals()
        cls.box = cls.technician.service_cash_journal_id
        cls.main_cash = cls.env["account.journal"].create(
            {
                "name": "Main Cash",
                "type": "cash",
                "code": "MAINC",
                "company_id": cls.company.id,
            }
        )
        cls.company.service_handover_journal_id = cls.main_cash
        cls.phone = cls.env["field.service.my.day"].with_user(cls.user_technician)
        cls.keys = iter(range(1, 100000))

    # --------------------------------------------------------------------- phone
    @classmethod
    def _report(cls, order, kind, phone=None, key=None, **payload):
        """Send one report of the phone; return (status, message)."""
        visit = order.visit_ids[:1]
        now = fields.Datetime.now() - timedelta(seconds=1)
        action = {
            "key": key or f"key-{next(cls.keys)}",
            "kind": kind,
            "visit_id": visit.id,
            "device_time": fields.Datetime.to_string(now),
            "payload": payload,
        }
        answer = (cls.phone if phone is None else phone).apply_actions([action])
        result = answer["results"][0]
        return result["status"], result["message"]

    @classmethod
    def _get_payment(cls, order, phone=None):
        page = (cls.phone if phone is None else phone).get_visit_page(
            order.visit_ids[:1].id
        )
        return page["visits"][0]["payment"]

    @classmethod
    def _create_invoiced_order(cls, hours=2.0, **values):
        values.setdefault("start", MONDAY + timedelta(hours=5 * next(cls.keys)))
        order = cls._create_worked_order(hours, **values)
        status, message = cls._report(order, "invoice")
        assert status == "done", message
        return order

    @classmethod
    def _pay_cash(cls, order, amount, received=None, receipt=None, **payload):
        invoice = order.invoice_ids.sorted("id")[-1:]
        return cls._report(
            order,
            "cash",
            invoice_id=invoice.id,
            amount=amount,
            received=amount if received is None else received,
            receipt=receipt or f"receipt-{next(cls.keys)}",
            **payload,
        )

    # --------------------------------------------------------------------- count
    @classmethod
    def _create_count(cls, user=None, **values):
        counts = cls.env["field.service.cash.count"].with_user(
            user or cls.user_technician
        )
        return counts.with_company(cls.company).create(
            {"employee_id": cls.technician.id, "company_id": cls.company.id, **values}
        )

    def _assert_entry(self, move, expected):
        """Check a posted entry: {account: balance}, no order on any of it."""
        self.assertEqual(move.state, "posted")
        found = {line.account_id: line.balance for line in move.line_ids}
        self.assertEqual(found, expected)
        self.assertFalse(any(move.line_ids.mapped("analytic_distribution")))
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0.0)
