from odoo import api, models
from odoo.exceptions import UserError

FINISHED_STATES = ("done", "closed", "cannot_complete")


class FieldServiceOrderBilling(models.AbstractModel):
    """From charges to sales orders and invoices, and how far that is."""

    _name = "field.service.order.billing"
    _description = "Billing of Work Orders"

    # ------------------------------------------------------------- billing state
    def _get_billing_state(self):
        """Return how far the billing of this order is."""
        self.ensure_one()
        if self.coverage_pending:
            return "incomplete"
        lines = self._get_billed_sale_lines()
        if self.charge_ids.filtered(lambda charge: charge.state == "open"):
            return "incomplete" if self._get_billing_issues() else "ready"
        if lines:
            return self._get_invoicing_state(lines)
        expected = (
            self.coverage == "chargeable"
            and not self.charge_ids
            and not self.is_historic
            and self.state != "cancelled"
        )
        return "incomplete" if expected else "not_billable"

    def _get_billed_sale_lines(self):
        """Return the sale lines of this order that are, or are to be, invoiced."""
        return self.sale_line_ids.filtered(
            lambda line: (line.state != "cancel" or line.qty_invoiced)
            and not line.display_type
            and not line.is_downpayment
            and not line._is_offered_work()
            and not line._is_settled_without_bill()
            and (line.product_uom_qty or line.qty_to_invoice or line.invoice_lines)
        )

    def _get_invoicing_state(self, lines):
        """Return ready, drafted, invoiced or paid, for sale lines of this order.

        Drafted is what is on a quotation or on a draft invoice; what a confirmed
        sales order still has to invoice is as ready as an open charge.
        """
        items = lines.invoice_lines.filtered(lambda item: item.parent_state != "cancel")
        if any(line.state in ("draft", "sent") for line in lines) or any(
            item.parent_state != "posted" for item in items
        ):
            return "drafted"
        live = lines.filtered(lambda line: line.state == "sale")
        if not items or any(line.qty_to_invoice for line in live):
            return "incomplete" if self._get_billing_issues() else "ready"
        paid = ("paid", "in_payment", "reversed")
        invoices = items.move_id
        return (
            "paid"
            if all(invoice.payment_state in paid for invoice in invoices)
            else "invoiced"
        )

    def _get_billing_issues(self):
        """Say what is missing before this order can be billed. Extend with super().

        :rtype: list[str]
        """
        self.ensure_one()
        issues = self._get_charge_issues()
        if self.state not in FINISHED_STATES:
            issues.append(self.env._("The work is not finished."))
        elif self.coverage == "chargeable" and not self.charge_ids:
            issues.append(
                self.env._(
                    "Nothing is charged: enter a charge, or decide another coverage."
                )
            )
        return issues

    def _get_charge_issues(self):
        """Say what is missing on the charges themselves, and who pays for them."""
        issues = self._get_coverage_issues()
        for charge in self.charge_ids.filtered(lambda charge: charge.state == "open"):
            if not charge.product_id:
                issues.append(self._get_missing_product_message(charge))
            elif charge.currency_id.is_zero(charge.price_unit):
                issues.append(
                    self.env._("“%(charge)s” has no price.", charge=charge.name)
                )
        return issues

    def _get_missing_product_message(self, charge):
        names = {
            "labour": "service_labour_product_id",
            "fixed": "service_fixed_product_id",
        }
        if charge.kind in names:
            return self.company_id._get_missing_setting_message(names[charge.kind])
        return self.env._("“%(charge)s” has no product.", charge=charge.name)

    # --------------------------------------------------------------- sales orders
    def action_create_sale_order(self):
        """Put the open charges on one sales order per work order, and open it."""
        return self._create_sale_orders()._get_records_action()

    def action_create_grouped_sale_order(self):
        """Put the open charges on one sales order per customer, and open it."""
        return self._create_sale_orders(grouped=True)._get_records_action()

    def _create_sale_orders(self, grouped=False):
        """Carry the open charges to confirmed sales orders.

        :param bool grouped: one sales order for all orders of a customer
        :return: the sales orders of these work orders
        :raises UserError: naming what is missing, before anything is made
        """
        self._lock_for_billing()
        # The charges follow the work, which the clerk may only read.
        self.sudo()._process_charges()
        self._check_issues({order: order._get_charge_issues() for order in self})
        charges = self.charge_ids.filtered(lambda charge: charge.state == "open")
        groups = charges.grouped(
            lambda charge: charge.order_id._get_sale_order_key(grouped)
        )
        for company in charges.company_id:
            self.with_company(company)._add_to_sale_orders(
                [group for group in groups.values() if group.company_id == company]
            )
        sale_orders = self.sale_order_ids.filtered(
            lambda so: so.state != "cancel" and not so._is_service_offer()
        )
        self._check_issues(
            {
                order: [self.env._("There is nothing to bill.")]
                for order in self
                if not order.sale_order_ids & sale_orders
            }
        )
        return sale_orders

    @api.model
    def _add_to_sale_orders(self, groups):
        """Put each group of charges on a sales order of its own, confirmed.

        :param groups: charges of one company, by sales order
        """
        groups = [self.env["field.service.charge"].browse(one.ids) for one in groups]
        known = [group.order_id._get_open_sale_order() for group in groups]
        new = iter(
            self.env["sale.order"].create(
                [
                    group.order_id[0]._prepare_sale_order_values()
                    for group, sale_order in zip(groups, known, strict=True)
                    if not sale_order
                ]
            )
        )
        targets = {}
        for group, sale_order in zip(groups, known, strict=True):
            targets |= dict.fromkeys(group, sale_order or next(new))
        self.env["field.service.charge"].union(*groups)._create_sale_lines(targets)
        if self.env.company.service_show_covered:
            for group in groups:
                group.order_id.charge_ids._show_covered(targets[group[0]])
        sale_orders = self.env["sale.order"].union(*targets.values())
        sale_orders.filtered(lambda so: so.state != "sale").action_confirm()

    def _get_sale_order_key(self, grouped):
        """Return what the work orders on one sales order have in common."""
        if not grouped:
            return (self,)
        return (self.company_id, self.partner_id, self.pricelist_id, self.site_id)

    def _get_open_sale_order(self):
        """Return the sales order of these work orders that can take more lines."""
        return self.sale_order_ids.filtered(
            lambda so: so.state in ("draft", "sent", "sale")
            and not so.locked
            and not so._is_service_offer()
            and so.partner_id == self.partner_id
            and so.currency_id == self.billing_currency_id
        )[:1]

    def _prepare_sale_order_values(self):
        """Return the values of a sales order for this work order."""
        self.ensure_one()
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "pricelist_id": self.pricelist_id.id,
        }
        if self.site_id:
            values["partner_shipping_id"] = self.site_id.id
        return values

    def action_create_invoice(self):
        """Invoice the finished orders with Odoo's own invoicing and show it."""
        invoices = self._create_invoices()
        return self.sale_order_ids.action_view_invoice(invoices=invoices)

    def _create_invoices(self):
        """Invoice everything these orders are charged, down payments deducted.

        :raises UserError: naming what is missing, before anything is made
        """
        documents = self._get_document_issues()
        self._check_issues(
            {order: order._get_billing_issues() + documents[order] for order in self}
        )
        sale_orders = self._create_sale_orders()
        return sale_orders._create_invoices(final=True)

    def _check_issues(self, issues):
        """Refuse with one sentence per issue.

        :param dict issues: order -> sentences
        """
        lines = [
            f"{order.name}: {issue}" for order in issues for issue in issues[order]
        ]
        if lines:
            raise UserError("\n".join(lines))

    def _cancel_sale_orders(self):
        """Cancel sales orders that are only about cancelled work orders."""
        for sale_order in self.sale_order_ids.filtered(lambda so: so.state != "cancel"):
            lines = sale_order.order_line.filtered(lambda line: not line.display_type)
            alive = lines.filtered(
                lambda line: line.service_order_id.state != "cancelled"
            )
            if not alive and not sale_order.locked:
                sale_order._action_cancel()
                continue
            orders = self & lines.service_order_id
            orders._drop_from_sale(sale_order)
            sale_order.message_post(
                body=self.env._(
                    "Cancelled: %(orders)s. Nothing is billed for it any more.",
                    orders=", ".join(orders.mapped("name")),
                )
            )

    # ------------------------------------------------------------------- actions
    def action_view_sale_orders(self):
        """Open the sales orders of these work orders."""
        return self.sale_order_ids._get_records_action()

    def action_view_invoices(self):
        """Open the invoices and credit notes of these work orders."""
        return self.sale_order_ids.action_view_invoice(invoices=self.invoice_ids)
