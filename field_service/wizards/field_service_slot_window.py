from odoo import api, fields, models
from odoo.tools.misc import format_date, format_time

from ..tools.recurrence import to_wall


class FieldServiceSlotWindow(models.TransientModel):
    """An arrival window that can be offered to the customer."""

    _name = "field.service.slot.window"
    _description = "Offered Window"
    _order = "start, id"

    wizard_id = fields.Many2one(
        comodel_name="field.service.slot.wizard", required=True, ondelete="cascade"
    )
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    day = fields.Char(compute="_compute_name")
    hours = fields.Char(compute="_compute_name")
    name = fields.Char(compute="_compute_name", help="On the customer's clock.")

    @api.depends("start", "stop", "wizard_id.order_id")
    def _compute_name(self):
        for window in self:
            zone = window.wizard_id.order_id._get_site_tz()
            begin, end = (
                format_time(self.env, moment, tz=zone, time_format="short")
                for moment in (window.start, window.stop)
            )
            window.day = format_date(
                self.env, to_wall(window.start, zone).date(), date_format="EEE d MMM"
            )
            window.hours = f"{begin} - {end}"
            window.name = f"{window.day}, {window.hours} ({zone})"

    def action_promise(self):
        """Promise this window to the customer."""
        self.ensure_one()
        return self.wizard_id._promise(self)
