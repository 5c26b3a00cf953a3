from odoo import api, fields, models


class FieldServiceVanRequest(models.TransientModel):
    """Asks how much of a part a colleague should give, and to whom."""

    _name = "field.service.van.request"
    _description = "Ask for a Part"

    source_id = fields.Many2one(
        comodel_name="stock.location", string="From Van", required=True
    )
    holder = fields.Char(string="Who Has It", compute="_compute_holder")
    product_id = fields.Many2one(comodel_name="product.product", required=True)
    lot_id = fields.Many2one(comodel_name="stock.lot", string="Lot/Serial Number")
    uom_id = fields.Many2one(related="product_id.uom_id")
    part_id = fields.Many2one(comodel_name="field.service.part", string="For Part")
    company_id = fields.Many2one(related="source_id.company_id")
    free_quantity = fields.Float(
        string="Free", compute="_compute_free_quantity", digits="Product Unit"
    )
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    destination_id = fields.Many2one(
        comodel_name="stock.location",
        string="To Van",
        compute="_compute_destination_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('service_van', '=', True), ('company_id', '=', company_id)]",
    )
    note = fields.Char()

    @api.depends("source_id")
    def _compute_holder(self):
        for wizard in self:
            wizard.holder = wizard.source_id._get_van_name()

    @api.depends("source_id", "product_id", "lot_id")
    def _compute_free_quantity(self):
        # Technicians see what is in their colleagues' vans.
        transfers = self.env["field.service.van.transfer"].sudo()
        for wizard in self.sudo():
            wizard.free_quantity = transfers._get_free(
                wizard.source_id, wizard.product_id, wizard.lot_id
            )

    @api.depends("part_id", "product_id", "free_quantity")
    def _compute_quantity(self):
        for wizard in self:
            part = wizard.part_id
            wanted = part._get_missing_in_van() if part else 1.0
            wizard.quantity = min(wanted, wizard.free_quantity) or wanted

    @api.depends("part_id", "source_id")
    def _compute_destination_id(self):
        own = self.env["field.service.van.position"]._get_own_vans()
        for wizard in self:
            vans = own.filtered(
                lambda van, wizard=wizard: van.company_id == wizard.company_id
            )
            wizard.destination_id = (
                wizard.part_id.location_id or (vans - wizard.source_id)[:1] or vans[:1]
            )

    def action_ask(self):
        """Ask the colleague, and show what becomes of it."""
        self.ensure_one()
        transfer = self.env["field.service.van.transfer"]._ask(
            self.source_id,
            self.destination_id,
            self.product_id,
            self.quantity,
            lot=self.lot_id,
            part=self.part_id,
            note=self.note,
        )
        return {
            "type": "ir.actions.act_window",
            "name": transfer.name,
            "res_model": transfer._name,
            "res_id": transfer.id,
            "views": [(False, "form")],
        }
