from odoo import api, fields, models
from odoo.fields import Domain


class FieldServiceOrderAttention(models.AbstractModel):
    """Why a work order needs somebody, as the attention list says it."""

    _name = "field.service.order.attention"
    _description = "Attention to Work Orders"

    attention_reason = fields.Selection(
        selection=lambda self: self._get_attention_reasons(),
        string="Needs Attention",
        compute="_compute_attention",
        search="_search_attention_reason",
    )
    attention_action = fields.Char(string="Next Action", compute="_compute_attention")

    @api.model
    def _get_attention_reasons(self):
        reason = self.env["field.service.attention"]._fields["reason"]
        return reason._description_selection(self.env)

    @api.depends("state", "visit_ids.state", "visit_ids.start", "visit_ids.stop")
    def _compute_attention(self):
        # Whoever may read the order may know what it waits for.
        lines = self.env["field.service.attention"].sudo()
        found = {
            line.order_id.id: line
            for line in lines.search([("order_id", "in", self._origin.ids)])
        }
        for order in self:
            line = found.get(order._origin.id, lines)
            order.attention_reason = line.reason
            order.attention_action = line.next_action

    def _search_attention_reason(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The orders found are restricted by the rules of orders themselves.
        lines = self.env["field.service.attention"].sudo()
        wanted = [reason for reason in value if reason]
        domain = Domain("id", "in", lines._search([("reason", "in", wanted)]))
        if len(wanted) < len(value):
            domain |= Domain("id", "not in", lines._search([]))
        return domain
