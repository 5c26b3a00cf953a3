from odoo import fields, models
from odoo.tools import SQL

from .field_service_offer import COST_GROUP
from .field_service_order_spend import EXPENSE_TYPES

INCOME_TYPES = ("income", "income_other")


class FieldServiceOfferReport(models.Model):
    """What was recommended, what customers said, and what it has brought.

    One line per recommendation. Revenue and cost are posted journal items of the work
    orders that came out of it, and of callbacks on them: what does not last brings
    less.
    """

    _name = "field.service.offer.report"
    _description = "Recommendation Analysis"
    _auto = False
    _rec_name = "offer_id"
    _order = "presented_on desc, id desc"
    _check_company_auto = True
    _depends = {
        "account.account": ["account_type"],
        "account.analytic.line": ["amount", "general_account_id", "move_line_id"],
        "account.move.line": ["parent_state"],
        "field.service.offer": [
            "decline_reason_id",
            "expected_margin",
            "is_blocked",
            "presented_by_id",
            "presented_on",
            "state",
        ],
        "field.service.order": [
            "analytic_account_id",
            "callback_of_id",
            "job_type_id",
            "origin_offer_id",
            "team_id",
        ],
        "sale.order": ["service_offer_id"],
        "sale.order.line": ["order_id", "service_order_id"],
    }

    offer_id = fields.Many2one(
        "field.service.offer", string="Recommendation", readonly=True
    )
    rule_id = fields.Many2one("field.service.offer.rule", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    presented_by_id = fields.Many2one("res.users", readonly=True)
    presented_on = fields.Datetime(readonly=True)
    decline_reason_id = fields.Many2one(
        "field.service.reason", string="Declined Because", readonly=True
    )
    state = fields.Selection(
        selection=lambda self: self.env["field.service.offer"]
        ._fields["state"]
        ._description_selection(self.env),
        readonly=True,
    )
    presented = fields.Integer(string="Number Presented", readonly=True)
    accepted = fields.Integer(string="Number Accepted", readonly=True)
    acceptance = fields.Float(
        aggregator="avg",
        readonly=True,
        help="Share of those presented that were accepted. What expired without an "
        "answer is not counted: it was not refused.",
    )
    expected_margin = fields.Monetary(
        string="Expected Margin if Accepted",
        readonly=True,
        groups=COST_GROUP,
        help="Of what was accepted, before the work.",
    )
    realised_revenue = fields.Monetary(readonly=True, groups=COST_GROUP)
    realised_cost = fields.Monetary(readonly=True, groups=COST_GROUP)
    realised_margin = fields.Monetary(readonly=True, groups=COST_GROUP)

    @property
    def _table_query(self):
        column = self.env["field.service.order"]._get_plan_column()
        return SQL(
            """WITH RECURSIVE result (offer_id, order_id) AS (%(results)s),
                    ledger AS (%(ledger)s)
               SELECT offer.id, offer.id AS offer_id, offer.rule_id, offer.company_id,
                      company.currency_id, offer.partner_id, service.job_type_id,
                      service.team_id, offer.presented_by_id, offer.presented_on,
                      offer.state, offer.decline_reason_id,
                      (offer.presented_on IS NOT NULL)::int AS presented,
                      (offer.state = 'accepted')::int AS accepted,
                      CASE WHEN offer.presented_on IS NOT NULL
                            AND offer.state != 'expired'
                           THEN (offer.state = 'accepted')::int::float
                       END AS acceptance,
                      CASE WHEN offer.state = 'accepted' THEN offer.expected_margin
                           ELSE 0 END AS expected_margin,
                      COALESCE(ledger.revenue, 0) AS realised_revenue,
                      COALESCE(ledger.cost, 0) AS realised_cost,
                      COALESCE(ledger.revenue - ledger.cost, 0) AS realised_margin
                 FROM field_service_offer offer
                 JOIN field_service_order service ON service.id = offer.order_id
                 JOIN res_company company ON company.id = offer.company_id
                 LEFT JOIN ledger ON ledger.offer_id = offer.id
                WHERE NOT offer.is_blocked OR offer.presented_on IS NOT NULL""",
            results=self._get_result_query(),
            ledger=self._get_ledger_query(SQL.identifier(column)),
        )

    def _get_result_query(self):
        """Return the work orders that came out of each recommendation."""
        return SQL(
            """SELECT origin_offer_id, id
                 FROM field_service_order
                WHERE origin_offer_id IS NOT NULL
                UNION
               SELECT sale.service_offer_id, line.service_order_id
                 FROM sale_order sale
                 JOIN sale_order_line line ON line.order_id = sale.id
                 JOIN field_service_offer offer ON offer.id = sale.service_offer_id
                WHERE line.service_order_id != offer.order_id
                UNION
               SELECT result.offer_id, callback.id
                 FROM field_service_order callback
                 JOIN result ON result.order_id = callback.callback_of_id"""
        )

    def _get_ledger_query(self, column):
        """Return revenue and cost posted on those orders, in company currency."""
        return SQL(
            """SELECT result.offer_id,
                      SUM(CASE WHEN account.account_type IN %(income)s
                               THEN item.amount ELSE 0 END) AS revenue,
                      SUM(CASE WHEN account.account_type IN %(income)s
                               THEN 0 ELSE -item.amount END) AS cost
                 FROM result
                 JOIN field_service_order service ON service.id = result.order_id
                 JOIN account_analytic_line item
                      ON item.%(column)s = service.analytic_account_id
                 JOIN account_move_line entry ON entry.id = item.move_line_id
                 JOIN account_account account ON account.id = item.general_account_id
                WHERE entry.parent_state = 'posted'
                  AND account.account_type IN %(types)s
                GROUP BY result.offer_id""",
            column=column,
            income=INCOME_TYPES,
            types=INCOME_TYPES + EXPENSE_TYPES,
        )
