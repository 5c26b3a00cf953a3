from odoo import api, fields, models
from odoo.tools import SQL

# The accounts that make up the profit and loss statement, and nothing else.
INCOME_TYPES = ("income", "income_other")
PROFIT_AND_LOSS_TYPES = (
    *INCOME_TYPES,
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
)
COST_KINDS = ("parts", "labour", "travel", "subcontract", "other")


class FieldServiceLedgerReport(models.Model):
    """Posted profit and loss items by work order: one row per attributed share.

    A row is an analytic line of a posted journal item, ``id`` is that of the
    analytic line. Period, company and account are those of the journal item.
    Revenue is positive, costs are positive, margin is revenue minus costs, all in
    the currency of the item's company. The report is flat, so that any filter
    reaches the tables; figures that a query does not ask for cost it nothing.
    """

    _name = "field.service.ledger.report"
    _description = "Work Order Profit"
    _inherit = ["field.service.live.report"]
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    order_id = fields.Many2one("field.service.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    # A column of its own: a related currency makes the web client ask twice.
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    site_id = fields.Many2one("res.partner", readonly=True)
    asset_id = fields.Many2one(
        "field.service.asset",
        string="Equipment",
        readonly=True,
        help="The first registered one, when the order has several.",
    )
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    responsible_id = fields.Many2one(
        "res.users", readonly=True, help="Leader of the order's team."
    )
    agreement_id = fields.Many2one("field.service.agreement", readonly=True)
    coverage = fields.Selection(
        selection=lambda self: self.env["field.service.order"]
        ._fields["coverage"]
        ._description_selection(self.env),
        readonly=True,
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    completed_on = fields.Date(
        readonly=True,
        help="Day on which the order was completed, by the clock of its company.",
    )
    origin_order_id = fields.Many2one(
        "field.service.order",
        string="Original Order",
        readonly=True,
        help="The order itself, or the one it is a callback of.",
    )
    cost_kind = fields.Selection(
        selection=[
            ("revenue", "Revenue"),
            ("parts", "Parts"),
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("subcontract", "Subcontract"),
            ("other", "Other"),
        ],
        string="Kind",
        readonly=True,
    )
    revenue = fields.Monetary(readonly=True)
    parts = fields.Monetary(readonly=True)
    labour = fields.Monetary(readonly=True)
    travel = fields.Monetary(readonly=True)
    subcontract = fields.Monetary(readonly=True)
    other = fields.Monetary(string="Other Costs", readonly=True)
    margin = fields.Monetary(readonly=True)
    margin_rate = fields.Float(string="Margin %", aggregator="avg", readonly=True)

    _depends = {
        "account.account": ["account_type"],
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move": ["move_type", "state"],
        "account.move.line": [
            "account_id",
            "company_currency_id",
            "company_id",
            "date",
            "display_type",
            "move_id",
            "parent_state",
            "product_id",
            "service_cost_type",
        ],
        "field.service.order": [
            "agreement_id",
            "analytic_account_id",
            "callback_of_id",
            "company_id",
            "completed_on",
            "coverage",
            "job_type_id",
            "partner_id",
            "site_id",
            "team_id",
        ],
        "field.service.team": ["leader_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "type"],
        "res.company": ["resource_calendar_id"],
        "resource.calendar": ["tz"],
    }

    @property
    def _table_query(self):
        select = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._select_fields().items()
        )
        return SQL("SELECT %s FROM %s WHERE %s", select, self._from(), self._where())

    def _select_fields(self) -> dict[str, SQL]:
        """Columns by field name. Extend with ``{**super()._select_fields(), ...}``.

        The aliases are ``share`` (analytic line), ``item`` (journal item),
        ``account`` and ``service_order``; see ``_from`` for the optional ones.
        """
        order_columns = (
            *("partner_id", "site_id", "job_type_id", "team_id"),
            *("agreement_id", "coverage"),
        )
        item_columns = ("company_id", "move_id", "account_id", "product_id", "date")
        return {
            "id": SQL("share.id"),
            "order_id": SQL("service_order.id"),
            "move_line_id": SQL("item.id"),
            "currency_id": SQL("item.company_currency_id"),
            **{name: SQL.identifier("item", name) for name in item_columns},
            **{name: SQL.identifier("service_order", name) for name in order_columns},
            "asset_id": self._get_asset_sql(),
            "responsible_id": SQL("team.leader_id"),
            "categ_id": SQL("template.categ_id"),
            "completed_on": self._get_completed_on_sql(),
            "origin_order_id": SQL(
                "COALESCE(service_order.callback_of_id, service_order.id)"
            ),
            "cost_kind": self._get_cost_kind_sql(),
            **self._get_figures_sql(self._get_cost_kind_sql(), SQL("share.amount")),
            # A rate belongs to a set of rows, see _read_group_select.
            "margin_rate": SQL("NULL::double precision"),
        }

    def _from(self) -> SQL:
        """Tables of the report. The inner joins say what is counted."""
        return SQL(
            """account_analytic_line share
            JOIN field_service_order service_order
              ON service_order.analytic_account_id = %(plan)s
            JOIN account_move_line item ON item.id = share.move_line_id
            JOIN account_account account ON account.id = item.account_id
            %(order_joins)s
            %(kind_joins)s""",
            plan=self._get_plan_sql("share"),
            order_joins=self._get_order_joins(),
            kind_joins=self._get_cost_kind_joins(),
        )

    def _where(self) -> SQL:
        """Posted items on profit and loss accounts."""
        return SQL(
            "item.parent_state = 'posted' AND account.account_type IN %s",
            PROFIT_AND_LOSS_TYPES,
        )

    def _get_plan_sql(self, alias) -> SQL:
        """Column of an analytic line that carries the work order's account."""
        column = self.env["field.service.order"]._get_plan_column()
        field = self.env["account.analytic.line"]._fields[column]
        return SQL.identifier(alias, column, to_flush=field)

    def _get_asset_sql(self) -> SQL:
        """The order's first equipment: a row may not be counted twice."""
        field = self.env["field.service.order"]._fields["asset_ids"]
        return SQL(
            "(SELECT MIN(link.%s) FROM %s link WHERE link.%s = service_order.id)",
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
        )

    def _get_order_joins(self) -> SQL:
        """What belongs to the order; left joins on keys, dropped if unused.

        They start from the order once more: columns that joins were dropped for are
        read all the same, and an index alone would not do for ``service_order``.
        """
        return SQL(
            """LEFT JOIN field_service_order detail
                   ON detail.analytic_account_id = service_order.analytic_account_id
            LEFT JOIN field_service_team team ON team.id = detail.team_id
            LEFT JOIN res_company company ON company.id = detail.company_id
            LEFT JOIN resource_calendar calendar
                   ON calendar.id = company.resource_calendar_id"""
        )

    def _get_completed_on_sql(self) -> SQL:
        """Day of the completion: one clock per company, whoever reads the report."""
        return SQL(
            """(detail.completed_on AT TIME ZONE 'UTC'
                AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date"""
        )

    def _get_cost_kind_joins(self) -> SQL:
        """What ``_get_cost_kind_sql`` reads; left joins on keys, dropped if unused."""
        return SQL(
            """LEFT JOIN account_move entry ON entry.id = item.move_id
            -- Vendors' bills alone: a fifth of the entries to be remembered.
            LEFT JOIN account_move bill ON bill.id = item.move_id
             AND bill.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
            LEFT JOIN product_product product ON product.id = item.product_id
            LEFT JOIN product_template template
                   ON template.id = product.product_tmpl_id"""
        )

    def _get_cost_kind_sql(self) -> SQL:
        """Kind of a row: presentation only, the margin never depends on it.

        Our own entries say it themselves. A vendor's bill is a subcontractor's
        unless the line buys goods; what the vendor's taxes add is "other".
        """
        items = self.env["account.move.line"]._fields
        links = []
        if "expense_id" in items:  # hr_expense
            links.append(SQL("WHEN item.expense_id IS NOT NULL THEN 'travel'"))
        goods = SQL("COALESCE(template.type, 'service') <> 'service'")
        purchase = SQL("bill.id IS NOT NULL")
        if "purchase_line_id" in items:  # purchase
            purchase = SQL("(%s OR item.purchase_line_id IS NOT NULL)", purchase)
        return SQL(
            """CASE WHEN item.service_cost_type IS NOT NULL THEN item.service_cost_type
                    WHEN account.account_type IN %(income)s THEN 'revenue'
                    WHEN item.display_type = 'cogs' THEN 'parts'
                    %(links)s
                    WHEN %(purchase)s AND item.display_type = 'product'
                    THEN CASE WHEN %(goods)s THEN 'parts' ELSE 'subcontract' END
                    ELSE 'other' END""",
            income=INCOME_TYPES,
            links=SQL(" ").join(links),
            purchase=purchase,
            goods=goods,
        )

    def _get_figures_sql(self, kind, amount) -> dict[str, SQL]:
        """Amount columns of one row; ``amount`` is positive for revenue."""
        zero = SQL("0.0::numeric")
        figures = {
            "revenue": SQL(
                "CASE WHEN %s = 'revenue' THEN %s ELSE %s END", kind, amount, zero
            )
        }
        for name in COST_KINDS:
            figures[name] = SQL(
                "CASE WHEN %s = %s THEN -%s ELSE %s END", kind, name, amount, zero
            )
        return {**figures, "margin": amount}

    def _read_group_select(self, aggregate_spec, query):
        # The rate of a group is the ratio of its sums, not the mean of its rates.
        if aggregate_spec == "margin_rate:avg":
            return SQL(
                "SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "margin", query),
                self._field_to_sql(self._table, "revenue", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def _get_profit_query(self, conditions=(), share_condition=None) -> SQL:
        """Query of the figures by order and company, for a bounded set of orders.

        From many orders to their items, the planner would start from the ledger;
        the materialised parts make it start from the analytic lines.

        :param conditions: on ``item``, the journal items
        :param share_condition: on ``share``, the analytic lines
        """
        figures = self._get_figures_sql(SQL("cost_kind"), SQL("amount"))
        return SQL(
            """WITH account AS MATERIALIZED (
                SELECT id, account_type FROM account_account WHERE account_type IN %s
            ), share AS MATERIALIZED (%s), entry_share AS (%s)
            SELECT service_order.id AS order_id, entry_share.company_id, %s
              FROM entry_share
              JOIN field_service_order service_order
             USING (analytic_account_id)
             GROUP BY 1, 2""",
            PROFIT_AND_LOSS_TYPES,
            self._get_share_query(share_condition or SQL("TRUE")),
            self._get_entry_share_query(conditions),
            SQL(", ").join(
                SQL("SUM(%s) AS %s", expression, SQL.identifier(name))
                for name, expression in figures.items()
            ),
        )

    def _get_share_query(self, condition) -> SQL:
        """Amounts by work order account and journal item."""
        return SQL(
            """SELECT %(plan)s AS analytic_account_id, share.move_line_id,
                      SUM(share.amount) AS amount
                 FROM account_analytic_line share
                WHERE %(plan)s IS NOT NULL AND share.move_line_id IS NOT NULL
                  AND %(condition)s
                GROUP BY 1, 2""",
            plan=self._get_plan_sql("share"),
            condition=condition,
        )

    def _get_entry_share_query(self, conditions) -> SQL:
        """Those of posted profit and loss items, with their kind."""
        return SQL(
            """SELECT share.analytic_account_id, item.company_id, share.amount,
                      %(kind)s AS cost_kind
                 FROM share
                 JOIN account_move_line item ON item.id = share.move_line_id
                  AND item.parent_state = 'posted' AND %(conditions)s
                 JOIN account ON account.id = item.account_id
                 %(joins)s""",
            kind=self._get_cost_kind_sql(),
            conditions=SQL(" AND ").join([SQL("TRUE"), *conditions]),
            joins=self._get_cost_kind_joins(),
        )

    def _get_period_conditions(self, date_from=None, date_to=None) -> list[SQL]:
        """Conditions on ``item`` for an accounting period, both ends included."""
        conditions = []
        if date_from:
            conditions.append(SQL("item.date >= %s", fields.Date.to_date(date_from)))
        if date_to:
            conditions.append(SQL("item.date <= %s", fields.Date.to_date(date_to)))
        return conditions

    def _flush_sources(self):
        """Write out what raw SQL on the report's tables is going to read."""
        for model_name, field_names in self._depends.items():
            self.env[model_name].flush_model(field_names)

    @api.readonly
    def action_open_items(self):
        """Open the journal items of the chosen rows."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Posted Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.move_line_id.ids)],
            "context": {"create": False},
        }

    @api.readonly
    def action_open_move_line(self):
        """Open the journal entry a row comes from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
