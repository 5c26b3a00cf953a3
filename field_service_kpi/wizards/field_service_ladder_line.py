from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.field_service_order_ladder import COST_KINDS, FORECAST, KINDS


class FieldServiceLadderLine(models.TransientModel):
    """What a figure of the margin ladder is the sum of, when somebody opens it."""

    _name = "field.service.ladder.line"
    _description = "Line of a Margin Ladder"
    _order = "rung, kind, id"

    order_id = fields.Many2one("field.service.order", readonly=True)
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    rung = fields.Selection(
        selection=[
            ("quoted", "Quoted"),
            ("baseline", "Baseline"),
            ("committed", "Committed"),
            ("accrued", "Accrued"),
            ("posted", "Posted"),
        ],
        readonly=True,
    )
    kind = fields.Selection(
        selection=lambda self: self.env["field.service.ledger.report"]
        ._fields["cost_kind"]
        ._description_selection(self.env),
        readonly=True,
    )
    name = fields.Char(string="Description", readonly=True)
    quantity = fields.Float(digits="Product Unit", aggregator=None, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Costs are negative where they are taken off revenue."
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.model
    def _create_lines(self, order, rung, kind):
        """Return the lines of one figure; their sum is the figure."""
        rungs = FORECAST if rung == "forecast" else (rung,)
        kinds = {"margin": KINDS, "rate": KINDS, "cost": COST_KINDS}.get(kind, (kind,))
        if not set(kinds) <= set(KINDS) or not set(rungs) <= set(
            dict(self._fields["rung"].selection)
        ):
            raise UserError(self.env._("There is no such figure on the ladder."))
        margin = kinds == KINDS
        values = [
            {
                "order_id": order.id,
                "rung": item.rung,
                "kind": item.kind,
                "name": item.name,
                "quantity": item.quantity,
                "amount": -item.amount
                if margin and item.kind != "revenue"
                else item.amount,
                "res_model": item.source._name if item.source else False,
                "res_id": item.source.id if item.source else False,
            }
            # As the figures themselves: see _get_margin_ladder.
            for item in order.sudo()._get_ladder_items()
            if item.rung in rungs and item.kind in kinds
        ]
        if "posted" in rungs:
            values += self._prepare_posted_lines(order, kinds, margin)
        # Who may see the ladder may open it; nobody writes lines by hand.
        return self.sudo().create(values).sudo(False)

    def _prepare_posted_lines(self, order, kinds, margin):
        # As above.
        rows = order.sudo()._get_posted_rows(kinds)
        return [
            {
                "order_id": order.id,
                "rung": "posted",
                "kind": row.cost_kind,
                "name": row.move_line_id.display_name,
                "amount": row.margin
                if margin or row.cost_kind == "revenue"
                else -row.margin,
                "res_model": "account.move.line",
                "res_id": row.move_line_id.id,
            }
            for row in rows
        ]

    def action_open_source(self):
        """Open the record that the line comes from."""
        self.ensure_one()
        record = self.res_model and self.env[self.res_model].browse(self.res_id)
        if not record:
            record = self.order_id
        if record._name == "account.move.line":
            record = record.move_id
        elif record._name in ("sale.order.line", "purchase.order.line"):
            record = record.order_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
