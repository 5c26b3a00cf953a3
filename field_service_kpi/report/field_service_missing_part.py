from odoo import api, fields, models
from odoo.tools import SQL


class FieldServiceMissingPart(models.Model):
    """What it cost to come again for a part that was not in the van.

    A row is a posted journal item, ``id`` is that of the item: labour or travel of the
    first visit of a work order that took place after one that ended for want of a part.
    Each figure is therefore the sum of the items it opens. Corrections count, as they
    are items of the same visit.
    """

    _name = "field.service.missing.part"
    _description = "Cost of Missing Parts"
    _auto = False
    _rec_name = "product_id"
    _order = "date desc, id desc"

    product_id = fields.Many2one(
        "product.product", string="Missing Part", readonly=True
    )
    visit_id = fields.Many2one(
        "field.service.visit",
        string="Return Visit",
        readonly=True,
        aggregator="count_distinct",
    )
    cause_id = fields.Many2one(
        "field.service.visit", string="Visit without the Part", readonly=True
    )
    technician_id = fields.Many2one(
        "hr.employee", string="Technician without the Part", readonly=True
    )
    order_id = fields.Many2one("field.service.order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
    cost_kind = fields.Selection(
        selection=[("labour", "Labour"), ("travel", "Travel")],
        string="Kind",
        readonly=True,
    )
    labour = fields.Monetary(readonly=True)
    travel = fields.Monetary(readonly=True)
    cost = fields.Monetary(
        readonly=True, help="Posted labour and travel of the return visit."
    )

    _depends = {
        "account.move.line": [
            "balance",
            "company_currency_id",
            "company_id",
            "date",
            "move_id",
            "parent_state",
            "service_cost_type",
            "service_source_id",
            "service_source_model",
        ],
        "field.service.order": ["partner_id"],
        "field.service.reason": ["missing_part"],
        "field.service.visit": [
            "job_type_id",
            "missing_product_id",
            "order_id",
            "result",
            "return_reason_id",
            "start",
            "state",
            "team_id",
            "technician_id",
        ],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT item.id, item.id AS move_line_id, item.move_id, item.date,
                      item.company_id, item.company_currency_id AS currency_id,
                      item.service_cost_type AS cost_kind, item.balance AS cost,
                      CASE WHEN item.service_cost_type = 'labour'
                           THEN item.balance ELSE 0 END AS labour,
                      CASE WHEN item.service_cost_type = 'travel'
                           THEN item.balance ELSE 0 END AS travel,
                      again.id AS visit_id, cause.id AS cause_id, cause.order_id,
                      cause.missing_product_id AS product_id, cause.technician_id,
                      cause.job_type_id, cause.team_id, service.partner_id
                 FROM field_service_visit cause
                 JOIN field_service_reason reason
                   ON reason.id = cause.return_reason_id AND reason.missing_part
                 JOIN field_service_order service ON service.id = cause.order_id
                 JOIN LATERAL (
                     SELECT visit.id FROM field_service_visit visit
                      WHERE visit.order_id = cause.order_id
                        AND visit.state = 'completed'
                        AND (visit.start, visit.id) > (cause.start, cause.id)
                      ORDER BY visit.start, visit.id LIMIT 1
                 ) again ON TRUE
                 JOIN account_move_line item
                   ON item.service_source_model = 'field.service.visit'
                  AND item.service_source_id = again.id
                  AND item.service_cost_type IN ('labour', 'travel')
                  AND item.parent_state = 'posted'
                WHERE cause.state = 'completed' AND cause.result = 'return_needed'"""
        )

    @api.readonly
    def action_open_items(self):
        """Open the journal items of the chosen rows: their sum is the cost."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Posted Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
            "context": {"create": False},
        }
