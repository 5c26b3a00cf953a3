from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceAsset(models.Model):
    """Equipment at a customer's site, which work orders are about."""

    _name = "field.service.asset"
    _description = "Equipment"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _parent_store = True
    _check_company_auto = True
    _rec_names_search = ["name", "serial"]

    name = fields.Char(required=True)
    serial = fields.Char(string="Serial Number", index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", index=True, check_company=True
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        help="Where the equipment stands.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product", index="btree_not_null", check_company=True
    )
    parent_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Part of",
        index="btree_not_null",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    installed_on = fields.Date()
    warranty_until = fields.Date()
    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders", check_company=True
    )
    reading_ids = fields.One2many(
        comodel_name="field.service.asset.reading",
        inverse_name="asset_id",
        string="Readings",
    )
    finding_ids = fields.One2many(
        comodel_name="field.service.finding",
        inverse_name="asset_id",
        string="Findings",
    )
    order_count = fields.Integer(compute="_compute_order_count")

    @api.depends("order_ids")
    def _compute_order_count(self):
        groups = self.env["field.service.order"]._read_group(
            [("asset_ids", "in", self.ids)], ["asset_ids"], ["__count"]
        )
        counts = dict(groups)
        for asset in self:
            asset.order_count = counts.get(asset._origin, 0)

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A piece of equipment cannot be a part of itself.")
            )

    def action_view_orders(self):
        """Open the work orders of this equipment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_order_action"
        )
        return {
            **action,
            "domain": [("asset_ids", "in", self.ids)],
            "context": {"default_asset_ids": self.ids},
        }
