from odoo import models


class FieldServiceAccrualSubcontract(models.AbstractModel):
    """Subcontracted visits of a period that the vendor has not billed by its end.

    What is owed is the agreed price; a bill, whatever it says, takes its place. What is
    on a purchase order of the vendor is accrued with that, and not here.
    """

    _name = "field.service.accrual.subcontract"
    _description = "Unbilled Subcontracted Work of a Period"

    def _get_subcontract_lines(self):
        """Return the values of the lines of unbilled visits, left out ones too."""
        works = self.env["field.service.subcontract"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "<=", self.date),
                ("quantity", ">", 0.0),
            ],
            order="order_id, date, id",
        )
        open_works = works.filtered(lambda work: not self._is_work_billed(work))
        purchases = self._find_subcontract_purchases(open_works)
        return [
            self._prepare_subcontract_line(
                work, purchases.get(self._get_owed_key(work))
            )
            for work in open_works
        ]

    def _is_work_billed(self, work):
        """Tell whether posted bills up to the end of the period ask for a visit."""
        balance = sum(
            item.balance
            for item in work.bill_line_ids
            if item.parent_state == "posted" and item.move_id.date <= self.date
        )
        return self.currency_id.compare_amounts(balance, 0.0) > 0

    def _get_owed_key(self, work):
        return (work.vendor_id.commercial_partner_id, work.order_id)

    def _find_subcontract_purchases(self, works):
        """Return {(vendor, work order): purchase order} of what was ordered as well.

        Purchases are those of another module, on which the suite does not depend.
        """
        if not works or "purchase.order.line" not in self.env:
            return {}
        lines = (
            self.env["purchase.order.line"]
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("order_id.state", "!=", "cancel"),
                    (
                        "partner_id.commercial_partner_id",
                        "in",
                        works.vendor_id.commercial_partner_id.ids,
                    ),
                ]
            )
            .filtered("analytic_distribution")
        )
        accounts = self._get_order_accounts(lines)
        return {
            (line.partner_id.commercial_partner_id, accounts[part]): line.order_id
            for line in lines
            for key in line.analytic_distribution
            for part in key.split(",")
            if part in accounts
        }

    def _prepare_subcontract_line(self, work, purchase):
        """Return the line of one visit, accrued or left out."""
        amount = self._convert(work.currency_id, work.expected_amount)
        values = {
            "kind": "purchase",
            "order_id": work.order_id.id,
            "name": work.display_name,
            "source_model": work._name,
            "source_id": work.id,
            "quantity": work.quantity,
            "currency_id": work.currency_id.id,
            "amount_currency": work.expected_amount,
        }
        reason = self._get_subcontract_exclusion(work, purchase)
        if reason:
            return {**values, "value": amount, "reason": reason}
        return {
            **values,
            "amount": amount,
            "cost_type": "subcontract",
            "account_id": self._get_subcontract_account(work).id,
            "distribution": work.order_id._get_analytic_distribution(),
        }

    def _get_subcontract_exclusion(self, work, purchase):
        """Say why a visit is not accrued. Extend with ``or super()``.

        :return: a sentence, or an empty string
        """
        if purchase:
            return self.env._(
                "It is on purchase order %(purchase)s, which is accrued when it is "
                "received.",
                purchase=purchase.name,
            )
        if work.currency_id.is_zero(work.expected_amount):
            return self.env._("No price is agreed with the subcontractor.")
        return ""

    def _get_subcontract_account(self, work):
        """Return the account that the vendor's bill will debit."""
        company = self.company_id
        product = work.product_id.with_company(company).product_tmpl_id
        vendor = work.vendor_id.with_company(company)
        positions = self.env["account.fiscal.position"].with_company(company)
        accounts = product.get_product_accounts(
            fiscal_pos=positions._get_fiscal_position(vendor)
        )
        journals = self.env["account.journal"]
        domain = [("company_id", "=", company.id), ("type", "=", "purchase")]
        default = journals.search(domain, limit=1).default_account_id
        return (accounts["expense"] if product else None) or default
