from odoo import api, fields, models


class FieldServiceOrderResponse(models.AbstractModel):
    """How long a customer waited for somebody to come."""

    _name = "field.service.order.response"
    _description = "Response Time of Work Orders"

    response_time = fields.Float(
        string="Response Time (hours)",
        compute="_compute_response_time",
        store=True,
        aggregator="avg",
        help="From the request, or the window it asks for, until somebody arrived: in "
        "the hours of the SLA policy's calendar, without the times its clock stood "
        "still. Without a policy by the clock on the wall.",
    )

    # The calendar is no dependency: what was measured does not follow a new one.
    @api.depends(
        "responded_on",
        "received_on",
        "requested_start",
        "sla_id",
        "state_log_ids.left_on",
        "state_log_ids.stops_clock",
    )
    def _compute_response_time(self):
        for order in self:
            end, start = order.responded_on, order._get_sla_start()
            order.response_time = 0.0
            if end and end > start:
                stops = sum(
                    order._count_sla_hours(max(begin, start), min(stop, end))
                    for begin, stop in order._get_sla_pauses()
                    if begin < end
                )
                order.response_time = order._count_sla_hours(start, end) - stops

    def _count_sla_hours(self, start, stop):
        """Return the hours between two moments by the policy, if there is one."""
        if self.sla_id:
            return self.sla_id._count(start, stop, self.company_id)
        return max((stop - start).total_seconds(), 0.0) / 3600.0
