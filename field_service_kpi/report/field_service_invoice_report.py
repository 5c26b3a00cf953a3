from odoo import fields, models
from odoo.tools import SQL

# More orders than any company will have: invoice and order make one number.
ORDERS = 1 << 24
INVOICE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class FieldServiceInvoiceReport(models.Model):
    """Posted customer invoices of work orders: one row per invoice and order.

    An invoice is shared by what its lines put on each order, before tax; what is on no
    order has a row of its own. Each row is in whole cents of the company's currency and
    ends where the rounded sum of the shares up to it ends, so that the rows of an
    invoice add up to it. Credit notes are negative. What a credit note settles is
    settled, but not paid.
    """

    _name = "field.service.invoice.report"
    _description = "Invoices of Work Orders"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "move_id"
    _order = "date desc, id desc"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    invoice_id = fields.Many2one(
        "account.move",
        string="Invoice without Credit Notes",
        readonly=True,
        aggregator="count_distinct",
    )
    defect_id = fields.Many2one(
        "account.move",
        string="Credited within 14 Days",
        readonly=True,
        aggregator="count_distinct",
    )
    date = fields.Date(string="Invoice Date", readonly=True)
    due_on = fields.Date(readonly=True, help="Day by which it is to be paid.")
    is_private = fields.Boolean(string="Private Customer", readonly=True)
    untaxed = fields.Monetary(string="Before Tax", readonly=True)
    total = fields.Monetary(string="Invoiced", readonly=True)
    paid = fields.Monetary(readonly=True)
    open_amount = fields.Monetary(string="Open", readonly=True)
    paid_week = fields.Monetary(string="Paid within 7 Days", readonly=True)
    paid_same_day = fields.Monetary(readonly=True)
    private_total = fields.Monetary(
        string="Invoiced to Private Customers", readonly=True
    )
    private_same_day = fields.Monetary(
        string="Paid the Same Day by Private Customers", readonly=True
    )
    lag = fields.Integer(
        string="Days to Invoice",
        aggregator="avg",
        readonly=True,
        help="From the completion to the first invoice of the order, on its first "
        "invoice. Billed before the work was done: 0.",
    )
    lag_median = fields.Float(
        string="Days to Invoice (Median)", aggregator="avg", readonly=True
    )
    lag_in_time = fields.Integer(
        string="Invoiced by the Next Day", readonly=True, help="Within one day."
    )

    _depends = {
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move": [
            "amount_total_signed",
            "amount_untaxed_signed",
            "company_id",
            "invoice_date",
            "invoice_date_due",
            "move_type",
            "partner_id",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": ["balance", "display_type", "move_id"],
        "account.partial.reconcile": [
            "amount",
            "credit_move_id",
            "debit_move_id",
            "exchange_move_id",
            "max_date",
        ],
        "field.service.order": [
            "agreement_id",
            "analytic_account_id",
            "completed_on",
            "coverage",
            "is_historic",
            "job_type_id",
            "partner_id",
            "site_id",
            "state",
            "team_id",
        ],
        "res.company": ["currency_exchange_journal_id", "currency_id"],
        "res.currency": ["decimal_places"],
        "res.partner": ["commercial_partner_id", "is_company"],
        "resource.calendar": ["tz"],
    }

    def _select_fields(self):
        invoice = SQL("move.move_type != 'out_refund'")
        return {
            **super()._select_fields(),
            "id": SQL("move.id::bigint * %s + COALESCE(portion.order_id, 0)", ORDERS),
            "partner_id": SQL("COALESCE(service_order.partner_id, move.partner_id)"),
            "move_id": SQL("move.id"),
            "invoice_id": SQL("CASE WHEN %s THEN move.id END", invoice),
            "defect_id": SQL(
                "CASE WHEN %s AND %s THEN move.id END", invoice, self._get_defect_sql()
            ),
            "date": SQL("move.invoice_date"),
            "due_on": SQL("COALESCE(move.invoice_date_due, move.invoice_date)"),
            "is_private": self._get_private_sql(),
            **self._get_amount_columns(),
            **self._get_lag_columns(),
        }

    def _get_amount_columns(self):
        total = SQL("move.amount_total_signed")
        private = self._get_private_sql()
        amounts = {
            "untaxed": SQL("move.amount_untaxed_signed"),
            "total": total,
            "paid": SQL("COALESCE(settled.paid, 0)"),
            "open_amount": SQL("(%s - COALESCE(settled.settled, 0))", total),
            "paid_week": SQL("COALESCE(settled.paid_week, 0)"),
            "paid_same_day": SQL("COALESCE(settled.paid_same_day, 0)"),
        }
        amounts = {name: self._share(amount) for name, amount in amounts.items()}
        for name, source in (
            ("private_total", "total"),
            ("private_same_day", "paid_same_day"),
        ):
            amounts[name] = SQL("CASE WHEN %s THEN %s END", private, amounts[source])
        return amounts

    def _share(self, amount):
        """What one order has of an amount of the invoice, in whole cents."""
        return SQL(
            """(ROUND(%(amount)s * portion.stop, currency.decimal_places)
                - ROUND(%(amount)s * portion.start, currency.decimal_places))""",
            amount=amount,
        )

    def _get_private_sql(self):
        return SQL("NOT COALESCE(commercial.is_company, FALSE)")

    def _get_defect_sql(self):
        """Whether the invoice was credited soon, in whole or in part."""
        return SQL(
            """EXISTS (SELECT 1 FROM account_move credit
                        WHERE credit.reversed_entry_id = move.id
                          AND credit.state = 'posted'
                          AND credit.move_type = 'out_refund'
                          AND credit.invoice_date <= move.invoice_date + 14)"""
        )

    def _get_lag_columns(self):
        """Days from completion to invoice, once for each order."""
        lag = SQL(
            """CASE WHEN service_order.completed_on IS NOT NULL
                     AND service_order.state IN ('done', 'closed')
                     AND service_order.is_historic IS NOT TRUE
                     AND move.id = (%s)
                    THEN GREATEST(move.invoice_date - %s, 0) END""",
            self._get_first_invoice_query(),
            self._get_day_sql(SQL("service_order.completed_on")),
        )
        return {
            "lag": lag,
            "lag_median": lag,
            "lag_in_time": SQL("((%s) <= 1)::integer", lag),
        }

    def _get_first_invoice_query(self):
        plan = self.env["field.service.ledger.report"]._get_plan_sql("share")
        return SQL(
            """SELECT earlier.id
                 FROM account_analytic_line share
                 JOIN account_move_line item ON item.id = share.move_line_id
                 JOIN account_move earlier ON earlier.id = item.move_id
                WHERE %s = service_order.analytic_account_id
                  AND earlier.move_type IN ('out_invoice', 'out_receipt')
                  AND earlier.state = 'posted'
                ORDER BY earlier.invoice_date, earlier.id LIMIT 1""",
            plan,
        )

    # ---------------------------------------------------------------------- tables
    def _from(self):
        return SQL(
            """%(invoices)s
            LEFT JOIN LATERAL (%(settled)s) settled ON TRUE""",
            invoices=self._get_portion_tables(),
            settled=self._get_settled_query(),
        )

    def _get_portion_tables(self):
        """Invoices with their orders."""
        return SQL(
            """account_move move
            JOIN LATERAL (%s) portion ON TRUE
            JOIN res_company company ON company.id = move.company_id
            JOIN res_currency currency ON currency.id = company.currency_id
            LEFT JOIN resource_calendar calendar
                   ON calendar.id = company.resource_calendar_id
            LEFT JOIN field_service_order service_order
                   ON service_order.id = portion.order_id
            LEFT JOIN res_partner partner ON partner.id = move.partner_id
            LEFT JOIN res_partner commercial
                   ON commercial.id = partner.commercial_partner_id""",
            self._get_portion_query(),
        )

    def _where(self):
        return SQL("move.state = 'posted' AND move.move_type IN %s", INVOICE_TYPES)

    def _get_portion_query(self):
        """Orders of one invoice, each with its span of the whole: start to stop.

        None when no line is on an order. What is on no order comes last.
        """
        plan = self.env["field.service.ledger.report"]._get_plan_sql("share")
        return SQL(
            """SELECT weighed.order_id,
                      (weighed.upto - weighed.weight) / weighed.whole AS start,
                      weighed.upto / weighed.whole AS stop
                 FROM (SELECT piece.order_id, SUM(piece.weight) AS weight,
                              SUM(SUM(piece.weight)) OVER (
                                  ORDER BY piece.order_id) AS upto,
                              COALESCE(NULLIF(SUM(SUM(piece.weight)) OVER (), 0), 1)
                                  AS whole,
                              COUNT(piece.order_id) OVER () AS orders
                         FROM (SELECT item.id, owner.order_id, owner.weight
                                 FROM account_move_line item
                                 JOIN LATERAL (
                                     SELECT own.id AS order_id, share.amount AS weight,
                                            0 AS rest
                                       FROM account_analytic_line share
                                       JOIN field_service_order own
                                         ON own.analytic_account_id = %(plan)s
                                      WHERE share.move_line_id = item.id
                                      UNION ALL
                                     SELECT NULL, -share.amount, 0
                                       FROM account_analytic_line share
                                       JOIN field_service_order own
                                         ON own.analytic_account_id = %(plan)s
                                      WHERE share.move_line_id = item.id
                                      UNION ALL
                                     SELECT NULL, -item.balance, 0) owner ON TRUE
                                WHERE item.move_id = move.id
                                  AND item.display_type = 'product') piece
                        GROUP BY piece.order_id) weighed
                WHERE weighed.orders > 0
                  AND (weighed.order_id IS NOT NULL OR weighed.weight != 0)""",
            plan=plan,
        )

    def _get_settled_query(self):
        """What was paid of one invoice, and when; negative for a credit note."""
        sign = SQL("CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END")
        return SQL(
            """SELECT SUM(change.amount) AS settled,
                      SUM(change.amount) FILTER (WHERE change.is_paid) AS paid,
                      SUM(change.amount) FILTER (WHERE change.is_paid
                          AND change.day <= move.invoice_date + 7) AS paid_week,
                      SUM(change.amount) FILTER (WHERE change.is_paid
                          AND change.day <= move.invoice_date) AS paid_same_day
                 FROM (SELECT %(sign)s * change.amount AS amount, change.day,
                              change.is_paid FROM (%(changes)s) change) change""",
            sign=sign,
            changes=self._get_change_query(),
        )

    def _get_change_query(self):
        """Reconciliations of one invoice, with what they are.

        Paid is what came through a bank, cash or card journal or a payment; exchange
        differences belong to it, on its day, as the customer has paid what he owed.
        """
        side = """SELECT partial.id, partial.amount,
                         CASE WHEN journal.id = money.currency_exchange_journal_id
                              THEN COALESCE(
                                  (SELECT MIN(cause.max_date)
                                     FROM account_partial_reconcile cause
                                    WHERE cause.exchange_move_id = other.id),
                                  partial.max_date)
                              ELSE partial.max_date END AS day,
                         (journal.type IN ('bank', 'cash', 'credit')
                          OR other.origin_payment_id IS NOT NULL
                          OR journal.id = money.currency_exchange_journal_id) AS is_paid
                    FROM account_move_line term
                    JOIN account_partial_reconcile partial
                      ON partial.%(mine)s = term.id
                    JOIN account_move_line counter ON counter.id = partial.%(other)s
                    JOIN account_move other ON other.id = counter.move_id
                    JOIN account_journal journal ON journal.id = other.journal_id
                    JOIN res_company money ON money.id = other.company_id
                   WHERE term.move_id = move.id
                     AND term.display_type = 'payment_term'"""
        names = (SQL("debit_move_id"), SQL("credit_move_id"))
        return SQL(
            "%s UNION ALL %s",
            *(
                SQL(side, mine=mine, other=other)
                for mine, other in (names, reversed(names))
            ),
        )

    def _read_group_select(self, aggregate_spec, query):
        # A median of medians is none.
        if aggregate_spec == "lag_median:avg":
            return SQL(
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
                self._field_to_sql(self._table, "lag", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open_invoice(self):
        """Open the invoice of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
