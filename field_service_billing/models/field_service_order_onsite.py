from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .field_service_order_billing import FINISHED_STATES


class FieldServiceOrderOnsite(models.AbstractModel):
    """The invoice before the technician leaves: whether, how much, and making it.

    Technicians have no right on charges, sales orders or invoices. What they may know
    and do is decided here, once, and done with full rights.
    """

    _name = "field.service.order.onsite"
    _description = "Invoice on Site"

    # -------------------------------------------------------------------- whether
    def _get_onsite_mode(self):
        """Return what is made on site: none, draft or post.

        Whoever is billed once a week or a month has no invoice in between.

        :rtype: str
        """
        self.ensure_one()
        if self.job_type_id and not self.job_type_id.invoice_on_site:
            return "none"
        # The technician need not read how the customer is billed.
        if self.sudo().billing_policy_id.timing in ("weekly", "monthly"):
            return "none"
        return self.company_id.service_onsite_invoice

    def _get_onsite_issues(self):
        """Say what keeps the invoice from being made now.

        :rtype: list[str]
        """
        self.ensure_one()
        # The technician may know what is missing, though he sees no charge.
        order = self.sudo()
        if order._get_onsite_mode() == "none":
            return [self.env._("The office makes the invoice of this work order.")]
        if order.billing_state == "not_billable":
            return [self.env._("There is nothing to pay for this work order.")]
        issues = list(order._get_billing_issues())
        waiting = order.sale_order_ids.filtered(
            lambda so: so.state in ("draft", "sent") and not so._is_service_offer()
        )
        if waiting:
            issues.append(
                self.env._(
                    "The office must confirm %(sale_orders)s first.",
                    sale_orders=", ".join(waiting.mapped("name")),
                )
            )
        return issues

    # ------------------------------------------------------------------- how much
    def _get_onsite_total(self):
        """Return what the invoice would come to, taxes included. Writes nothing.

        Open charges, what confirmed sales orders still have to invoice, and down
        payments deducted, through Odoo's own computation of taxes.
        To be called with full rights.
        """
        self.ensure_one()
        company = self.company_id
        order = self.with_company(company)
        base_lines = order._get_onsite_charge_lines()
        for sale_order in order._get_onsite_sale_orders():
            base_lines += [
                line._prepare_base_line_for_taxes_computation(
                    quantity=-1.0 if line.is_downpayment else line.qty_to_invoice
                )
                for line in sale_order._get_invoiceable_lines(final=True)
                if not line.display_type
            ]
        taxes = order.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, company)
        taxes._round_base_lines_tax_details(base_lines, company)
        currency = order.billing_currency_id
        totals = taxes._get_tax_totals_summary(base_lines, currency, company)
        return currency.round(totals["total_amount_currency"])

    def _get_onsite_sale_orders(self):
        """Return the sales orders that would be invoiced as well."""
        return self.sale_order_ids.filtered(
            lambda so: so.state == "sale" and not so._is_service_offer()
        )

    def _get_onsite_charge_lines(self):
        """Return the open charges as Odoo's computation of taxes takes them."""
        sale_order = self._get_open_sale_order() or self.env["sale.order"].new(
            self._prepare_sale_order_values()
        )
        position = sale_order.fiscal_position_id
        taxes = self.env["account.tax"]
        charges = self.charge_ids.filtered(lambda charge: charge.state == "open")
        return [
            taxes._prepare_base_line_for_taxes_computation(
                None,
                product_id=charge.product_id,
                tax_ids=position.map_tax(
                    charge.product_id.taxes_id._filter_taxes_by_company(self.company_id)
                ),
                price_unit=charge._get_sale_price(sale_order),
                quantity=charge.quantity,
                discount=charge.discount,
                currency_id=self.billing_currency_id,
                partner_id=self.partner_id,
            )
            for charge in charges
        ]

    # -------------------------------------------------------------------- making it
    def _invoice_on_site(self):
        """Make the invoice of this work order; a second call finds it.

        To be called by whoever may read the order: the technician of its visit.

        :return: the invoices that were made, none when they were there
        :raises UserError: saying what is missing, before anything is made
        """
        self.ensure_one()
        self.check_access("read")
        self._lock_payment()
        # What a technician may not do anywhere else; the checks come first.
        order = self.sudo().with_company(self.company_id)
        made = order.billing_state in ("drafted", "invoiced", "paid")
        if made and order._get_onsite_invoices():
            return order.env["account.move"]
        issues = order._get_onsite_issues()
        if issues:
            raise UserError("\n".join(issues))
        invoices = order._create_invoices()
        if order._get_onsite_mode() == "post":
            invoices.action_post()
        order.message_post(
            body=self.env._(
                "Invoice made on site: %(invoices)s",
                invoices=", ".join(invoices.mapped("display_name")),
            )
        )
        return invoices

    def _lock_payment(self):
        """Let those who invoice or cash in the same work order wait for each other.

        As for postings: who comes later is refused by PostgreSQL, and Odoo runs him
        again with what the first one has left.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE field_service_order
                      SET posting_revision = COALESCE(posting_revision, 0) + 1
                    WHERE id IN %s""",
                self._ids,
            )
        )
        self.invalidate_recordset()

    # ------------------------------------------------------------------- invoices
    def _get_onsite_invoices(self):
        """Return the invoices of this order a customer may be shown.

        To be called with full rights.
        """
        return self.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        ).sorted("id")

    def _is_onsite_shown(self, visit_state):
        """Tell whether the page of a visit in some state is about payment."""
        return self.state in FINISHED_STATES or visit_state == "completed"

    def _get_payable_invoices(self):
        """Return the invoices a customer can be asked to pay now; for documents."""
        self.ensure_one()
        # What the customer reads on his own report does not depend on who prints it.
        order = self.sudo()
        if order._get_onsite_mode() == "none":
            return order.env["account.move"]
        return order._get_onsite_invoices().filtered(
            lambda move: move._get_onsite_state() == "open" and move._has_to_be_paid()
        )

    def _get_portal_invoices(self):
        """Return the open invoices of whoever reads the work order in the portal.

        A tenant sees the work at his site; the landlord's invoices are not his.
        """
        reader = self.env.user.partner_id.commercial_partner_id
        return self._get_payable_invoices().filtered(
            lambda move: move.commercial_partner_id == reader
        )
