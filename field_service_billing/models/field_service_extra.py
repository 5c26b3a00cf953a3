from odoo import api, fields, models
from odoo.exceptions import UserError

# A cent of rounding per piece is no other price.
TOLERANCE = 0.011
EVIDENCE = {
    "order_id",
    "visit_id",
    "product_id",
    "quantity",
    "amount_total",
    "signature",
    "signed_by",
    "signed_on",
}


class FieldServiceExtra(models.Model):
    """Extra work that the customer was asked about on site, and what he said.

    What he has signed is kept as it was, price included. It becomes lines of a sales
    order; when that is not possible, nothing is lost: the office decides.
    """

    _name = "field.service.extra"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Extra Work on Site"
    _order = "id desc"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True, index=True
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    quantity = fields.Float(default=1.0, readonly=True, digits="Product Unit")
    amount_total = fields.Monetary(
        string="Price Shown",
        readonly=True,
        help="What the customer was shown and has signed, taxes included.",
    )
    state = fields.Selection(
        selection=[
            ("check", "To check"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
        ],
        required=True,
        default="check",
        readonly=True,
        index=True,
        tracking=True,
    )
    signature = fields.Image(max_width=1024, max_height=1024, readonly=True)
    signed_by = fields.Char(readonly=True)
    signed_on = fields.Datetime(readonly=True)
    decline_reason = fields.Char(readonly=True)
    problem = fields.Char(
        readonly=True, help="Why the accepted work is not on a sales order yet."
    )
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        readonly=True,
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        check_company=True,
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The quantity of extra work must be more than zero."
    )

    def write(self, vals):
        if EVIDENCE & vals.keys():
            raise UserError(
                self.env._("What a customer was shown and has signed is not edited.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_done(self):
        """Keep what the customer has said as long as its work order."""
        for extra in self:
            if extra.order_id.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(order)s: what the customer has said about extra work stays.",
                        order=extra.order_id.name,
                    )
                )

    # ------------------------------------------------------------------- acceptance
    def _accept(self):
        """Put what was signed on a sales order, or say why the office has to."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._check_acceptable()
                self._put_on_sale()
        except UserError as error:
            self.write({"state": "check", "problem": str(error).split("\n")[0]})
            self._ask_office()
        return self.problem

    def _check_acceptable(self):
        """Refuse, in words, what has changed since the customer has signed."""
        order = self.order_id
        if order.state in ("cancelled", "closed"):
            raise UserError(
                self.env._("Work order %(order)s is over.", order=order.name)
            )
        __, total = order._get_extra_price(self.product_id, self.quantity)
        if abs(total - self.amount_total) > TOLERANCE * max(self.quantity, 1.0):
            raise UserError(
                self.env._(
                    "The customer has signed %(signed)s, the price is %(price)s now.",
                    signed=self.currency_id.format(self.amount_total),
                    price=self.currency_id.format(total),
                )
            )

    def action_accept(self):
        """Put it on a sales order at today's price, whatever has changed."""
        for extra in self.filtered(lambda extra: extra.state == "check"):
            # The clerk decides; the work order is not his.
            extra.sudo()._put_on_sale()
            extra.activity_ids.sudo().action_feedback()  # they are the office's
        return True

    def action_decline(self):
        """Give it up: it is not sold after all."""
        self.filtered(lambda extra: extra.state == "check").write(
            {"state": "declined", "problem": False}
        )
        return True

    def _put_on_sale(self):
        """Add the line of a confirmed sales order."""
        self.ensure_one()
        order = self.order_id
        sale_order = order._get_sale_for_extras()
        new = sale_order.state == "draft"
        price, __ = order._get_extra_price(self.product_id, self.quantity)
        line = sale_order.order_line.create(
            {
                "order_id": sale_order.id,
                "service_order_id": order.id,
                "service_basis": order._get_extra_basis(self.product_id),
                "is_service_extra": True,
                "product_id": self.product_id.id,
                "product_uom_qty": self.quantity,
                "price_unit": price,
                "discount": 0.0,
            }
        )
        if new:
            sale_order.write(
                {
                    "signature": self.signature,
                    "signed_by": self.signed_by,
                    "signed_on": self.signed_on,
                }
            )
            sale_order.action_confirm()
        else:
            sale_order._accept_lines()
        order.planned_revenue += order._get_company_amount(line)
        self.write({"state": "accepted", "problem": False, "sale_line_id": line.id})
        sale_order.message_post(
            body=self.env._(
                "Extra work accepted on site by %(name)s: %(work)s, %(amount)s.",
                name=self.signed_by or "-",
                work=self.product_id.display_name,
                amount=self.currency_id.format(self.amount_total),
            )
        )

    def _ask_office(self):
        """Ask whoever sells, or plans, to decide."""
        order = self.order_id
        user = order.sale_order_ids.user_id[:1] or order.team_id.leader_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(user or self.env.user).id,
            summary=self.env._("Extra work was signed, but is not sold yet"),
            note=self.problem,
        )
