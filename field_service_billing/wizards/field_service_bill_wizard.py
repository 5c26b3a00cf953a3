from odoo import Command, api, fields, models


class FieldServiceBillWizard(models.TransientModel):
    """Shows a vendor's visits that nobody has billed, to put them on his bill."""

    _name = "field.service.bill.wizard"
    _description = "Match Visits with a Vendor's Bill"

    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Vendor Bill",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(related="move_id.commercial_partner_id")
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    subcontract_ids = fields.Many2many(
        comodel_name="field.service.subcontract",
        string="Subcontracted Work",
        compute="_compute_subcontract_ids",
        store=True,
        readonly=False,
        help="Remove what this bill is not for.",
    )
    expected_amount = fields.Monetary(
        string="Expected", compute="_compute_amounts", help="Without taxes."
    )
    entered_amount = fields.Monetary(
        string="Entered on the Bill",
        compute="_compute_amounts",
        help="Lines of the bill that are for no visit yet, without taxes.",
    )
    difference = fields.Monetary(compute="_compute_amounts")

    @api.depends("move_id")
    def _compute_subcontract_ids(self):
        work = self.env["field.service.subcontract"]
        for wizard in self:
            move = wizard.move_id
            found = work.search(work._get_open_domain(move.partner_id, move.company_id))
            wizard.subcontract_ids = [Command.set(found.ids)]

    @api.depends("subcontract_ids", "move_id")
    def _compute_amounts(self):
        for wizard in self:
            move = wizard.move_id
            expected = sum(
                move._get_expected_amount(work)
                for work in wizard.subcontract_ids._origin
            )
            free = move.invoice_line_ids.filtered(
                lambda item: not item.service_subcontract_id
            )
            entered = sum(free.mapped("price_subtotal"))
            wizard.expected_amount = expected
            wizard.entered_amount = entered
            wizard.difference = entered - expected if entered else 0.0

    def action_match(self):
        """Put the chosen work on the bill."""
        self.ensure_one()
        self.move_id._match_subcontracts(self.subcontract_ids)
        return {"type": "ir.actions.act_window_close"}
