from odoo import Command, api, fields, models

SALES_GROUPS = "sales_team.group_sale_salesman,field_service.group_cost"


class FieldServiceOfferResult(models.AbstractModel):
    """What an accepted recommendation becomes, and what that has brought."""

    _name = "field.service.offer.result"
    _description = "Results of Recommendations"

    sale_order_ids = fields.One2many(
        comodel_name="sale.order",
        inverse_name="service_offer_id",
        string="Quotations",
        groups=SALES_GROUPS,
    )
    sale_order_count = fields.Integer(
        compute="_compute_result_counts", groups=SALES_GROUPS
    )
    result_order_ids = fields.One2many(
        comodel_name="field.service.order",
        inverse_name="origin_offer_id",
        string="Resulting Work Orders",
    )
    result_order_count = fields.Integer(compute="_compute_result_counts")

    @api.depends("state")
    def _compute_result_counts(self):
        for offer in self:
            # Numbers of documents are no secret; opening them asks for the right.
            known = offer.sudo()
            offer.sale_order_count = len(known.sale_order_ids)
            offer.result_order_count = len(known._get_realised_orders())

    @api.depends("state")
    def _compute_realised(self):
        """Read from the ledger what has been posted, every time it is shown."""
        rows = self.env["field.service.offer.report"].search_fetch(
            [("offer_id", "in", self.ids)],
            ["offer_id", "realised_revenue", "realised_cost", "realised_margin"],
        )
        found = {row.offer_id: row for row in rows}
        for offer in self:
            row = found.get(offer._origin, rows.browse())
            offer.realised_revenue = row.realised_revenue
            offer.realised_cost = row.realised_cost
            offer.realised_margin = row.realised_margin

    def _get_realised_orders(self):
        """Return the work orders that came out of it, not the one it was found on.

        A callback belongs to what was sold: it costs money because of it. The report
        says the same in SQL.
        """
        lines = self.sale_order_ids.order_line
        found = (self.result_order_ids | lines.service_order_id) - self.order_id
        callbacks = found.callback_ids
        while callbacks:
            found |= callbacks
            callbacks = callbacks.callback_ids - found
        return found

    # ------------------------------------------------------------------ acceptance
    def _make_result(self):
        """Make what the rule says comes out of an accepted recommendation."""
        self.ensure_one()
        offer = self.with_company(self.company_id)
        offer.package_id = offer._get_taken_package()
        offer.amount = offer.package_id._get_price(offer.order_id)
        return getattr(offer, f"_make_{offer.rule_id.outcome}")()

    def _make_quotation(self):
        """Make a quotation in the customer's language and at his prices."""
        sale_order = self.env["sale.order"].create(self._prepare_quotation_values())
        self.message_post(
            body=self.env._(
                "Quotation made: %(quotation)s", quotation=sale_order._get_html_link()
            )
        )
        return sale_order

    def _prepare_quotation_values(self):
        """Return the values of the quotation. Extend with super()."""
        return {
            **self.order_id._prepare_sale_order_values(),
            "service_offer_id": self.id,
            "order_line": [
                Command.create(
                    {"product_id": line.product_id.id, "product_uom_qty": line.quantity}
                )
                for line in self.package_id.line_ids
            ],
        }

    def _make_order(self):
        """Make a new work order, for the dispatcher to release."""
        order = self.env["field.service.order"].create(self._prepare_order_values())
        self.message_post(
            body=self.env._("Work order made: %(order)s", order=order._get_html_link())
        )
        return order

    def _prepare_order_values(self):
        """Return the values of the new work order, at the price accepted."""
        order = self.order_id
        goods = self.package_id.line_ids.filtered(
            lambda line: line.product_id.type == "consu"
        )
        return {
            "company_id": self.company_id.id,
            "partner_id": order.partner_id.id,
            "site_id": order.site_id.id,
            "contact_id": order.contact_id.id,
            "asset_ids": [Command.set(self.asset_id.ids)],
            "job_type_id": self.rule_id.result_job_type_id.id,
            "origin": order.name,
            "origin_offer_id": self.id,
            "description": "\n".join((self.package_id.name, self.content)),
            "coverage": "chargeable",
            "pricing_method": "fixed",
            "fixed_price": self.amount,
            "part_ids": [
                Command.create(
                    {"product_id": line.product_id.id, "quantity": line.quantity}
                )
                for line in goods
            ],
        }

    # --------------------------------------------------------------------- actions
    def action_view_sale_orders(self):
        """Open the quotations that came out of it."""
        return self.sale_order_ids._get_records_action()

    def action_view_result_orders(self):
        """Open the work orders that came out of it."""
        # Through a quotation, which a dispatcher may not read.
        orders = self.sudo()._get_realised_orders().with_env(self.env)
        return orders._get_records_action()
