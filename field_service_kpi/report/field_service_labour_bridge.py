from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.date_utils import end_of

KINDS = {
    "labour": "service_labour_contra_account_id",
    "travel": "service_travel_contra_account_id",
}


class FieldServiceLabourBridge(models.Model):
    """From payroll to work orders, by company and month.

    ``payroll - charged to orders as labour - as travel = unabsorbed``: paid time that
    no order carries, because nobody could sell it or nobody recorded it. All figures
    are balances of posted items by accounting date, in the company's currency, costs
    positive; what is charged is the credit of the contra accounts.
    """

    _name = "field.service.labour.bridge"
    _description = "Payroll and Work Orders"
    _auto = False
    _rec_name = "period"
    _order = "period desc, company_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    period = fields.Date(readonly=True, help="First day of the accounting month.")
    payroll = fields.Monetary(
        readonly=True,
        help="Posted on the payroll and vehicle accounts of the settings.",
    )
    labour = fields.Monetary(string="Charged as Labour", readonly=True)
    travel = fields.Monetary(string="Charged as Travel", readonly=True)
    absorbed = fields.Monetary(
        string="Charged to Work Orders", readonly=True, help="Labour and travel."
    )
    unabsorbed = fields.Monetary(
        readonly=True,
        help="Payroll minus what work orders carry. Negative: the rates charge more "
        "than the team costs.",
    )
    absorbed_share = fields.Float(
        string="Absorbed (%)",
        readonly=True,
        aggregator=None,
        help="What work orders carry, as a share of payroll. Empty without payroll.",
    )

    _depends = {"account.move.line": ["account_id", "balance", "date", "parent_state"]}

    @property
    def _table_query(self):
        return SQL(
            """SELECT item.company_id::bigint * 32768
                        + EXTRACT(YEAR FROM item.period)::bigint * 12
                        + EXTRACT(MONTH FROM item.period)::bigint - 1 AS id,
                      item.company_id, company.currency_id, item.period,
                      SUM(item.payroll) AS payroll,
                      SUM(item.labour) AS labour,
                      SUM(item.travel) AS travel,
                      SUM(item.labour + item.travel) AS absorbed,
                      SUM(item.payroll - item.labour - item.travel) AS unabsorbed,
                      100.0 * SUM(item.labour + item.travel)
                          / NULLIF(SUM(item.payroll), 0) AS absorbed_share
                 FROM (%s) item
                 JOIN res_company company ON company.id = item.company_id
                GROUP BY item.company_id, company.currency_id, item.period""",
            self._get_items_query(),
        )

    def _get_items_query(self):
        """Posted items of both sides; an account that is on both counts on both."""
        month = SQL("date_trunc('month', item.date)::date AS period")
        queries = [
            SQL(
                """SELECT item.company_id, %s, item.balance AS payroll,
                          0.0 AS labour, 0.0 AS travel
                     FROM account_move_line item
                     JOIN field_service_payroll_account_rel payroll
                       ON payroll.res_company_id = item.company_id
                      AND payroll.account_account_id = item.account_id
                    WHERE item.parent_state = 'posted'""",
                month,
            )
        ]
        for kind, name in KINDS.items():
            queries.append(
                SQL(
                    """SELECT item.company_id, %(month)s, 0.0,
                              CASE WHEN %(labour)s THEN -item.balance ELSE 0.0 END,
                              CASE WHEN %(labour)s THEN 0.0 ELSE -item.balance END
                         FROM account_move_line item
                         JOIN res_company company ON company.id = item.company_id
                          AND company.%(account)s = item.account_id
                        WHERE item.parent_state = 'posted'""",
                    month=month,
                    labour=kind == "labour",
                    account=SQL.identifier(name),
                )
            )
        return SQL(" UNION ALL ").join(queries)

    def _open_items(self, accounts):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("account_id", "in", accounts.ids),
                ("date", ">=", self.period),
                ("date", "<=", end_of(self.period, "month")),
                ("parent_state", "=", "posted"),
            ],
            "context": {"create": False},
        }

    @api.readonly
    def action_open_payroll(self):
        """Open the posted items that the payroll of the row is the sum of."""
        return self._open_items(self.company_id.service_payroll_account_ids)

    @api.readonly
    def action_open_absorbed(self):
        """Open the posted items that charged labour and travel to work orders."""
        company = self.company_id
        accounts = self.env["account.account"]
        for name in KINDS.values():
            accounts |= company[name]
        return self._open_items(accounts)
