from odoo import fields, models
from odoo.tools import SQL

REASON_FORGOTTEN = "field_service.field_service_reason_leakage_forgotten"


class FieldServiceChargeReport(models.Model):
    """What was worked, what is billed of it and what waits: one row per charge.

    In the currency of the company, at the rate of the day the work was recorded.
    Leakage is what could have been billed and is not: discounts, what was left out,
    goodwill, what is beyond the customer's limit. What a warranty or an agreement
    covers was never to be billed.
    """

    _name = "field.service.charge.report"
    _description = "Work Charged and Not Billed"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "charge_id"
    _order = "recorded_on desc, id desc"

    charge_id = fields.Many2one("field.service.charge", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    # A person's figures are his own and his manager's.
    technician_id = fields.Many2one(
        "hr.employee", readonly=True, groups="field_service.group_manager"
    )
    kind = fields.Selection(
        selection=lambda self: self.env["field.service.charge"]
        ._fields["kind"]
        ._description_selection(self.env),
        readonly=True,
    )
    order_state = fields.Selection(
        selection=lambda self: self.env["field.service.order"]
        ._fields["state"]
        ._description_selection(self.env),
        string="State of the Order",
        readonly=True,
    )
    date = fields.Date(string="Completed On", readonly=True)
    recorded_on = fields.Date(
        readonly=True, help="Day of the visit, else of the completion or the entry."
    )
    invoiced_on = fields.Date(
        readonly=True, help="Date of the first posted invoice; empty while it waits."
    )
    billed_after_on = fields.Date(
        readonly=True, help="When completed work was invoiced, not before completion."
    )
    age = fields.Selection(
        selection=[
            ("0", "0–5 days"),
            ("1", "6–15 days"),
            ("2", "16–30 days"),
            ("3", "More than 30 days"),
        ],
        readonly=True,
        help="Of what waits to be invoiced, since the completion, else the work.",
    )
    leakage_reason_id = fields.Many2one(
        "field.service.reason", string="Not Billed Because", readonly=True
    )
    list_value = fields.Monetary(
        readonly=True, help="What was to be billed, at the price without any discount."
    )
    billable = fields.Monetary(string="To Bill", readonly=True)
    leakage = fields.Monetary(readonly=True)
    discount = fields.Monetary(readonly=True)
    left_out = fields.Monetary(readonly=True)
    goodwill = fields.Monetary(readonly=True)
    beyond_limit = fields.Monetary(readonly=True)
    forgotten = fields.Monetary(
        readonly=True, help="Left out with the reason that it was forgotten."
    )
    unbilled = fields.Monetary(
        string="Not Yet Invoiced", readonly=True, help="As of now."
    )

    _depends = {
        "account.move": ["invoice_date", "move_type", "state"],
        "account.move.line": ["move_id", "parent_state"],
        "field.service.charge": [
            "agreed_amount",
            "amount",
            "coverage",
            "covered_amount",
            "currency_id",
            "discount_amount",
            "kind",
            "leakage_reason_id",
            "left_out_amount",
            "order_id",
            "product_id",
            "sale_line_id",
            "state",
            "visit_id",
        ],
        "field.service.order": [
            "agreement_id",
            "company_id",
            "completed_on",
            "coverage",
            "job_type_id",
            "partner_id",
            "site_id",
            "state",
            "team_id",
        ],
        "field.service.visit": ["technician_id", "work_date"],
        "res.company": ["currency_id", "resource_calendar_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "resource.calendar": ["tz"],
        "sale.order.line": ["invoice_lines"],
    }

    def _select_fields(self):
        columns = ("leakage_reason_id", "product_id", "kind")
        completed = SQL(
            "CASE WHEN service_order.state IN ('done', 'closed') THEN %s END",
            self._get_day_sql(SQL("service_order.completed_on")),
        )
        return {
            **super()._select_fields(),
            "id": SQL("charge.id"),
            "charge_id": SQL("charge.id"),
            "technician_id": SQL("visit.technician_id"),
            "order_state": SQL("service_order.state"),
            **{name: SQL.identifier("charge", name) for name in columns},
            "date": completed,
            "recorded_on": self._get_recorded_sql(),
            "billed_after_on": SQL(
                """CASE WHEN invoiced.invoiced_on IS NOT NULL
                        THEN GREATEST(invoiced.invoiced_on, %s) END""",
                completed,
            ),
            "invoiced_on": SQL("invoiced.invoiced_on"),
            "age": self._get_age_sql(),
            **self._get_amount_columns(),
        }

    def _get_recorded_sql(self):
        return SQL(
            "COALESCE(visit.work_date, %s, %s)",
            self._get_day_sql(SQL("service_order.completed_on")),
            self._get_day_sql(SQL("charge.create_date")),
        )

    def _get_age_sql(self):
        return SQL(
            """CASE WHEN %(waits)s THEN
                    CASE WHEN %(days)s <= 5 THEN '0' WHEN %(days)s <= 15 THEN '1'
                         WHEN %(days)s <= 30 THEN '2' ELSE '3' END END""",
            waits=self._get_waiting_sql(),
            days=SQL(
                "(%s - COALESCE(%s, %s))",
                self._get_today_sql(),
                self._get_day_sql(SQL("service_order.completed_on")),
                self._get_recorded_sql(),
            ),
        )

    def _get_waiting_sql(self):
        """What is to be billed, and is on no posted invoice."""
        return SQL(
            """(charge.state != 'not_billable' AND invoiced.invoiced_on IS NULL
                AND service_order.state != 'cancelled')"""
        )

    def _get_amount_columns(self):
        limit = SQL("CASE WHEN charge.kind = 'limit' THEN -charge.agreed_amount END")
        goodwill = SQL(
            "CASE WHEN charge.coverage = 'goodwill' THEN charge.covered_amount END"
        )
        forgotten = self.env["ir.model.data"]._xmlid_to_res_id(REASON_FORGOTTEN)
        amounts = {
            "billable": SQL("charge.amount"),
            "discount": SQL("charge.discount_amount"),
            "left_out": SQL("charge.left_out_amount"),
            "goodwill": SQL("COALESCE(%s, 0)", goodwill),
            "beyond_limit": SQL("COALESCE(%s, 0)", limit),
            "forgotten": SQL(
                """CASE WHEN charge.leakage_reason_id = %s
                        THEN charge.left_out_amount ELSE 0 END""",
                forgotten or None,
            ),
            "unbilled": SQL(
                "CASE WHEN %s THEN charge.amount ELSE 0 END", self._get_waiting_sql()
            ),
        }
        parts = [
            SQL("COALESCE(%s, 0)", amounts[name])
            for name in ("discount", "left_out", "goodwill", "beyond_limit")
        ]
        amounts["leakage"] = SQL("(%s)", SQL(" + ").join(parts))
        # What is beyond a limit was charged in full by another line.
        whole = [SQL("COALESCE(charge.amount, 0)"), *parts]
        amounts["list_value"] = SQL("(%s)", SQL(" + ").join(whole))
        day = self._get_recorded_sql()
        return {
            name: self._to_company_sql(amount, SQL("charge.currency_id"), day)
            for name, amount in amounts.items()
        }

    def _from(self):
        return SQL(
            """field_service_charge charge
            JOIN field_service_order service_order
              ON service_order.id = charge.order_id
            %(dimensions)s
            JOIN res_currency own_currency ON own_currency.id = company.currency_id
            LEFT JOIN field_service_visit visit ON visit.id = charge.visit_id
            LEFT JOIN LATERAL (
                SELECT MIN(entry.invoice_date) AS invoiced_on
                  FROM sale_order_line_invoice_rel link
                  JOIN account_move_line item ON item.id = link.invoice_line_id
                   AND item.parent_state = 'posted'
                  JOIN account_move entry ON entry.id = item.move_id
                   AND entry.move_type = 'out_invoice'
                 WHERE link.order_line_id = charge.sale_line_id
                   AND charge.state = 'invoiced') invoiced ON TRUE""",
            dimensions=self._get_dimension_joins(),
        )
