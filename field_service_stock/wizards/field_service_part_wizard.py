from odoo import Command, api, fields, models


class FieldServicePartWizard(models.TransientModel):
    """Asks how much of a part is used or returned, and which pieces."""

    _name = "field.service.part.wizard"
    _description = "Use or Return a Part"

    part_id = fields.Many2one(
        comodel_name="field.service.part",
        required=True,
        index=True,
        ondelete="cascade",
    )
    operation = fields.Selection(
        selection=[("use", "Use"), ("return", "Return")], required=True, default="use"
    )
    product_id = fields.Many2one(related="part_id.product_id")
    tracking = fields.Selection(related="part_id.product_id.tracking")
    uom_id = fields.Many2one(related="part_id.uom_id")
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    usable_location_ids = fields.Many2many(
        comodel_name="stock.location", compute="_compute_usable_location_ids"
    )
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        domain="[('id', 'in', usable_location_ids)]",
    )
    lot_ids = fields.One2many(
        comodel_name="field.service.part.wizard.lot",
        inverse_name="wizard_id",
        string="Lots and Serial Numbers",
        compute="_compute_lot_ids",
        store=True,
        readonly=False,
    )
    lot_name = fields.Char(
        string="Another Number", help="Type or scan what is not in the list."
    )
    warning = fields.Text(compute="_compute_warning")

    @api.depends("part_id", "operation")
    def _compute_quantity(self):
        for wizard in self:
            part = wizard.part_id
            wizard.quantity = (
                part._get_quantity_to_use()
                if wizard.operation == "use"
                else part.consumed_qty
            )

    @api.depends("part_id")
    def _compute_usable_location_ids(self):
        for wizard in self:
            part = wizard.part_id
            usable = part._get_usable_locations(part.company_id)
            wizard.usable_location_ids = usable | part.location_id

    @api.depends("part_id")
    def _compute_location_id(self):
        for wizard in self:
            wizard.location_id = wizard.part_id.location_id

    @api.depends("part_id", "operation", "location_id")
    def _compute_lot_ids(self):
        """Propose what is reserved, and show what else is there."""
        for wizard in self:
            # Whoever uses parts need not have any right on the stock.
            there, proposed = wizard.sudo()._get_lots()
            wizard.lot_ids = [Command.clear()] + [
                Command.create(
                    {
                        "lot_id": lot.id,
                        "name": lot.name,
                        "there": quantity,
                        "quantity": proposed.get(lot, 0.0),
                    }
                )
                for lot, quantity in there.items()
            ]

    def _get_lots(self):
        """Return {lot: quantity that is there}, {lot: quantity that is proposed}."""
        part = self.part_id
        if part.product_id.tracking == "none":
            return {}, {}
        if self.operation == "return":
            used = part._get_used_lot_quantities()
            return used, used
        reserved = part._get_open_moves()._get_lot_quantities()
        there = part._get_lots_there(self.location_id)
        return {**dict.fromkeys(reserved, 0.0), **there}, reserved

    @api.depends("operation", "quantity", "location_id", "lot_ids.quantity")
    def _compute_warning(self):
        for wizard in self:
            part = wizard.part_id
            wizard.warning = wizard.operation == "use" and part._get_use_warning(
                wizard.quantity,
                wizard.location_id,
                # As above.
                {line.lot_id.sudo(): line.quantity for line in wizard._get_chosen()},
            )

    def _get_chosen(self):
        return self.lot_ids.filtered(lambda line: line.quantity > 0)

    def _get_lot_values(self):
        """Return the chosen lots as `action_use` takes them."""
        lots = [
            {"lot_id": line.lot_id.id, "quantity": line.quantity}
            for line in self._get_chosen()
        ]
        if self.lot_name and self.lot_name.strip():
            given = sum(line["quantity"] for line in lots)
            wanted = self.part_id._to_product_unit(self.quantity)
            lots.append({"name": self.lot_name, "quantity": wanted - given})
        return lots

    def action_apply(self):
        """Use or return the quantity that was given."""
        for wizard in self:
            lots = wizard._get_lot_values()
            if wizard.operation == "use":
                wizard.part_id.action_use(
                    wizard.quantity, location_id=wizard.location_id.id, lots=lots
                )
            else:
                wizard.part_id.action_return(wizard.quantity, lots=lots)
        return {"type": "ir.actions.act_window_close"}
