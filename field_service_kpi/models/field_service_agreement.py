from odoo import api, fields, models

from ..report.field_service_ledger_report import PROFIT_AND_LOSS_TYPES

COST_GROUP = "field_service.group_cost"


class FieldServiceAgreement(models.Model):
    _name = "field.service.agreement"
    _inherit = ["field.service.agreement", "field.service.scorecard.mixin"]

    _scorecard_level = "agreement"

    # Posted figures, life to date unless the context gives service_date_from or
    # service_date_to: read from the ledger at every look, stored nowhere.
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    posted_fees = fields.Monetary(
        string="Posted on the Agreement",
        compute="_compute_posted_profit",
        currency_field="company_currency_id",
        groups=COST_GROUP,
        help="Revenue less costs on the agreement's own account: its fees.",
    )
    posted_orders = fields.Monetary(
        string="Posted on Its Orders",
        compute="_compute_posted_profit",
        currency_field="company_currency_id",
        groups=COST_GROUP,
        help="Revenue less costs on the accounts of its work orders.",
    )
    posted_revenue = fields.Monetary(
        compute="_compute_posted_profit",
        currency_field="company_currency_id",
        groups=COST_GROUP,
    )
    posted_cost = fields.Monetary(
        compute="_compute_posted_profit",
        currency_field="company_currency_id",
        groups=COST_GROUP,
    )
    posted_margin = fields.Monetary(
        compute="_compute_posted_profit",
        currency_field="company_currency_id",
        groups=COST_GROUP,
        help="What the agreement and its work orders earned in posted journal items.",
    )
    posted_margin_rate = fields.Float(
        string="Posted Margin %",
        compute="_compute_posted_profit",
        groups=COST_GROUP,
        help="Posted margin divided by posted revenue; empty without revenue.",
    )

    @api.depends_context("service_date_from", "service_date_to")
    def _compute_posted_profit(self):
        rows = self._get_posted_profit(
            self.env.context.get("service_date_from"),
            self.env.context.get("service_date_to"),
        )
        for agreement in self:
            row = rows[agreement]
            agreement.posted_fees = row["agreement"]
            agreement.posted_orders = row["order"]
            agreement.posted_revenue = row["revenue"]
            agreement.posted_margin = row["agreement"] + row["order"]
            agreement.posted_cost = row["revenue"] - agreement.posted_margin
            agreement.posted_margin_rate = (
                agreement.posted_margin / row["revenue"] if row["revenue"] else 0.0
            )

    def _get_posted_profit(self, date_from=None, date_to=None):
        """Return what these agreements earned in posted journal items.

        Items that another company posted are left out, as their currency may differ.

        :return: ``{agreement: {"agreement": margin, "order": margin, "revenue": ...}}``
        """
        result = {
            agreement: dict.fromkeys(("agreement", "order", "revenue"), 0.0)
            for agreement in self
        }
        domain = [("agreement_id", "in", self._origin.ids)]
        if date_from:
            domain.append(("date", ">=", date_from))
        if date_to:
            domain.append(("date", "<=", date_to))
        # The group of the fields says who sees the figures.
        report = self.env["field.service.agreement.ledger.report"].sudo()
        report._flush_sources()
        groups = report._read_group(
            domain,
            ["agreement_id", "company_id", "source"],
            ["margin:sum", "revenue:sum"],
        )
        found = {agreement._origin.id: agreement for agreement in self}
        for agreement, company, source, margin, revenue in groups:
            if agreement.company_id != company:
                continue
            row = result[found[agreement.id]]
            row[source] = company.currency_id.round(margin)
            row["revenue"] = company.currency_id.round(row["revenue"] + revenue)
        return result

    def _get_profit_accounts(self):
        """Return the analytic accounts that make up the margin of agreements."""
        orders = self.with_context(active_test=False).order_ids
        return self.analytic_account_id | orders.analytic_account_id

    def _get_posted_item_domain(self):
        """Domain of the posted profit and loss items of agreements and their orders."""
        return [
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "in", list(PROFIT_AND_LOSS_TYPES)),
            ("service_agreement_ids", "in", self.ids),
        ]

    @api.readonly
    def action_open_posted_items(self):
        """Open the journal items that make up the margin of these agreements."""
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
        """Open the profit report of these agreements."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_agreement_ledger_report_action"
        )
        return {
            **action,
            "domain": [("agreement_id", "in", self.ids)],
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "context": {"search_default_group_source": 1},
        }
