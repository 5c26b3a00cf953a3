import hashlib
import json

from odoo import fields, models
from odoo.tools import SQL

from ..report.field_service_ledger_report import PROFIT_AND_LOSS_TYPES

# Changes whenever the same items would give other figures.
DEFINITION_VERSION = "2026-11"
FIGURES = ("profit_and_loss", "on_orders", "off_orders", "split_rest", "difference")


class FieldServiceSignoffFreeze(models.AbstractModel):
    """The figures of a sign-off: computed, frozen by SQL, and hashed.

    The number of statements does not depend on how many orders or items there are.
    """

    _name = "field.service.signoff.freeze"
    _description = "Frozen Figures of a Sign-off"

    currency_id = fields.Many2one("res.currency")
    profit_and_loss = fields.Monetary(
        string="Profit and Loss", readonly=True, copy=False
    )
    on_orders = fields.Monetary(readonly=True, copy=False)
    off_orders = fields.Monetary(string="On No Order", readonly=True, copy=False)
    split_rest = fields.Monetary(string="Rest of Splits", readonly=True, copy=False)
    difference = fields.Monetary(readonly=True, copy=False, help="Must be zero.")
    item_count = fields.Integer(string="Posted Items", readonly=True, copy=False)
    error_count = fields.Integer(
        string="Findings",
        readonly=True,
        copy=False,
        help="How many findings said that profit is wrong.",
    )
    open_count = fields.Integer(
        string="Items to Assign",
        readonly=True,
        copy=False,
        help="Items on service accounts that were on no order, and nobody has said "
        "that it is on purpose.",
    )
    open_amount = fields.Monetary(string="To Assign", readonly=True, copy=False)

    def _get_figures(self):
        """Return the figures of the period as they are now."""
        self.ensure_one()
        totals = self.env["field.service.reconciliation"]._get_totals(
            self.company_id, self.date_from, self.date_to
        )
        period = self._get_period_domain()
        errors = [*period, ("severity", "=", "1_error")]
        unassigned = [*period, ("state", "=", "open"), ("in_scope", "=", True)]
        [(open_count, open_amount)] = self.env["field.service.unassigned"]._read_group(
            unassigned, [], ["__count", "amount:sum"]
        )
        posted = [
            *period,
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "in", PROFIT_AND_LOSS_TYPES),
        ]
        return {
            "profit_and_loss": totals["profit_and_loss"],
            "on_orders": totals["sum_of_margins"],
            "off_orders": totals["off_orders"],
            "split_rest": totals["split_rest"],
            "difference": totals["unexplained"],
            "item_count": self.env["account.move.line"].search_count(posted),
            "error_count": self.env["field.service.integrity"].search_count(errors),
            "open_count": open_count,
            "open_amount": open_amount or 0.0,
        }

    def _freeze(self, figures):
        """Write down figures, lines, items, and the hash over all of them."""
        self.ensure_one()
        # Accountants sign; what is signed is written by the suite alone.
        signoff = self.sudo()
        report = self.env["field.service.ledger.report"]
        report._flush_sources()
        self.env.flush_all()
        self.env.cr.execute(signoff._get_items_insert(report))
        self.env.cr.execute(signoff._get_lines_insert())
        self.env.invalidate_all()
        signoff.write(
            {
                **figures,
                "signed_by_id": self.env.uid,
                "signed_on": fields.Datetime.now(),
                "definition_version": DEFINITION_VERSION,
            }
        )
        signoff.write({"content_hash": signoff._get_hash(), "state": "signed"})
        signoff.flush_recordset()

    def _get_items_insert(self, report) -> SQL:
        """One statement: what each item gives to each order, and of which kind."""
        return SQL(
            """INSERT INTO field_service_signoff_item (signoff_id, company_id, order_id,
                      account_id, cost_kind, item_key, entry, date, amount)
               SELECT %(signoff)s, item.company_id, service_order.id, item.account_id,
                      %(kind)s, item.id, entry.name, item.date, SUM(share.amount)
                 FROM %(tables)s
                WHERE %(where)s AND %(period)s
                GROUP BY item.id, service_order.id, entry.id, 5""",
            signoff=self.id,
            kind=report._get_cost_kind_sql(),
            tables=report._from(),
            where=report._where(),
            period=self._get_period_sql(),
        )

    def _get_period_sql(self) -> SQL:
        return SQL(
            "item.company_id = %s AND item.date >= %s AND item.date <= %s",
            self.company_id.id,
            self.date_from,
            self.date_to,
        )

    def _get_lines_insert(self) -> SQL:
        """One statement: by order, account and kind; the rest by account alone."""
        return SQL(
            """WITH frozen AS (
                SELECT order_id, account_id, cost_kind, SUM(amount) AS amount,
                       COUNT(DISTINCT item_key) AS item_count
                  FROM field_service_signoff_item WHERE signoff_id = %(signoff)s
                 GROUP BY 1, 2, 3
            ), booked AS (
                SELECT item.account_id, SUM(-item.balance) AS amount,
                       COUNT(*) AS item_count
                  FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                 WHERE item.parent_state = 'posted'
                   AND account.account_type IN %(types)s AND %(period)s
                 GROUP BY 1
            ), rest AS (
                SELECT booked.account_id, booked.item_count,
                       booked.amount - COALESCE(SUM(frozen.amount), 0) AS amount
                  FROM booked LEFT JOIN frozen USING (account_id)
                 GROUP BY booked.account_id, booked.amount, booked.item_count
            )
            INSERT INTO field_service_signoff_line (signoff_id, company_id, order_id,
                   order_name, account_id, account_code, cost_kind, amount, item_count)
            SELECT %(signoff)s, %(company)s, line.order_id, service_order.name,
                   line.account_id, account.code_store->>%(root)s, line.cost_kind,
                   line.amount, line.item_count
              FROM (SELECT * FROM frozen UNION ALL
                    SELECT NULL, account_id, 'none', amount, item_count FROM rest
                     WHERE amount <> 0) line
              JOIN account_account account ON account.id = line.account_id
              LEFT JOIN field_service_order service_order
                     ON service_order.id = line.order_id
             ORDER BY line.order_id, line.account_id, line.cost_kind""",
            signoff=self.id,
            company=self.company_id.id,
            root=str(self.company_id.root_id.id),
            types=PROFIT_AND_LOSS_TYPES,
            period=self._get_period_sql(),
        )

    # ----------------------------------------------------------------------- hash
    def _get_hash(self):
        """Return the SHA-256 over the frozen figures in a canonical form.

        A JSON object with sorted keys: period, company, signature, figures with the
        decimals of the currency, and the digests of lines and items. Those are taken
        over rows of text in the order of their bytes, so that no later name, code
        or merge of an account has a say.
        """
        self.ensure_one()
        digits = self.currency_id.decimal_places
        content = {
            "company": self.company_id.id,
            "currency": self.currency_id.name,
            "date_from": str(self.date_from),
            "date_to": str(self.date_to),
            "definition": self.definition_version,
            "exception": self.exception_reason or "",
            "revision": self.revision,
            "signed_by": self.signed_by_id.id,
            "signed_on": fields.Datetime.to_string(self.signed_on),
            "figures": {name: f"{self[name]:.{digits}f}" for name in FIGURES},
            "open": [self.open_count, f"{self.open_amount:.{digits}f}"],
            "errors": self.error_count,
            "items": self.item_count,
            "lines_sha256": self._get_rows_hash(
                "field_service_signoff_line",
                ("order_id", "order_name", "account_code", "cost_kind", "item_count"),
            ),
            "items_sha256": self._get_rows_hash(
                "field_service_signoff_item",
                ("item_key", "order_id", "cost_kind", "date", "entry"),
            ),
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _get_rows_hash(self, table, columns):
        """Return the SHA-256 of all rows of a sign-off, computed by the database."""
        row = SQL(
            "jsonb_build_array(%s, ROUND(amount, %s)::text)::text",
            SQL(", ").join(SQL.identifier(name) for name in columns),
            self.currency_id.decimal_places,
        )
        [(digest,)] = self.env.execute_query(
            SQL(
                """SELECT encode(sha256(convert_to(COALESCE(string_agg(
                          %(row)s, E'\n' ORDER BY (%(row)s) COLLATE "C"), ''),
                          'UTF8')), 'hex')
                     FROM %(table)s WHERE signoff_id = %(signoff)s""",
                row=row,
                table=SQL.identifier(table),
                signoff=self.id,
            )
        )
        return digest

    def _is_intact(self):
        """Tell whether the frozen figures still have the hash they were signed with."""
        self.ensure_one()
        self.env.flush_all()
        self.invalidate_recordset()
        return self._get_hash() == self.content_hash
