from odoo import api, fields, models


class FieldServiceVisitMissing(models.AbstractModel):
    """Which part was not in the van, when somebody has to come again for it."""

    _name = "field.service.visit.missing"
    _description = "Missing Part of a Visit"

    lacked_part = fields.Boolean(compute="_compute_lacked_part")
    missing_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Missing Part",
        compute="_compute_missing_product_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('type', '=', 'consu')]",
        ondelete="restrict",
        help="The part for want of which another visit is needed. The only part of the "
        "work order that is still open is proposed.",
    )

    @api.depends("result", "return_reason_id.missing_part")
    def _compute_lacked_part(self):
        for visit in self:
            visit.lacked_part = bool(
                visit.result == "return_needed" and visit.return_reason_id.missing_part
            )

    @api.depends("result", "return_reason_id")
    def _compute_missing_product_id(self):
        for visit in self:
            if not visit.lacked_part:
                visit.missing_product_id = False
            elif not visit.missing_product_id:
                visit.missing_product_id = visit._propose_missing_product()

    def _propose_missing_product(self):
        """Return the product of the only open part; none when there is a choice."""
        parts = self.order_id.part_ids.filtered(
            lambda part: part.state in ("draft", "waiting")
            and not part.customer_supplied
            and part.visit_id.id in (False, self._origin.id)
        )
        products = (parts.filtered("mandatory") or parts).product_id
        return products if len(products) == 1 else products.browse()
