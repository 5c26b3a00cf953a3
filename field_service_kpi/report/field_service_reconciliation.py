from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import end_of

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
    _inherit = ["field.service.reconciliation.bounds"]
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
            """SELECT %(id)s AS id, company_id, currency_id, period, account_id,
                      SUM(profit_and_loss) AS profit_and_loss,
                      SUM(on_orders) AS on_orders,
                      SUM(off_orders) AS off_orders,
                      SUM(split_rest) AS split_rest,
                      SUM(profit_and_loss - on_orders - off_orders - split_rest)
                          AS difference
                 FROM (%(items)s UNION ALL %(shares)s UNION ALL %(orders)s) side
                GROUP BY company_id, currency_id, period, account_id""",
            id=self._get_id_sql(),
            items=self._get_items_query(),
            shares=self._get_shares_query(),
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

    def _get_side(self, tables, where, **figures) -> SQL:
        """Rows of journal items that add to some of the figures.

        The sides are added up instead of joined, so that company and period reach
        every table, and no estimate of the planner can make it look for each item
        in all the others.
        """
        zero = SQL("0.0::numeric")
        return SQL(
            """SELECT item.company_id, item.company_currency_id AS currency_id,
                      date_trunc('month', item.date)::date AS period, item.account_id,
                      %(profit_and_loss)s AS profit_and_loss,
                      %(on_orders)s AS on_orders, %(off_orders)s AS off_orders,
                      %(split_rest)s AS split_rest
                 FROM %(tables)s WHERE %(where)s AND %(conditions)s""",
            tables=tables,
            where=where,
            conditions=self._get_conditions(),
            **{name: figures.get(name, zero) for name in FIGURES[:-1]},
        )

    def _get_items_query(self) -> SQL:
        """All posted items: on no order unless they have shares on the plan."""
        shared = SQL(
            """EXISTS (SELECT FROM account_analytic_line share
                        WHERE share.move_line_id = item.id AND %s IS NOT NULL)""",
            self._get_plan_sql(),
        )
        return self._get_side(
            SQL(
                """account_move_line item
                   JOIN account_account account ON account.id = item.account_id"""
            ),
            self.env["field.service.ledger.report"]._where(),
            profit_and_loss=SQL("-item.balance"),
            off_orders=SQL("CASE WHEN %s THEN 0.0 ELSE -item.balance END", shared),
            split_rest=SQL("CASE WHEN %s THEN -item.balance ELSE 0.0 END", shared),
        )

    def _get_shares_query(self) -> SQL:
        """Amounts on the work order plan, whether or not an order has them.

        A share on an account that no order has is on no order.
        """
        plan = self._get_plan_sql()
        return self._get_side(
            SQL(
                """account_analytic_line share
                   JOIN account_move_line item ON item.id = share.move_line_id
                   JOIN account_account account ON account.id = item.account_id
                   LEFT JOIN field_service_order service_order
                          ON service_order.analytic_account_id = %s""",
                plan,
            ),
            SQL(
                "%s IS NOT NULL AND %s",
                plan,
                self.env["field.service.ledger.report"]._where(),
            ),
            off_orders=SQL(
                "CASE WHEN service_order.id IS NULL THEN share.amount ELSE 0.0 END"
            ),
            split_rest=SQL("-share.amount"),
        )

    def _get_orders_query(self) -> SQL:
        """The same columns from the profit report."""
        report = self.env["field.service.ledger.report"]
        margin = report._select_fields()["margin"]
        return self._get_side(report._from(), report._where(), on_orders=margin)

    def _get_plan_sql(self) -> SQL:
        return self.env["field.service.ledger.report"]._get_plan_sql("share")

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

    @api.readonly
    def action_open_items(self):
        """Open all posted items of the row."""
        return self._open_items(self.env._("Journal Items"), [])

    @api.readonly
    def action_open_on_orders(self):
        """Open the items of the row that are on work orders."""
        name = self.env._("Items on Work Orders")
        return self._open_items(name, [("service_order_ids", "!=", False)])

    @api.readonly
    def action_open_off_orders(self):
        """Open the items of the row that are on no work order."""
        name = self.env._("Items on No Work Order")
        return self._open_items(name, [("service_order_ids", "=", False)])

    @api.readonly
    def action_open_unassigned(self):
        """Open what of the row is on no order, to assign it."""
        company, period, account = self._read_id()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_unassigned_action"
        )
        return {
            **action,
            "domain": [
                ("company_id", "=", company.id),
                ("account_id", "=", account.id),
                ("date", ">=", period),
                ("date", "<=", end_of(period, "month")),
            ],
            "context": {"search_default_open": 1},
        }

    @api.readonly
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
