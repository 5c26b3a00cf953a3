from odoo import fields, models
from odoo.tools import SQL

from .field_service_invoice_report import INVOICE_TYPES
from .field_service_ledger_report import INCOME_TYPES, PROFIT_AND_LOSS_TYPES


class FieldServiceOrderMoneyReport(models.Model):
    """What completed work orders have earned until now: one row per order.

    Figures are posted items of the order's company, life to date, whatever their
    accounting date. Where something cannot be said of an order, the column is empty,
    so that sums are over those of which it can.
    """

    _name = "field.service.order.money.report"
    _description = "Completed Work and Its Margin"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    date = fields.Date(string="Completed On", readonly=True)
    # A person's figures are his own and his manager's.
    technician_id = fields.Many2one(
        "hr.employee",
        readonly=True,
        groups="field_service.group_manager",
        help="Of the last completed visit.",
    )
    orders = fields.Integer(string="Number of Orders", readonly=True)
    visits = fields.Integer(string="Completed Visits", readonly=True)
    billed_orders = fields.Integer(
        string="Orders with Revenue", readonly=True, help="Whose posted revenue is > 0."
    )
    revenue = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    margin_rate = fields.Float(string="Margin %", aggregator="avg", readonly=True)
    loss_orders = fields.Integer(
        string="Loss-Making Orders",
        readonly=True,
        help="The customer pays, and it cost more than it brought.",
    )
    callback_cost = fields.Monetary(
        string="Cost of Callbacks",
        readonly=True,
        help="What callbacks of this order have cost.",
    )
    margin_before_callbacks = fields.Monetary(
        readonly=True, help="The margin; of a callback its revenue only."
    )
    net_margin = fields.Monetary(
        string="Margin after Callbacks",
        readonly=True,
        help="Callbacks cost the order that did not last, not themselves.",
    )
    compared_revenue = fields.Monetary(
        string="Revenue of Planned Work",
        readonly=True,
        help="Of orders with revenue, and with revenue in their baseline.",
    )
    compared_margin = fields.Monetary(string="Margin of Planned Work", readonly=True)
    baseline_revenue = fields.Monetary(readonly=True)
    baseline_margin = fields.Monetary(readonly=True)
    rating_asked = fields.Integer(string="Asked for a Rating", readonly=True)
    rating_answered = fields.Integer(string="Rated", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Paying Company", readonly=True)
    contract_customer_id = fields.Many2one(
        "res.partner", string="Paying Company with an Agreement", readonly=True
    )
    cash_days = fields.Integer(
        string="Days from Cost to Cash",
        aggregator="avg",
        readonly=True,
        help="From the first cost to the last payment, once all invoices are paid.",
    )

    _depends = {
        "account.account": ["account_type"],
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move": ["move_type", "payment_state", "state"],
        "account.move.line": ["account_id", "company_id", "date", "parent_state"],
        "field.service.agreement": ["date_end", "date_start", "partner_id", "state"],
        "field.service.invoice.report": ["paid"],
        "field.service.order": [
            "agreement_id",
            "analytic_account_id",
            "baseline_margin",
            "baseline_revenue",
            "callback_of_id",
            "company_id",
            "completed_on",
            "coverage",
            "job_type_id",
            "partner_id",
            "rating_requested_on",
            "site_id",
            "state",
            "team_id",
        ],
        "field.service.visit": ["order_id", "start", "state", "technician_id"],
        "rating.rating": ["consumed", "res_id", "res_model"],
        "res.company": ["currency_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id"],
        "resource.calendar": ["tz"],
    }

    def _select_fields(self):
        figures = {"revenue": SQL("ledger.revenue"), "cost": SQL("ledger.cost")}
        return {
            **super()._select_fields(),
            "date": self._get_day_sql(SQL("service_order.completed_on")),
            "technician_id": self._get_technician_sql(),
            "orders": SQL("1"),
            "visits": SQL(
                """(SELECT COUNT(*) FROM field_service_visit visit
                     WHERE visit.order_id = service_order.id
                       AND visit.state = 'completed')"""
            ),
            "billed_orders": SQL("CASE WHEN ledger.revenue > 0 THEN 1 ELSE 0 END"),
            **figures,
            "margin": SQL("ledger.revenue - ledger.cost"),
            # A rate belongs to a set of rows, see _read_group_select.
            "margin_rate": SQL("NULL::double precision"),
            "loss_orders": SQL(
                """CASE WHEN ledger.revenue < ledger.cost
                         AND service_order.coverage = 'chargeable'
                        THEN 1 ELSE 0 END"""
            ),
            **self._get_callback_columns(),
            **self._get_baseline_columns(),
            "cash_days": SQL("(%s - ledger.first_cost_on)", self._get_paid_query()),
            **self._get_customer_columns(),
        }

    def _get_technician_sql(self):
        return SQL(
            """(SELECT visit.technician_id FROM field_service_visit visit
                 WHERE visit.order_id = service_order.id AND visit.state = 'completed'
                 ORDER BY visit.start DESC, visit.id DESC LIMIT 1)"""
        )

    def _get_callback_columns(self):
        """The cost of callbacks moves to their original; nothing is counted twice."""
        before = SQL(
            """(ledger.revenue - CASE WHEN service_order.callback_of_id IS NULL
                                      THEN ledger.cost ELSE 0 END)"""
        )
        return {
            "callback_cost": SQL("callbacks.cost"),
            "margin_before_callbacks": before,
            "net_margin": SQL("%s - COALESCE(callbacks.cost, 0)", before),
        }

    def _get_baseline_columns(self):
        """Plan and actual of the same orders: those that can be compared."""
        columns = {
            "compared_revenue": SQL("ledger.revenue"),
            "compared_margin": SQL("ledger.revenue - ledger.cost"),
            "baseline_revenue": SQL("service_order.baseline_revenue"),
            "baseline_margin": SQL("service_order.baseline_margin"),
        }
        return {
            name: SQL(
                """CASE WHEN ledger.revenue > 0 AND service_order.baseline_revenue > 0
                        THEN %s END""",
                expression,
            )
            for name, expression in columns.items()
        }

    def _get_customer_columns(self):
        day = self._get_day_sql(SQL("service_order.completed_on"))
        return {
            "rating_asked": SQL(
                "(service_order.rating_requested_on IS NOT NULL)::integer"
            ),
            "rating_answered": SQL(
                """(service_order.rating_requested_on IS NOT NULL AND EXISTS (
                    SELECT 1 FROM rating_rating rating
                     WHERE rating.res_model = 'field.service.order'
                       AND rating.res_id = service_order.id
                       AND rating.consumed))::integer"""
            ),
            "customer_id": SQL("payer.commercial_partner_id"),
            "contract_customer_id": SQL(
                """CASE WHEN EXISTS (
                    SELECT 1 FROM field_service_agreement agreement
                      JOIN res_partner holder ON holder.id = agreement.partner_id
                     WHERE holder.commercial_partner_id = payer.commercial_partner_id
                       AND agreement.company_id = service_order.company_id
                       AND agreement.state IN ('active', 'suspended', 'ended')
                       AND agreement.date_start <= %(day)s
                       AND (agreement.date_end IS NULL OR agreement.date_end >= %(day)s)
                   ) THEN payer.commercial_partner_id END""",
                day=day,
            ),
        }

    def _from(self):
        return SQL(
            """%(order)s
            LEFT JOIN res_partner payer ON payer.id = service_order.partner_id
            LEFT JOIN LATERAL (%(ledger)s) ledger ON TRUE
            LEFT JOIN LATERAL (%(callbacks)s) callbacks ON TRUE""",
            order=super()._from(),
            ledger=self._get_ledger_query(),
            callbacks=self._get_callback_query(),
        )

    def _where(self):
        return SQL(
            """service_order.completed_on IS NOT NULL
               AND service_order.state IN ('done', 'closed')"""
        )

    def _get_ledger_query(self):
        """Posted items of one order. Bounded by it: read for the asked rows only."""
        return SQL(
            """SELECT SUM(CASE WHEN account.account_type IN %(income)s
                               THEN share.amount ELSE 0 END) AS revenue,
                      SUM(CASE WHEN account.account_type IN %(income)s
                               THEN 0 ELSE -share.amount END) AS cost,
                      MIN(CASE WHEN account.account_type NOT IN %(income)s
                               THEN item.date END) AS first_cost_on
                 FROM %(items)s""",
            income=INCOME_TYPES,
            items=self._get_items_sql(SQL("service_order.analytic_account_id")),
        )

    def _get_callback_query(self):
        return SQL(
            """SELECT -SUM(share.amount) AS cost
                 FROM field_service_order callback
                 JOIN LATERAL (SELECT share.amount FROM %(items)s
                                  AND account.account_type NOT IN %(income)s) share
                   ON TRUE
                WHERE callback.callback_of_id = service_order.id
                  AND callback.state != 'cancelled'""",
            items=self._get_items_sql(SQL("callback.analytic_account_id")),
            income=INCOME_TYPES,
        )

    def _get_paid_query(self):
        """Day of the last payment of an order whose invoices are all paid."""
        report = self.env["field.service.ledger.report"]
        return SQL(
            """(SELECT CASE WHEN BOOL_AND(move.payment_state IN
                                         ('paid', 'in_payment', 'reversed'))
                            THEN MAX(change.day) FILTER (WHERE change.is_paid) END
                  FROM (SELECT DISTINCT item.move_id
                          FROM account_analytic_line share
                          JOIN account_move_line item ON item.id = share.move_line_id
                         WHERE %(plan)s = service_order.analytic_account_id) linked
                  JOIN account_move move ON move.id = linked.move_id
                   AND move.state = 'posted' AND move.move_type IN %(types)s
                  LEFT JOIN LATERAL (%(changes)s) change ON TRUE)""",
            plan=report._get_plan_sql("share"),
            types=INVOICE_TYPES,
            changes=self.env["field.service.invoice.report"]._get_change_query(),
        )

    def _get_items_sql(self, analytic_account):
        """Tables and condition: posted profit and loss items of one order."""
        report = self.env["field.service.ledger.report"]
        return SQL(
            """account_analytic_line share
            JOIN account_move_line item ON item.id = share.move_line_id
            JOIN account_account account ON account.id = item.account_id
           WHERE %(plan)s = %(analytic_account)s
             AND item.company_id = service_order.company_id
             AND item.parent_state = 'posted'
             AND account.account_type IN %(types)s""",
            plan=report._get_plan_sql("share"),
            analytic_account=analytic_account,
            types=PROFIT_AND_LOSS_TYPES,
        )

    def _read_group_select(self, aggregate_spec, query):
        # The rate of a group is the ratio of its sums, not the mean of its rates.
        if aggregate_spec == "margin_rate:avg":
            return SQL(
                "SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "margin", query),
                self._field_to_sql(self._table, "revenue", query),
            )
        return super()._read_group_select(aggregate_spec, query)
