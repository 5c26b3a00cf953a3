from odoo import fields, models
from odoo.tools import SQL


class FieldServiceAgreementLedgerReport(models.Model):
    """Posted profit and loss items by agreement: its own and those of its orders.

    The same rows as the profit of work orders, with those on the agreement's own
    account beside them. Sharing revenue from an agreement to its orders therefore
    moves it from one source to the other and changes no margin.
    """

    _name = "field.service.agreement.ledger.report"
    _description = "Agreement Profit"
    _inherit = "field.service.ledger.report"
    _auto = False
    _rec_name = "agreement_id"
    _order = "date desc, id desc"

    source = fields.Selection(
        selection=[("agreement", "The agreement itself"), ("order", "Its work orders")],
        readonly=True,
    )

    _depends = {
        "field.service.agreement": ["analytic_account_id", "partner_id", "team_id"],
        "field.service.order": ["agreement_id", "analytic_account_id"],
        "field.service.ledger.report": ["margin"],
    }

    def _select_fields(self):
        return {
            **super()._select_fields(),
            "agreement_id": SQL("agreement.id"),
            "source": SQL(
                """CASE WHEN agreed.order_id IS NULL THEN 'agreement'
                        ELSE 'order' END"""
            ),
            "partner_id": SQL("agreement.partner_id"),
            "team_id": SQL("COALESCE(service_order.team_id, agreement.team_id)"),
        }

    def _from(self):
        return SQL(
            """account_analytic_line share
            JOIN (SELECT analytic_account_id, id AS agreement_id,
                         NULL::integer AS order_id
                    FROM field_service_agreement
                   WHERE analytic_account_id IS NOT NULL
                   UNION ALL
                  SELECT analytic_account_id, agreement_id, id
                    FROM field_service_order
                   WHERE analytic_account_id IS NOT NULL
                     AND agreement_id IS NOT NULL) agreed
              ON agreed.analytic_account_id = %(plan)s
            JOIN field_service_agreement agreement
              ON agreement.id = agreed.agreement_id
            JOIN account_move_line item ON item.id = share.move_line_id
            JOIN account_account account ON account.id = item.account_id
            LEFT JOIN field_service_order service_order
                   ON service_order.id = agreed.order_id
            %(order_joins)s
            %(kind_joins)s""",
            plan=self._get_plan_sql("share"),
            order_joins=self._get_order_joins(),
            kind_joins=self._get_cost_kind_joins(),
        )
