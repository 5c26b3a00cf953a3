from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class FieldServiceLateCost(models.Model):
    """What has changed on work orders since their month was signed, item by item.

    ``restated``: the accounting date is in the signed period, but the item gave
    something else to the order, or nothing, when it was signed. ``after_close``: the
    accounting date is later, on an order that was closed in the signed period.
    """

    _name = "field.service.late.cost"
    _description = "Change After Sign-off"
    _auto = False
    _rec_name = "entry"
    _order = "signoff_id desc, order_id, id"

    signoff_id = fields.Many2one("field.service.signoff", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    order_id = fields.Many2one("field.service.order", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    entry = fields.Char(string="Journal Entry", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
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
    source = fields.Selection(
        selection=[
            ("restated", "In the signed period"),
            ("after_close", "Later, the order was closed"),
        ],
        string="Posted",
        readonly=True,
    )
    signed_amount = fields.Monetary(string="When Signed", readonly=True)
    current_amount = fields.Monetary(string="Now", readonly=True)
    change = fields.Monetary(
        readonly=True, help="Effect on the margin: income positive, cost negative."
    )
    late_cost = fields.Monetary(readonly=True, help="More costs positive.")
    late_revenue = fields.Monetary(readonly=True, help="More revenue positive.")

    _depends = {
        "field.service.ledger.report": ["margin"],
        "field.service.order.state.log": ["entered_on", "left_on", "state"],
        "field.service.signoff": ["company_id", "date_from", "date_to", "state"],
    }

    @property
    def _table_query(self):
        # The number tells rows of one sign-off apart; it fits what a browser counts.
        return SQL(
            """SELECT ((change.signoff_id::bigint %% 4096) << 40)
                      + ((change.item_key::bigint %% 134217728) << 13)
                      + (change.order_id %% 4096) * 2
                      + CASE change.source WHEN 'restated' THEN 0 ELSE 1 END AS id,
                      change.signoff_id, signoff.company_id, company.currency_id,
                      change.order_id, item.id AS move_line_id, change.entry,
                      change.account_id, change.date, change.cost_kind, change.source,
                      change.signed_amount, change.current_amount,
                      change.current_amount - change.signed_amount AS change,
                      CASE WHEN change.cost_kind = 'revenue' THEN 0.0
                           ELSE change.signed_amount - change.current_amount
                       END AS late_cost,
                      CASE WHEN change.cost_kind = 'revenue'
                           THEN change.current_amount - change.signed_amount
                           ELSE 0.0 END AS late_revenue
                 FROM (%(restated)s UNION ALL %(later)s) change
                 JOIN field_service_signoff signoff ON signoff.id = change.signoff_id
                 JOIN res_company company ON company.id = signoff.company_id
                 LEFT JOIN account_move_line item ON item.id = change.item_key""",
            restated=self._get_restated_query(),
            later=self._get_later_query(),
        )

    def _get_restated_query(self) -> SQL:
        """Frozen and current amounts side by side; only what is not the same."""
        return SQL(
            """SELECT signoff_id, order_id, item_key, MAX(entry) AS entry,
                      MAX(account_id) AS account_id, MAX(date) AS date,
                      MAX(cost_kind) AS cost_kind, 'restated' AS source,
                      SUM(signed_amount) AS signed_amount,
                      SUM(current_amount) AS current_amount
                 FROM (SELECT frozen.signoff_id, frozen.order_id, frozen.item_key,
                              frozen.entry, frozen.account_id, frozen.date,
                              frozen.cost_kind, frozen.amount AS signed_amount,
                              0.0 AS current_amount
                         FROM field_service_signoff_item frozen
                         JOIN field_service_signoff signoff
                           ON signoff.id = frozen.signoff_id
                          AND signoff.state = 'signed'
                        UNION ALL %(current)s) side
                GROUP BY signoff_id, order_id, item_key
               HAVING SUM(signed_amount) <> SUM(current_amount)""",
            current=self._get_current_query(
                SQL("item.date >= signoff.date_from AND item.date <= signoff.date_to")
            ),
        )

    def _get_current_query(self, condition, joins=None) -> SQL:
        """Items of work orders as the profit report has them now, by sign-off."""
        report = self.env["field.service.ledger.report"]
        return SQL(
            """SELECT signoff.id AS signoff_id, service_order.id AS order_id,
                      item.id AS item_key, entry.name AS entry, item.account_id,
                      item.date, %(kind)s AS cost_kind, 0.0 AS signed_amount,
                      share.amount AS current_amount
                 FROM %(tables)s
                 JOIN field_service_signoff signoff
                   ON signoff.company_id = item.company_id
                  AND signoff.state = 'signed' AND %(condition)s
                 %(joins)s
                WHERE %(where)s""",
            kind=report._get_cost_kind_sql(),
            tables=report._from(),
            condition=condition,
            joins=joins or SQL(),
            where=report._where(),
        )

    def _get_later_query(self) -> SQL:
        """Items dated after the period, on orders that were closed in it."""
        current = self._get_current_query(
            SQL("item.date > signoff.date_to"),
            SQL(
                """JOIN field_service_order_state_log closing
                     ON closing.order_id = service_order.id
                    AND closing.state = 'closed' AND closing.left_on IS NULL
                    AND closing.entered_on >= signoff.date_from
                    AND closing.entered_on < signoff.date_to + 1"""
            ),
        )
        return SQL(
            """SELECT signoff_id, order_id, item_key, MAX(entry), MAX(account_id),
                      MAX(date), MAX(cost_kind), 'after_close',
                      SUM(signed_amount), SUM(current_amount)
                 FROM (%s) later GROUP BY signoff_id, order_id, item_key""",
            current,
        )

    @api.readonly
    def action_open_move(self):
        """Open the journal entry of a change."""
        self.ensure_one()
        if not self.move_line_id:
            raise UserError(
                self.env._("%(entry)s is not there any more.", entry=self.entry)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_line_id.move_id.id,
            "views": [(False, "form")],
        }

    @api.readonly
    def action_open_order(self):
        """Open the work order of a change."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
