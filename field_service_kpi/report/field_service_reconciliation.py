from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import end_of

from .field_service_ledger_report import PROFIT_AND_LOSS_TYPES

FIGURES = ("profit_and_loss", "on_orders", "off_orders", "split_rest", "difference")


class FieldServiceReconciliation(models.Model):
    """Profit and loss statement against work orders, by company, month and account.

    ``profit and loss = on orders + on no order + rest of split lines``. The four
    figures come from two sides: what is on orders from the profit report, the rest
    from all posted items, so that an item the report loses or counts twice shows as
    a difference. Income is positive, expense negative, in the company's currency.

    Context ``service_date_from`` and ``service_date_to`` bound the items, to the day.
    """

    _name = "field.service.reconciliation"
    _description = "Work Order Reconciliation"
    _auto = False
    _rec_name = "account_id"
    _order = "period desc, company_id, account_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    period = fields.Date(readonly=True, help="First day of the accounting month.")
    account_id = fields.Many2one("account.account", readonly=True)
    profit_and_loss = fields.Monetary(
        string="Profit and Loss",
        readonly=True,
        help="All posted items of the account in the month.",
    )
    on_orders = fields.Monetary(
        readonly=True, help="The part of it that the profit of work orders contains."
    )
    off_orders = fields.Monetary(
        string="On No Order",
        readonly=True,
        help="Items without any work order, such as salaries or rent.",
    )
    split_rest = fields.Monetary(
        string="Rest of Splits",
        readonly=True,
        help="What is left of items whose shares are not 100 %. The integrity list "
        "names them.",
    )
    difference = fields.Monetary(readonly=True, help="Must be zero.")

    _depends = {
        "field.service.ledger.report": ["margin"],
        "account.move.line": ["balance"],
    }

    @property
    def _table_query(self):
        return SQL(
            """WITH shares AS MATERIALIZED (%(shares)s)
               SELECT %(id)s AS id, company_id, currency_id, period, account_id,
                      SUM(profit_and_loss) AS profit_and_loss,
                      SUM(on_orders) AS on_orders,
                      SUM(off_orders) AS off_orders,
                      SUM(split_rest) AS split_rest,
                      SUM(profit_and_loss - on_orders - off_orders - split_rest)
                          AS difference
                 FROM (%(items)s UNION ALL %(orders)s) side
                GROUP BY company_id, currency_id, period, account_id""",
            id=self._get_id_sql(),
            # Added up once: without statistics (a fresh import) the planner would
            # otherwise do it again for every item.
            shares=self._get_shares_query(),
            items=self._get_items_query(),
            orders=self._get_orders_query(),
        )

    def _get_id_sql(self) -> SQL:
        """Number made of company, month and account: stable, read by ``_read_id``."""
        return SQL(
            """((company_id::bigint << 15)
                + EXTRACT(YEAR FROM period)::bigint * 12
                + EXTRACT(MONTH FROM period)::bigint - 1 << 22) + account_id"""
        )

    def _read_id(self):
        """Return company, first day of the month and account of this row.

        Taken from the number itself: reading the row would compute the report.
        """
        self.ensure_one()
        rest, account_id = divmod(self.id, 1 << 22)
        company_id, month = divmod(rest, 1 << 15)
        return (
            self.env["res.company"].browse(company_id),
            fields.Date.to_date(f"{month // 12:04}-{month % 12 + 1:02}-01"),
            self.env["account.account"].browse(account_id),
        )

    def _get_items_query(self) -> SQL:
        """All posted items, with what their shares leave over."""
        return SQL(
            """SELECT item.company_id, item.company_currency_id AS currency_id,
                      date_trunc('month', item.date)::date AS period, item.account_id,
                      -item.balance AS profit_and_loss,
                      0.0::numeric AS on_orders,
                      COALESCE(shares.off_orders, -item.balance) AS off_orders,
                      COALESCE(-item.balance - shares.amount, 0.0) AS split_rest
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                 LEFT JOIN shares ON shares.move_line_id = item.id
                WHERE item.parent_state = 'posted'
                  AND account.account_type IN %(types)s AND %(conditions)s""",
            types=PROFIT_AND_LOSS_TYPES,
            conditions=self._get_conditions(),
        )

    def _get_shares_query(self) -> SQL:
        """Amounts on the work order plan by item, whether or not an order has them.

        A share on an account that no order has is on no order.
        """
        report = self.env["field.service.ledger.report"]
        plan = report._get_plan_sql("share")
        conditions = self._get_period_conditions()
        item_join = SQL()
        if conditions:
            item_join = SQL(
                "JOIN account_move_line item ON item.id = share.move_line_id AND %s",
                self._get_conditions(),
            )
        return SQL(
            """SELECT share.move_line_id, SUM(share.amount) AS amount,
                      SUM(CASE WHEN service_order.id IS NULL THEN share.amount
                               ELSE 0 END) AS off_orders
                 FROM account_analytic_line share
                 %(item_join)s
                 LEFT JOIN field_service_order service_order
                        ON service_order.analytic_account_id = %(plan)s
                WHERE %(plan)s IS NOT NULL AND share.move_line_id IS NOT NULL
                GROUP BY share.move_line_id""",
            plan=plan,
            item_join=item_join,
        )

    def _get_orders_query(self) -> SQL:
        """The same columns from the profit report."""
        report = self.env["field.service.ledger.report"]
        columns = report._select_fields()
        return SQL(
            """SELECT %(company)s, %(currency)s,
                      date_trunc('month', %(date)s)::date, %(account)s,
                      0.0::numeric, %(margin)s, 0.0::numeric, 0.0::numeric
                 FROM %(tables)s WHERE %(where)s AND %(conditions)s""",
            company=columns["company_id"],
            currency=columns["currency_id"],
            date=columns["date"],
            account=columns["account_id"],
            margin=columns["margin"],
            tables=report._from(),
            where=report._where(),
            conditions=self._get_conditions(),
        )

    def _get_period_conditions(self) -> list[SQL]:
        context = self.env.context
        return self.env["field.service.ledger.report"]._get_period_conditions(
            context.get("service_date_from"), context.get("service_date_to")
        )

    def _get_conditions(self) -> SQL:
        return SQL(" AND ").join([SQL("TRUE"), *self._get_period_conditions()])

    @api.model
    def _get_totals(self, company, date_from=None, date_to=None):
        """Return the reconciliation of a company in one row of figures.

        Keys: ``profit_and_loss``, ``on_orders`` (from the profit report),
        ``sum_of_margins`` (from the query that the orders themselves show),
        ``off_orders``, ``split_rest``, ``unexplained`` (profit and loss minus sum of
        margins, off orders and split rest) and ``rows_with_difference``, the number
        of months and accounts that do not tie. Income is positive, in the company's
        currency; both dates are included.
        """
        bounded = self.with_context(
            service_date_from=date_from, service_date_to=date_to
        )
        domain = Domain("company_id", "=", company.id)
        [sums] = bounded._read_group(domain, [], [f"{name}:sum" for name in FIGURES])
        totals = dict(zip(FIGURES, sums, strict=True))
        totals["sum_of_margins"] = bounded._get_sum_of_margins(company)
        totals["unexplained"] = totals["profit_and_loss"] - sum(
            totals[name] for name in ("sum_of_margins", "off_orders", "split_rest")
        )
        del totals["difference"]
        # Adding 0.0 turns a rounded -0.0 into 0.0.
        totals = {
            name: company.currency_id.round(amount or 0.0) + 0.0
            for name, amount in totals.items()
        }
        totals["rows_with_difference"] = bounded.search_count(
            domain & Domain("difference", "!=", 0)
        )
        return totals

    def _get_sum_of_margins(self, company):
        """Return the sum of what the orders show as margin, in this company."""
        report = self.env["field.service.ledger.report"]
        report._flush_sources()
        query = report._get_profit_query(
            [*self._get_period_conditions(), SQL("item.company_id = %s", company.id)]
        )
        [(total,)] = self.env.execute_query(
            SQL("SELECT COALESCE(SUM(margin), 0) FROM (%s) profit", query)
        )
        return total

    def _get_item_domain(self):
        """Domain of the posted journal items of this row."""
        company, period, account = self._read_id()
        return [
            ("company_id", "=", company.id),
            ("account_id", "=", account.id),
            ("date", ">=", period),
            ("date", "<=", end_of(period, "month")),
            ("parent_state", "=", "posted"),
        ]

    def _open_items(self, name, condition):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [*self._get_item_domain(), *condition],
            "context": {"create": False},
        }

    def action_open_items(self):
        """Open all posted items of the row."""
        return self._open_items(self.env._("Journal Items"), [])

    def action_open_on_orders(self):
        """Open the items of the row that are on work orders."""
        name = self.env._("Items on Work Orders")
        return self._open_items(name, [("service_order_ids", "!=", False)])

    def action_open_off_orders(self):
        """Open the items of the row that are on no work order."""
        name = self.env._("Items on No Work Order")
        return self._open_items(name, [("service_order_ids", "=", False)])

    def action_open_integrity(self):
        """Open the split lines of the row that are not 100 %."""
        company, period, account = self._read_id()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_integrity_action"
        )
        return {
            **action,
            "domain": [
                ("company_id", "=", company.id),
                ("account_id", "=", account.id),
                ("date", ">=", period),
                ("date", "<=", end_of(period, "month")),
            ],
        }
