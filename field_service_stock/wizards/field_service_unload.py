from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError


class FieldServiceUnload(models.TransientModel):
    """What to take out of vans, to be edited and turned into transfers."""

    _name = "field.service.unload"
    _description = "Unload Vans"

    line_ids = fields.One2many(
        comodel_name="field.service.unload.line",
        inverse_name="wizard_id",
        string="Lines",
    )

    @api.model
    def _propose(self, technicians):
        """Return a proposal for the vans of these technicians."""
        if not self.env["field.service.load"]._may_load_everything():
            raise AccessError(self.env._("Dispatchers and the warehouse unload vans."))
        # Dispatchers have no right on stock: they see the proposal only.
        proposals = self.env["field.service.unload.proposal"].sudo()
        lines = []
        for technician, vans in technicians.sudo()._get_load_vans().items():
            proposal = proposals.with_company(technician.company_id)
            for van in vans:
                lines += proposal._get_unload_lines(technician, van)
        return self.create({"line_ids": [Command.create(line) for line in lines]})

    def action_create(self):
        """Make the transfers out of the vans and open them."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.uom_id.compare(line.quantity, 0.0) > 0
        )
        if not lines:
            raise UserError(self.env._("Nothing is chosen to be unloaded."))
        if not self.env["field.service.load"]._may_load_everything():
            raise AccessError(self.env._("Dispatchers and the warehouse unload vans."))
        # The proposal is what a dispatcher may have moved, and no more than that.
        lines = lines.sudo()
        lines._check_quantities()
        pickings = self.env["stock.picking"].sudo()
        groups = lines.grouped(lambda line: (line.location_id, line.location_dest_id))
        for (van, destination), group in groups.items():
            pickings |= group._create_picking(van, destination)
        return self._open(pickings)

    @api.model
    def _open(self, pickings):
        """Open the transfers for whoever may read them, say their names to others."""
        if self.env["stock.picking"].has_access("read"):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "stock.action_picking_tree_all"
            )
            return {**action, "domain": [("id", "in", pickings.ids)], "context": {}}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "To be unloaded: %(transfers)s.",
                    transfers=", ".join(pickings.mapped("name")),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
