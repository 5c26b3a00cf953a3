from odoo import api, fields, models


class FieldServiceOrderStateLog(models.Model):
    """How long an order was in a state. Written by the order, by nobody else."""

    _name = "field.service.order.state.log"
    _description = "Time in State"
    _order = "order_id, id"
    _rec_name = "order_id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    job_type_id = fields.Many2one(
        related="order_id.job_type_id", store=True, index="btree_not_null"
    )
    team_id = fields.Many2one(
        related="order_id.team_id", store=True, index="btree_not_null"
    )
    state = fields.Selection(selection="_get_states", required=True, readonly=True)
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    stops_clock = fields.Boolean(
        string="SLA Clock Stopped",
        readonly=True,
        help="As the reason said when the order was put on hold.",
    )
    entered_on = fields.Datetime(string="Since", required=True, readonly=True)
    left_on = fields.Datetime(
        string="Until", readonly=True, help="Empty: the order is still in this state."
    )
    hours = fields.Float(
        compute="_compute_hours",
        store=True,
        help="Counted when the order leaves the state.",
    )

    _one_at_a_time = models.UniqueIndex(
        "(order_id) WHERE left_on IS NULL", "An order is in one state at a time."
    )

    @api.model
    def _get_states(self):
        state = self.env["field.service.order"]._fields["state"]
        return state._description_selection(self.env)

    @api.depends("entered_on", "left_on")
    def _compute_hours(self):
        for line in self:
            end = line.left_on or line.entered_on
            line.hours = (end - line.entered_on).total_seconds() / 3600.0
