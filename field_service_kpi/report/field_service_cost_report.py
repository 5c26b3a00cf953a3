from odoo import fields, models
from odoo.tools import SQL

from .field_service_ledger_report import INCOME_TYPES


class FieldServiceCostReport(models.Model):
    """Posted direct costs of service, on work orders or not: one row per item.

    Service costs are items on the service accounts of the settings; when none are
    chosen, on accounts for direct costs and the cost accounts of the suite. The contra
    accounts of the suite and payroll are no cost of service: they are what the orders
    are charged from.
    """

    _name = "field.service.cost.report"
    _description = "Direct Costs of Service"
    _auto = False
    _rec_name = "move_line_id"
    _order = "date desc, id desc"

    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
    cost = fields.Monetary(readonly=True)
    off_orders = fields.Monetary(
        string="On No Order", readonly=True, help="The part that no work order carries."
    )

    _depends = {
        "account.account": ["account_type"],
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_currency_id",
            "company_id",
            "date",
            "move_id",
            "parent_state",
        ],
        "field.service.order": ["analytic_account_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """SELECT item.id, item.id AS move_line_id, item.move_id, item.account_id,
                      item.company_id, item.company_currency_id AS currency_id,
                      item.date, item.balance AS cost,
                      item.balance + COALESCE((%(shares)s), 0) AS off_orders
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                 JOIN res_company company ON company.id = item.company_id
                WHERE item.parent_state = 'posted' AND %(accounts)s""",
            shares=self._get_shares_query(),
            accounts=self._get_account_condition(),
        )

    def _get_shares_query(self):
        plan = self.env["field.service.ledger.report"]._get_plan_sql("share")
        return SQL(
            """SELECT SUM(share.amount) FROM account_analytic_line share
                 JOIN field_service_order service_order
                   ON service_order.analytic_account_id = %s
                WHERE share.move_line_id = item.id""",
            plan,
        )

    def _get_account_condition(self):
        """Which accounts carry costs of service, company by company."""
        names = sorted(self.env.company._get_service_account_fields())
        groups = {True: [], False: []}
        for name in names:
            groups["contra" in name].append(SQL("company.%s", SQL.identifier(name)))
        return SQL(
            """CASE WHEN EXISTS (SELECT 1 FROM field_service_scope_account_rel scope
                                  WHERE scope.res_company_id = item.company_id)
                    THEN account.account_type NOT IN %(income)s AND EXISTS (
                        SELECT 1 FROM field_service_scope_account_rel scope
                         WHERE scope.res_company_id = item.company_id
                           AND scope.account_account_id = item.account_id)
                    ELSE account.account_type = 'expense_direct_cost'
                         OR item.account_id IN (%(costs)s) END
               AND item.account_id NOT IN (%(contra)s)
               AND NOT EXISTS (
                   SELECT 1 FROM field_service_payroll_account_rel payroll
                    WHERE payroll.res_company_id = item.company_id
                      AND payroll.account_account_id = item.account_id)""",
            income=INCOME_TYPES,
            costs=SQL(", ").join([SQL("0"), *groups[False]]),
            contra=SQL(", ").join(
                [SQL("0"), *(SQL("COALESCE(%s, 0)", one) for one in groups[True])]
            ),
        )

    def action_open_items(self):
        """Open the journal items of the chosen rows."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Posted Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
            "context": {"create": False},
        }
