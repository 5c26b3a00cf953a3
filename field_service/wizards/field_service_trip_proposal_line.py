from odoo import api, fields, models


class FieldServiceTripProposalLine(models.TransientModel):
    """One visit of a proposal: when, and the way to it, before and after."""

    _name = "field.service.trip.proposal.line"
    _description = "Visit in a Proposal for a Trip"
    _order = "sequence, id"

    proposal_id = fields.Many2one(
        comodel_name="field.service.trip.proposal",
        required=True,
        ondelete="cascade",
        index=True,
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        ondelete="cascade",
        index=True,
    )
    site_id = fields.Many2one(related="visit_id.site_id")
    sequence = fields.Integer(string="Now")
    sequence_before = fields.Integer(string="Was")
    start_before = fields.Datetime()
    start_after = fields.Datetime()
    minutes_before = fields.Integer(string="Travel Before (min)")
    minutes_after = fields.Integer(string="Travel After (min)")
    km_before = fields.Float(digits=(8, 1))
    km_after = fields.Float(digits=(8, 1))
    reason = fields.Char(string="Stays Because")
    is_moved = fields.Boolean(compute="_compute_is_moved")

    @api.depends("start_before", "start_after")
    def _compute_is_moved(self):
        for line in self:
            line.is_moved = line.start_before != line.start_after
