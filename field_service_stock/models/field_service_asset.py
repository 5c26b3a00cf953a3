from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceAsset(models.Model):
    _name = "field.service.asset"
    _inherit = ["field.service.asset.exchange", "field.service.asset"]

    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Lot/Serial Number",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="restrict",
        domain="[('product_id.tracking', '=', 'serial')] + "
        "(product_id and [('product_id', '=', product_id)] or [])",
        help="The serial number in stock: where the unit was before, and which moves.",
    )
    product_id = fields.Many2one(
        compute="_compute_from_lot", store=True, readonly=False
    )
    serial = fields.Char(compute="_compute_from_lot", store=True, readonly=False)
    lot_move_count = fields.Integer(
        string="Stock Moves", compute="_compute_lot_move_count", compute_sudo=True
    )

    _lot_uniq = models.UniqueIndex(
        "(company_id, lot_id) WHERE lot_id IS NOT NULL",
        "This serial number is registered as equipment already.",
    )

    @api.depends("lot_id.name", "lot_id.product_id")
    def _compute_from_lot(self):
        for asset in self:
            asset.product_id = asset.lot_id.product_id or asset.product_id
            asset.serial = asset.lot_id.name or asset.serial

    @api.depends("lot_id")
    def _compute_lot_move_count(self):
        groups = self.env["stock.move.line"]._read_group(
            [("lot_id", "in", self.lot_id.ids), ("state", "=", "done")],
            ["lot_id"],
            ["__count"],
        )
        counts = dict(groups)
        for asset in self:
            asset.lot_move_count = counts.get(asset.lot_id, 0)

    @api.constrains("lot_id", "product_id")
    def _check_lot_product(self):
        for asset in self:
            if asset.lot_id and asset.lot_id.product_id != asset.product_id:
                raise ValidationError(
                    self.env._(
                        "Serial number %(serial)s belongs to %(product)s.",
                        serial=asset.lot_id.name,
                        product=asset.lot_id.product_id.display_name,
                    )
                )

    def action_view_traceability(self):
        """Open where the serial number came from and went to, in Odoo's own report."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("stock.action_stock_report")
        action["context"] = {"active_id": self.lot_id.id, "active_model": "stock.lot"}
        return action

    # ------------------------------------------------------------------ register
    @api.model
    def _get_or_create_by_lot(self, order, lot):
        """Return the one piece of equipment that a serial number is in a company."""
        # What was removed, archived or registered by hand is the same unit still.
        assets = self.with_context(active_test=False)
        company = ("company_id", "=", order.company_id.id)
        asset = assets.search([company, ("lot_id", "=", lot.id)])
        if not asset:
            asset = assets.search(
                [
                    company,
                    ("lot_id", "=", False),
                    ("product_id", "=", lot.product_id.id),
                    ("serial", "=", lot.name),
                ],
                limit=1,
            )
            asset.lot_id = lot
        return asset.with_env(self.env) or self.create(
            self._prepare_values_from_lot(order, lot)
        )

    @api.model
    def _prepare_values_from_lot(self, order, lot):
        """Return the values of a unit that becomes equipment; its stay says where."""
        product = lot.product_id.with_context(display_default_code=False)
        return {
            "name": product.display_name,
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.id,
            "lot_id": lot.id,
        }

    def _is_inside(self, other):
        """Tell whether the other equipment is built into this one."""
        return bool(other) and bool(
            self.search_count([("id", "child_of", self.ids), ("id", "=", other.id)])
        )

    def _archive_if_never_installed(self):
        """Hide what a wrong serial number had made."""
        self.filtered(
            lambda asset: not asset.installation_ids and asset.lot_id
        ).active = False

    def _start_warranty(self, stay):
        """Begin the warranty of what was put in with a stay.

        A unit that the customer owned all the time was repaired: its own warranty goes
        on, and the repair has one.
        """
        self.ensure_one()
        previous = (self.installation_ids - stay)[:1].removal
        date = stay.date_from
        if previous == "moved":
            return
        if previous == "taken_out":
            months = self.product_id.service_repair_warranty_months
            until = date + relativedelta(months=months)
            if months:
                ends = filter(None, (self.repair_warranty_until, until))
                self.repair_warranty_until = max(ends)
            return
        months = stay.part_id.warranty_months
        if months:
            self.warranty_until = date + relativedelta(months=months)
