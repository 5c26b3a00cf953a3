from odoo import api, fields, models
from odoo.tools.misc import format_datetime


class FieldServiceSlotOption(models.TransientModel):
    """One of the slots that were found."""

    _name = "field.service.slot.option"
    _inherit = ["hr.mixin"]
    _description = "Proposed Slot"
    _order = "score desc, start, id"

    wizard_id = fields.Many2one(
        comodel_name="field.service.slot.wizard", required=True, ondelete="cascade"
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee", required=True, ondelete="cascade"
    )
    crew_ids = fields.Many2many(comodel_name="hr.employee", string="Crew Members")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    arrival_stop = fields.Datetime(
        string="Latest Arrival",
        help="Until then he may arrive without being late for what follows.",
    )
    travel_before = fields.Integer(string="Travel Before (min)")
    travel_after = fields.Integer(string="Travel After (min)")
    detour = fields.Integer(string="Travel Added (min)")
    score = fields.Float(digits=(5, 1))
    reasons = fields.Text()
    site_time = fields.Char(
        string="On Site",
        compute="_compute_site_time",
        help="The start on the customer's clock, where it differs from yours.",
    )

    @api.depends("start", "wizard_id.order_id")
    def _compute_site_time(self):
        mine = self.env.user.tz or "UTC"
        for option in self:
            zone = option.wizard_id.order_id._get_site_tz()
            option.site_time = zone != mine and self.env._(
                "%(start)s on site (%(zone)s)",
                start=format_datetime(
                    self.env, option.start, tz=zone, dt_format="short"
                ),
                zone=zone,
            )

    def action_book(self):
        """Plan the visit in this slot."""
        self.ensure_one()
        return self.wizard_id._book(self)
