from odoo import Command, api, fields, models

from .field_service_quote_option import COST_GROUPS

ORDER_GROUPS = "field_service.group_technician,field_service.group_cost"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "field.service.sale.option",
        "field.service.sale.work",
        "field.service.sale.accrual",
        "sale.order",
    ]

    service_order_ids = fields.Many2many(
        comodel_name="field.service.order",
        string="Work Orders",
        compute="_compute_service_order_ids",
        groups=ORDER_GROUPS,
    )
    service_margin = fields.Monetary(
        string="Expected Margin",
        compute="_compute_service_margin",
        groups=COST_GROUPS,
        help="Before tax, less what the planned work is expected to cost. Not shown to "
        "the customer.",
    )
    service_order_count = fields.Integer(
        compute="_compute_service_order_ids", groups=ORDER_GROUPS
    )
    service_offer_id = fields.Many2one(
        comodel_name="field.service.offer",
        string="From Recommendation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        groups=ORDER_GROUPS,
        help="The accepted recommendation that this quotation came out of.",
    )

    @api.depends("order_line.service_order_id")
    def _compute_service_order_ids(self):
        for sale_order in self:
            orders = sale_order.order_line.service_order_id
            sale_order.service_order_ids = orders
            sale_order.service_order_count = len(orders)

    def _prepare_service_order_values(self, lines):
        """An accepted recommendation is about some equipment: so is the work."""
        values = super()._prepare_service_order_values(lines)
        offer = self.service_offer_id
        if offer:
            values["origin_offer_id"] = offer.id
            values["asset_ids"] = [Command.set(offer.asset_id.ids)]
            values["contact_id"] = offer.order_id.contact_id.id or values.get(
                "contact_id"
            )
        return values

    def _action_cancel(self):
        """Give the charges that are not invoiced back to their work orders."""
        result = super()._action_cancel()
        # Whoever cancels a sales order need not have any right on work orders.
        self.sudo()._release_service_charges()
        return result

    def _release_service_charges(self):
        """Make the charges of cancelled sales orders open again, and say so."""
        for sale_order in self.filtered(lambda so: so.state == "cancel"):
            charges = sale_order.order_line.service_charge_ids.filtered(
                lambda charge: not charge._is_billed()
            )
            orders = charges.order_id
            if not charges:
                continue
            charges._release()
            orders._process_charges()
            for order in orders.filtered(lambda order: order.state != "cancelled"):
                order.message_post(
                    body=self.env._(
                        "Sales order %(sale)s is cancelled: its charges can be billed "
                        "again.",
                        sale=sale_order._get_html_link(),
                    )
                )

    def action_draft(self):
        """Lines whose charges went back to their work order do not come back."""
        # A salesperson need not have any right on charges.
        released = self.filtered(lambda so: so.state == "cancel").order_line.filtered(
            lambda line: line.is_service_charge and not line.sudo().service_charge_ids
        )
        released.filtered(lambda line: not line.invoice_lines).unlink()
        return super().action_draft()

    def _get_copiable_order_lines(self):
        """What was done is billed once: a copied sales order has no charges."""
        lines = super()._get_copiable_order_lines()
        return lines.filtered(lambda line: not line.is_service_charge)

    def _get_update_prices_lines(self):
        """The price of the work done is the charge's."""
        lines = super()._get_update_prices_lines()
        return lines.filtered(lambda line: not line.is_service_charge)

    def _prepare_down_payment_line_values_from_base_line(self, base_line):
        values = super()._prepare_down_payment_line_values_from_base_line(base_line)
        order = base_line.get("_service_order_id")
        return {**values, "service_order_id": order} if order else values

    # -------------------------------------------------------------- billing of a run
    def _get_invoiceable_lines(self, final=False):
        """Leave out lines of work orders that the run does not bill."""
        lines = super()._get_invoiceable_lines(final=final)
        group = self.env.context.get("service_billing_groups", {}).get(self.id)
        if not group:
            return lines
        __, orders = group
        return lines.filtered(
            lambda line: not line.service_order_id or line.service_order_id.id in orders
        )

    def _prepare_invoice(self):
        """Say which invoice of the run this one is a part of."""
        values = super()._prepare_invoice()
        group = self.env.context.get("service_billing_groups", {}).get(self.id)
        if group:
            values["service_billing_group"] = group[0]
        return values

    def _get_invoice_grouping_keys(self):
        """In a run, sites may share an invoice: its group says so."""
        keys = super()._get_invoice_grouping_keys()
        if "service_billing_groups" not in self.env.context:
            return keys
        return [
            "service_billing_group",
            *(key for key in keys if key != "partner_shipping_id"),
        ]

    def _create_account_invoices(self, invoice_vals_list, final):
        """The group of a run is known by now; it is no field of an invoice."""
        if "service_billing_groups" not in self.env.context:
            return super()._create_account_invoices(invoice_vals_list, final)
        for values in invoice_vals_list:
            values.pop("service_billing_group", None)
        # Many lines with the same product and customer in one go.
        batch = self.with_context(service_distribution_memo={})
        return super(SaleOrder, batch)._create_account_invoices(
            invoice_vals_list, final
        )

    def action_view_service_orders(self):
        """Open the work orders on this sales order."""
        return self.service_order_ids._get_records_action()
