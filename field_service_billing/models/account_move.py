from odoo import api, fields, models
from odoo.exceptions import UserError

from .sale_order import ORDER_GROUPS


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = [
        "field.service.bill.matching",
        "account.move",
        "field.service.move.onsite",
    ]

    service_order_ids = fields.Many2many(
        comodel_name="field.service.order",
        string="Work Orders",
        compute="_compute_service_order_ids",
        groups=ORDER_GROUPS,
        help="Work orders on which items of this document are distributed.",
    )
    service_order_count = fields.Integer(
        compute="_compute_service_order_ids", groups=ORDER_GROUPS
    )

    # Amounts need the document's currency: the rest is in the mixin.
    service_expected_amount = fields.Monetary(
        string="Expected for Visits",
        compute="_compute_service_expected_amount",
        groups="field_service.group_cost",
        help="What was agreed for the subcontracted work on this bill, without taxes.",
    )
    service_matched_amount = fields.Monetary(
        string="Billed for Visits",
        compute="_compute_service_expected_amount",
        groups="field_service.group_cost",
    )
    service_bill_difference = fields.Monetary(
        string="Difference to Expected",
        compute="_compute_service_expected_amount",
        groups="field_service.group_cost",
    )

    service_is_multisite = fields.Boolean(
        string="Several Sites",
        compute="_compute_service_is_multisite",
        help="Each line says where the work was done.",
    )

    service_accrual_id = fields.Many2one(
        comodel_name="field.service.accrual",
        string="Work Order Accrual",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
        ondelete="restrict",
    )

    @api.depends("line_ids.analytic_distribution")
    def _compute_service_order_ids(self):
        accounts = {
            move: {
                int(part)
                for line in move.line_ids
                for key in line.analytic_distribution or {}
                for part in key.split(",")
                if part.strip().isdigit()
            }
            for move in self
        }
        orders = self.env["field.service.order"].search(
            [("analytic_account_id", "in", list(set().union(*accounts.values())))]
        )
        by_account = {order.analytic_account_id.id: order for order in orders}
        for move in self:
            found = [by_account[key] for key in accounts[move] if key in by_account]
            move.service_order_ids = orders.browse().union(*found)
            move.service_order_count = len(found)

    @api.depends("invoice_line_ids.service_site_id")
    def _compute_service_is_multisite(self):
        for move in self:
            move.service_is_multisite = len(move.invoice_line_ids.service_site_id) > 1

    def _post(self, soft=True):
        """What others bill us for an order may be charged on to its customer."""
        posted = super()._post(soft=soft)
        posted._process_external_costs()
        return posted

    def button_draft(self):
        """What is not posted is not charged on; an accrual is taken back as a whole."""
        self._check_accrual_cancelled()
        result = super().button_draft()
        self._process_external_costs()
        return result

    def _process_external_costs(self):
        """Let the charges of orders follow the bills that are on them."""
        bills = self.filtered(lambda move: move.is_purchase_document(True))
        # Whoever enters bills need not have any right on work orders.
        orders = bills.sudo().service_order_ids
        orders = orders.filtered("pricing_id.is_external_billed")
        if orders:
            orders._process_charges()

    def _check_accrual_cancelled(self):
        """What an accrual has posted is taken back by it, its reversal too."""
        for move in self:
            accrual = move.service_accrual_id
            if accrual.state == "posted":
                raise UserError(
                    self.env._(
                        "%(entry)s belongs to accrual %(accrual)s: cancel the accrual "
                        "instead, so that its reversal goes too.",
                        entry=move.name,
                        accrual=accrual.name,
                    )
                )

    def action_view_service_accrual(self):
        """Open the accrual that made this entry."""
        return self.service_accrual_id._get_records_action()

    def action_view_service_orders(self):
        """Open the work orders this document is distributed on."""
        return self.service_order_ids._get_records_action()

    def _send_by_job(self):
        """Let Odoo's own job send it: a mail that fails undoes no invoice."""
        if self:
            self.sending_data = {
                "author_user_id": self.env.uid,
                "author_partner_id": self.env.user.partner_id.id,
            }
            # Whoever bills may not start jobs by hand.
            self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()
