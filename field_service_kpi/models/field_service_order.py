from odoo import api, fields, models
from odoo.tools import SQL

from ..report.field_service_ledger_report import PROFIT_AND_LOSS_TYPES

COST_GROUP = "field_service.group_cost"
FIGURES = ("revenue", "parts", "labour", "travel", "subcontract", "other", "margin")


class FieldServiceOrder(models.Model):
    """What a work order earned and will earn, and why it is not what was expected."""

    _name = "field.service.order"
    _inherit = [
        "field.service.order.evaluation",
        "field.service.order.erosion",
        "field.service.order.ladder.purchase",
        "field.service.order.ladder.revenue",
        "field.service.order.ladder.work",
        "field.service.order.ladder",
        "field.service.order.bridge",
        "field.service.order",
    ]

    # Posted figures, life to date unless the context gives service_date_from or
    # service_date_to: read from the ledger at every look, stored nowhere.
    posted_revenue = fields.Monetary(
        compute="_compute_posted_profit",
        groups=COST_GROUP,
        help="Posted journal items of this order, life to date.",
    )
    posted_parts = fields.Monetary(
        string="Parts Cost", compute="_compute_posted_profit", groups=COST_GROUP
    )
    posted_labour = fields.Monetary(
        string="Labour Cost", compute="_compute_posted_profit", groups=COST_GROUP
    )
    posted_travel = fields.Monetary(
        string="Travel Cost", compute="_compute_posted_profit", groups=COST_GROUP
    )
    posted_subcontract = fields.Monetary(
        string="Subcontract Cost", compute="_compute_posted_profit", groups=COST_GROUP
    )
    posted_other = fields.Monetary(
        string="Other Costs", compute="_compute_posted_profit", groups=COST_GROUP
    )
    posted_margin = fields.Monetary(
        compute="_compute_posted_profit",
        groups=COST_GROUP,
        help="Revenue minus all costs in posted journal items, life to date.",
    )
    posted_margin_rate = fields.Float(
        string="Posted Margin %",
        compute="_compute_posted_profit",
        groups=COST_GROUP,
        help="Posted margin divided by posted revenue; empty without revenue.",
    )

    # Two orders on one account would count every item twice. The index leaves no
    # order out, as PostgreSQL drops a join that nobody asks for by such a one only.
    _analytic_account_uniq = models.UniqueIndex(
        "(analytic_account_id)",
        "Another work order has this analytic account.",
    )

    @api.depends("analytic_account_id")
    @api.depends_context("service_date_from", "service_date_to")
    def _compute_posted_profit(self):
        context = self.env.context
        profits = self._origin._get_posted_profit(
            context.get("service_date_from"), context.get("service_date_to")
        )
        empty = self._get_empty_profit()
        rows = [profits.get(order._origin, empty) for order in self]
        for figure in (*FIGURES, "margin_rate"):
            # Assigning one by one would cost ten times the query.
            self._fields[f"posted_{figure}"]._insert_cache(
                self, [row[figure] for row in rows]
            )

    def _get_posted_profit(self, date_from=None, date_to=None):
        """Return what these orders earned in posted journal items, in one query.

        Revenue and costs are positive, ``margin`` is revenue minus costs, in the
        currency of the order's company; ``margin_rate`` is margin by revenue, 0.0
        without revenue. Items that another company posted on an order are left
        out, as their currency may differ; the integrity list names them.

        :param date_from: first accounting date, none for life to date
        :param date_to: last accounting date, included
        :return: a dictionary of figures for every order
        :rtype: dict[FieldServiceOrder, dict[str, float]]
        """
        result = {order: self._get_empty_profit() for order in self}
        # Accounts are read as the suite's own: who may see the figures of an order
        # need not have access to analytic accounts or journal items.
        accounts = self.sudo().analytic_account_id
        if not accounts:
            return result
        report = self.env["field.service.ledger.report"]
        report._flush_sources()
        query = report._get_profit_query(
            report._get_period_conditions(date_from, date_to),
            SQL("%s IN %s", report._get_plan_sql("share"), accounts._ids),
        )
        for row in self.env.execute_query_dict(query):
            order = self.browse(row["order_id"])
            if order.company_id.id == row["company_id"] and order in result:
                result[order] = self._prepare_profit(order.currency_id, row)
        return result

    @api.model
    def _get_empty_profit(self):
        return dict.fromkeys((*FIGURES, "margin_rate"), 0.0)

    @api.model
    def _prepare_profit(self, currency, row):
        # The cursor turns exact numerics into floats.
        profit = {figure: currency.round(row[figure]) for figure in FIGURES}
        revenue = profit["revenue"]
        profit["margin_rate"] = profit["margin"] / revenue if revenue else 0.0
        return profit

    def _get_posted_item_domain(self):
        """Domain of the posted profit and loss items of these orders."""
        return [
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "in", list(PROFIT_AND_LOSS_TYPES)),
            ("service_order_ids", "in", self.ids),
        ]

    @api.readonly
    def action_open_posted_items(self):
        """Open the journal items that make up the profit of these orders."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Posted Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": self._get_posted_item_domain(),
            "context": {"create": False},
        }

    @api.readonly
    def action_open_posted_profit(self):
        """Open the profit report of these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_ledger_report_action_job"
        )
        return {
            **action,
            "domain": [("order_id", "in", self.ids)],
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "context": {"search_default_group_kind": 1},
        }
