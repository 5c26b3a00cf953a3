from odoo import fields, models
from odoo.tools import SQL

# More orders than any company will have: change and order make one number.
ORDERS = 1 << 22


class FieldServiceReceivableReport(models.Model):
    """What customers owe for work orders, as changes: invoiced, less settled.

    The sum of all changes until a day is what was owed on that day. Shares of orders
    are exact, not in whole cents: they are for sums.
    """

    _name = "field.service.receivable.report"
    _description = "Receivables of Work Orders"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "move_id"
    _order = "date desc, id desc"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    date = fields.Date(string="Day of the Change", readonly=True)
    change = fields.Monetary(readonly=True, help="Invoiced, less settled.")

    _depends = {"field.service.invoice.report": ["total"]}

    def _select_fields(self):
        return {
            **super()._select_fields(),
            "id": SQL(
                "change.number::bigint * %s + COALESCE(portion.order_id, 0)", ORDERS
            ),
            "partner_id": SQL("COALESCE(service_order.partner_id, move.partner_id)"),
            "move_id": SQL("move.id"),
            "date": SQL("change.day"),
            "change": SQL("change.amount * (portion.stop - portion.start)"),
        }

    def _from(self):
        invoices = self.env["field.service.invoice.report"]
        return SQL(
            """%(invoices)s
            JOIN LATERAL (
                SELECT -move.id AS number, move.invoice_date AS day,
                       move.amount_total_signed AS amount
                 UNION ALL
                SELECT change.id * 2 + (move.move_type = 'out_refund')::integer,
                       change.day,
                       CASE WHEN move.move_type = 'out_refund'
                            THEN change.amount ELSE -change.amount END
                  FROM (%(changes)s) change) change ON TRUE""",
            invoices=invoices._get_portion_tables(),
            changes=invoices._get_change_query(),
        )

    def _where(self):
        return self.env["field.service.invoice.report"]._where()
