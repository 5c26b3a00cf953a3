from odoo import api, fields, models


class FieldServicePartAccount(models.AbstractModel):
    """What was brought for an order is used, returned, or said to stay in the van."""

    _name = "field.service.part.account"
    _description = "Account of Parts"

    loaded_qty = fields.Float(
        string="Loaded",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
        help="Brought into the van for this order.",
    )
    taken_qty = fields.Float(
        string="Used from There",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
        help="Used from where the part is planned to be taken from.",
    )
    kept_qty = fields.Float(
        string="Stays in the Van",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="Brought for this order and not needed: it stays in the van.",
    )
    unaccounted_qty = fields.Float(
        string="Unaccounted for",
        compute="_compute_unaccounted_qty",
        store=True,
        digits="Product Unit",
        help="Brought for this order, and neither used nor said to stay in the van.",
    )

    @api.depends("loaded_qty", "taken_qty", "kept_qty", "uom_id")
    def _compute_unaccounted_qty(self):
        for part in self:
            rest = part.loaded_qty - part.taken_qty - part.kept_qty
            unit = part.uom_id
            part.unaccounted_qty = unit.round(max(rest, 0.0)) if unit else 0.0

    def action_release(self):
        """What was brought stays in the van; what was used remains used."""
        self.check_access("write")
        self._keep_rest()
        used = self.filtered(lambda part: part.uom_id.compare(part.consumed_qty, 0) > 0)
        used._cancel_open_moves()
        used.order_id._process()
        unused = self - used
        return (
            super(FieldServicePartAccount, unused).action_release() if unused else True
        )

    def _keep_rest(self):
        """Note that what is unaccounted for stays in the van."""
        for part in self:
            if part.unaccounted_qty:
                part.kept_qty += part.unaccounted_qty

    def _is_settled(self):
        """Tell whether nothing is to be said about the part any more."""
        self.ensure_one()
        if self.state in ("waiting", "reserved"):
            return False
        untouched = self.state == "draft" and self.mandatory
        return not untouched or (self.customer_supplied and self.on_site)

    # ----------------------------------------------------------------- the moves
    def _is_planned_source(self, location):
        """Tell whether something is where the part is planned to be taken from."""
        planned = self.location_id
        return bool(planned) and location._child_of(planned)

    def _get_load_sign(self, source, destination):
        """Return 1 for what comes to the van, -1 for what leaves it, else 0."""
        arrives = self._is_planned_source(destination)
        return int(arrives) - int(self._is_planned_source(source))
